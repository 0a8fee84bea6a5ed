import { InvalidArgumentError, TimeoutError } from 'jelling';
import { describe, expect, test } from 'vitest';
import type { Host } from '../support/hosts.ts';
import { Hosts } from '../support/hosts.ts';
import { friends, type PersonOptions } from '../support/private-hosts.ts';

/** Three that have bonded, of whom one looks for another and not for the third. */
const three = async (hosts: Hosts, chooser: PersonOptions, others: PersonOptions) => {
  const [choosy, wanted, other] = await friends(hosts, [chooser, others, others]);
  if (choosy === undefined || wanted === undefined || other === undefined) throw new Error('three were made');
  return { choosy, wanted, other };
};

const HCI_ADD_TO_ACCEPT_LIST = 0x2011;

/** How often the host puts somebody on the controller's accept list. */
const listing = ({ controller }: Host) => {
  const counted = { times: 0 };
  controller.faults.fromHost = (packet) => {
    if (((packet[2] ?? 0) << 8) + (packet[1] ?? 0) === HCI_ADD_TO_ACCEPT_LIST) counted.times++;
    return undefined;
  };
  return counted;
};

const choosers: readonly (readonly [string, PersonOptions, PersonOptions, boolean])[] = [
  ['the controller', {}, {}, true],
  ['the controller, of peers that hide', { privacy: true }, { privacy: true }, true],
  ['the controller, by legacy commands', { profile: '4.2' }, {}, false],
  ['the host, of peers that hide from the controller', { profile: '4.0' }, { privacy: true }, false],
];

describe.each(choosers)('those wanted alone, told by %s', (_name, chooser, others, byController) => {
  test('are all that a scanner hears', async () => {
    await using hosts = new Hosts();
    const { choosy, wanted, other } = await three(hosts, chooser, others);
    const listed = listing(choosy);
    const stop = new AbortController();
    const over = [wanted, other].map(({ ble }) =>
      ble.advertise({ intervalMs: 100, signal: stop.signal }).catch(() => undefined),
    );
    const scanner = choosy.ble.scan({ acceptOnly: [wanted.identity], durationMs: 2_000 });
    const heard = new Set<string>();
    const reading = (async () => {
      for await (const { address } of scanner) heard.add(address);
    })();
    await hosts.run(reading);
    expect([...heard]).toEqual([wanted.identity.address]);
    expect(listed.times > 0).toBe(byController);
    stop.abort();
    await hosts.run(Promise.all(over));
  });

  test('are all that can connect', async () => {
    await using hosts = new Hosts();
    const { choosy, wanted, other } = await three(hosts, chooser, others);
    const incoming = choosy.ble.advertise({ intervalMs: 100, acceptOnly: [wanted.identity] });
    const { address, type } = choosy.identity;
    const refused = other.ble.device(address, type).connect({ timeoutMs: 2_000 });
    if (byController) {
      await expect(hosts.run(refused)).rejects.toThrow(TimeoutError);
    } else {
      // It got through, and was sent away.
      const link = await hosts.run(refused).catch((error: unknown) => error);
      await hosts.clock.advance(3_000);
      expect(link instanceof Error || (link as { isConnected: boolean }).isConnected === false).toBe(true);
      expect(choosy.ble.connections).toEqual([]);
    }
    const link = await hosts.run(wanted.ble.device(address, type).connect());
    expect((await hosts.run(incoming)).device.address).toBe(wanted.identity.address);
    expect(link.isConnected).toBe(true);
  });
});

test('a device is as good as an address, and several scanners keep their own choices', async () => {
  await using hosts = new Hosts();
  const { choosy, wanted, other } = await three(hosts, {}, {});
  const stop = new AbortController();
  const over = [wanted, other].map(({ ble }) =>
    ble.advertise({ intervalMs: 100, signal: stop.signal }).catch(() => undefined),
  );
  const hear = async (acceptOnly: Parameters<typeof choosy.ble.scan>[0]) => {
    const heard = new Set<string>();
    for await (const { address } of choosy.ble.scan({ durationMs: 1_000, ...acceptOnly })) heard.add(address);
    return [...heard].sort();
  };
  const device = choosy.ble.device(wanted.identity.address);
  const results = await hosts.run(
    Promise.all([hear({ acceptOnly: [device] }), hear({ acceptOnly: [other.identity] }), hear({})]),
  );
  const all = [wanted.identity.address, other.identity.address].sort();
  expect(results).toEqual([[wanted.identity.address], [other.identity.address], all]);
  stop.abort();
  await hosts.run(Promise.all(over));
});

test('nobody at all is no choice, and directed advertising has made its own', async () => {
  await using hosts = new Hosts();
  const { ble } = await hosts.host();
  expect(() => ble.scan({ acceptOnly: [] })).toThrow(InvalidArgumentError);
  expect(() => ble.scan({ acceptOnly: [{ address: 'nonsense' }] })).toThrow(InvalidArgumentError);
  await expect(ble.advertise({ acceptOnly: [] })).rejects.toThrow('acceptOnly names nobody');
  const somebody = ble.device('00:00:5E:00:53:0A');
  const directed = { address: somebody.address, type: somebody.addressType };
  await expect(ble.advertise({ directed, acceptOnly: [somebody] })).rejects.toThrow('leave out acceptOnly');
});
