import { describe, expect, it } from 'vitest';
import { AttError, InvalidArgumentError, InvalidStateError } from '../../../../src/core/errors.ts';
import type { GattClient } from '../../../../src/gatt/client/gatt-client.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { bytes, connectPair, ManualClock, newServer, type Script, turn } from '../../../support/gatt-pair.ts';
import { counting, EXTENDED, fixture, pairs, part, READ, WRITE } from '../server/many-values.ts';

describe('writeReliably()', () => {
  const echo: Script = (pdu) => (pdu.startsWith('16') ? `17${pdu.slice(2)}` : '19');

  it('prepares all, in parts where they are long, and executes once (GATT/CL/GAW/BV-06-C)', async () => {
    const { clock, server, client, all } = await fixture(3, WRITE, echo);
    await clock.run(client.writeReliably(pairs(all, bytes(1, 2), counting(20), '')));
    expect(server.takeAsked()).toEqual([
      '160c0000000102',
      `160e000000${part(18, 0)}`,
      `160e001200${part(2, 18)}`,
      '1610000000',
      '1801',
    ]);
  });

  it.each([
    ['value', (pdu: string) => `17${pdu.slice(2, -2)}ff`],
    ['offset', (pdu: string) => `17${pdu.slice(2, 6)}0100${pdu.slice(10)}`],
    ['handle', (pdu: string) => `171400${pdu.slice(6)}`],
    ['length', (pdu: string) => `17${pdu.slice(2, -2)}`],
  ])(
    'cancels when the peer took down another %s, and names the handle (GATT/CL/GAW/BI-32-C)',
    async (_n, lie) => {
      const { clock, server, client, all } = await fixture(3, WRITE, (pdu) =>
        pdu.startsWith('160e00') ? lie(pdu) : echo(pdu),
      );
      const writing = client.writeReliably(pairs(all, bytes(1), bytes(2), bytes(3)));
      await expect(clock.run(writing)).rejects.toThrow(/for 0x000e; nothing was written/);
      await turn();
      expect(server.takeAsked()).toEqual(['160c00000001', '160e00000002', '1800']);
    },
  );

  it('cancels when the peer refuses one, or the execution', async () => {
    const { clock, server, client, all } = await fixture(2, WRITE, (pdu) =>
      pdu.startsWith('160e00') ? '01160e0003' : echo(pdu),
    );
    const refused = clock.run(client.writeReliably(pairs(all, bytes(1), bytes(2))));
    await expect(refused).rejects.toMatchObject({ status: 0x03, handle: 0x0e });
    await turn();
    expect(server.takeAsked().at(-1)).toBe('1800');
    server.script = (pdu) => (pdu === '1801' ? '01180e0080' : echo(pdu));
    const failed = clock.run(client.writeReliably(pairs(all, bytes(1), bytes(2))));
    await expect(failed).rejects.toMatchObject({ status: 0x80, handle: 0x0e });
  });

  it('does not mix with another: the second waits for the first', async () => {
    const { clock, server, client, all } = await fixture(2, WRITE, echo);
    const both = [
      client.writeReliably(pairs(all, bytes(1), bytes(2))),
      client.writeReliably(pairs(all, bytes(3))),
    ];
    await clock.run(Promise.all(both));
    expect(server.takeAsked()).toEqual(['160c00000001', '160e00000002', '1801', '160c00000003', '1801']);
  });

  it('sends what it was given, whatever becomes of the array meanwhile', async () => {
    const { clock, server, client, all } = await fixture(2, WRITE, echo);
    const value = bytes(1);
    const writing = client.writeReliably(pairs(all, bytes(0), value));
    value[0] = 9;
    await clock.run(writing);
    expect(server.takeAsked()[1]).toBe('160e00000001');
  });

  it('takes characteristics that are written only so, and does nothing for nothing', async () => {
    const { clock, server, client, all } = await fixture(1, EXTENDED, echo);
    await client.writeReliably([]);
    expect(server.takeAsked()).toEqual([]);
    await clock.run(client.writeReliably(pairs(all, bytes(1))));
    expect(server.takeAsked()).toEqual(['160c00000001', '1801']);
  });

  it('refuses what cannot be written, is too long or belongs to another link, and sends nothing', async () => {
    const { server, client, all } = await fixture(2, READ, echo);
    await expect(client.writeReliably(pairs(all, 'x'))).rejects.toThrow(InvalidStateError);
    const other = await fixture(2, WRITE, echo);
    await expect(client.writeReliably(pairs(other.all, 'x'))).rejects.toThrow(InvalidArgumentError);
    const long = other.client.writeReliably(pairs(other.all, 'x', new Uint8Array(513)));
    await expect(long).rejects.toThrow(/513 octets is too long/);
    expect([...server.asked, ...other.server.asked]).toEqual([]);
  });

  it('writes to our own server all or none', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x181a);
    const short = new Characteristic(service, 0x2a6e, { write: true, maxLength: 4 });
    const long = new Characteristic(service, 0x2a6f, { write: true, maxLength: 40 });
    server.register(service);
    const client: GattClient = connectPair(clock, server).client;
    const all = await clock.run((await clock.run(client.service(0x181a))).characteristics());
    await clock.run(client.writeReliably(pairs(all, bytes(1), counting(40))));
    expect([short.read(), long.read()]).toEqual([bytes(1), counting(40)]);
    await expect(clock.run(client.writeReliably(pairs([...all].reverse(), 'y', '12345')))).rejects.toThrow(
      AttError,
    );
    expect([short.read(), long.read()]).toEqual([bytes(1), counting(40)]);
  });
});
