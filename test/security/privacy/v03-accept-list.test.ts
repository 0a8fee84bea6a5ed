import { expect, test } from 'vitest';
import { Hosts } from '../../support/hosts.ts';
import { friends } from '../../support/private-hosts.ts';

test('V3 whoever asks an advertiser with an accept list can tell from the answer whether it is on it: nothing that is advertised tells more', async () => {
  await using hosts = new Hosts();
  const [choosy, wanted, other] = await friends(hosts, [{}, { privacy: true }, { privacy: true }]);
  if (choosy === undefined || wanted === undefined || other === undefined) throw new Error('three were made');
  const stop = new AbortController();
  const over = choosy.ble
    .advertise({
      intervalMs: 100,
      acceptOnly: [wanted.identity],
      advertisingData: Uint8Array.of(2, 0x01, 0x06),
      scanResponseData: Uint8Array.of(4, 0x09, 0x41, 0x73, 0x6b),
      signal: stop.signal,
    })
    .catch(() => undefined);
  const namesHeard = async ({ ble }: typeof wanted) => {
    const names = new Set<string | undefined>();
    for await (const { name, address } of ble.scan({ active: true, durationMs: 1_000 })) {
      if (address === choosy.identity.address) names.add(name);
    }
    return names;
  };
  expect(await hosts.run(namesHeard(wanted))).toContain('Ask');
  expect(await hosts.run(namesHeard(other))).toEqual(new Set([undefined]));
  stop.abort();
  await hosts.run(over);
});
