import type { Connection, PairingUi, PairOptions, SecurityPolicy } from 'jelling';
import { describe, expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../support/hosts.ts';

/** Two people who look at both devices, and enter on one what the other shows. */
const people = () => {
  let show: (passkey: string) => void = () => undefined;
  const shown = new Promise<string>((resolve) => {
    show = resolve;
  });
  const numbers: string[] = [];
  const display: PairingUi = { showPasskey: (passkey) => show(passkey) };
  const keyboard: PairingUi = { enterPasskey: () => shown };
  const yesNo: PairingUi = {
    compareNumbers: (number) => {
      numbers.push(number);
      return true;
    },
  };
  return { display, keyboard, yesNo, numbers };
};

const pairOf = async (
  hosts: Hosts,
  central: Partial<PairOptions>,
  policy: SecurityPolicy,
): Promise<{ c: Host; p: Host; atCentral: Connection; atPeripheral: Connection }> => {
  const c = await hosts.host();
  const p = await hosts.host({ open: { security: policy } });
  const { atCentral, atPeripheral } = await linked(hosts, c, p);
  await hosts.run(atCentral.pair(central));
  await hosts.clock.advance(0);
  return { c, p, atCentral, atPeripheral };
};

describe('two hosts', () => {
  test.each([true, false])('pair without users, Secure Connections %s', async (secureConnections) => {
    await using hosts = new Hosts();
    const { c, p, atCentral, atPeripheral } = await pairOf(hosts, { secureConnections }, {});
    const security = {
      encrypted: true,
      authenticated: false,
      bonded: true,
      secureConnections,
      keySize: 16,
      level: 2,
    };
    expect(atCentral.security).toEqual(security);
    expect(atPeripheral.security).toEqual(security);
    expect(c.ble.bonds).toMatchObject([{ address: p.ble.address, authenticated: false, resolvable: true }]);
    expect(p.ble.bonds).toMatchObject([{ address: c.ble.address, secureConnections }]);
  });

  test.each(['display at the central', 'keyboard at the central', 'numbers'])(
    'pair with users, Secure Connections: %s',
    async (who) => {
      await using hosts = new Hosts();
      const { display, keyboard, yesNo, numbers } = people();
      const [ofCentral, ofPeripheral] =
        who === 'numbers'
          ? [yesNo, yesNo]
          : who === 'display at the central'
            ? [display, keyboard]
            : [keyboard, display];
      const { atCentral, atPeripheral } = await pairOf(
        hosts,
        { ui: ofCentral, secureConnections: true },
        { ui: ofPeripheral },
      );
      expect(atCentral.security).toMatchObject({ level: 4, authenticated: true });
      expect(atPeripheral.security).toEqual(atCentral.security);
      if (who === 'numbers') {
        expect(numbers).toHaveLength(2);
        expect(numbers[0]).toBe(numbers[1]);
        expect(numbers[0]).toMatch(/^\d{6}$/);
      }
    },
  );

  test('a bond encrypts the next link by itself, in legacy pairing too', async () => {
    for (const secureConnections of [true, false]) {
      await using hosts = new Hosts();
      const { c, p, atCentral } = await pairOf(hosts, { secureConnections }, {});
      await hosts.run(atCentral.disconnect());
      await hosts.clock.advance(100);
      const again = await linked(hosts, c, p);
      expect(again.atCentral.security).toMatchObject({
        encrypted: true,
        bonded: true,
        level: 2,
        secureConnections,
      });
      expect(again.atPeripheral.security).toEqual(again.atCentral.security);
    }
  });

  test('a peripheral asks its central to pair, and to encrypt', async () => {
    await using hosts = new Hosts();
    const c = await hosts.host({ open: { security: {} } });
    const p = await hosts.host();
    const { atCentral, atPeripheral } = await linked(hosts, c, p);
    await hosts.run(atPeripheral.pair({ secureConnections: true }));
    await hosts.clock.advance(0);
    expect(atPeripheral.security).toMatchObject({ encrypted: true, bonded: true, level: 2 });
    expect(atCentral.security).toEqual(atPeripheral.security);
    await hosts.run(atPeripheral.pair({ secureConnections: true }));
  });
});
