import { InvalidStateError } from 'jelling';
import { expect, test } from 'vitest';
import { Hosts, linked } from '../support/hosts.ts';

const EATT = 0x27;

test('a link that is not encrypted has none, and says so to either side', async () => {
  await using hosts = new Hosts();
  const { atCentral } = await linked(hosts, await hosts.host(), await hosts.host());
  expect(atCentral.bearers).toBe(1);
  await expect(atCentral.openEnhancedBearers()).rejects.toThrow('the link is not encrypted; pair first');
  const asked = atCentral.l2capConnectEnhanced({ psm: EATT });
  await expect(hosts.run(asked)).rejects.toMatchObject({ name: 'L2capError', result: 5 });
});

test('an adapter that is opened without them knows nothing of them', async () => {
  await using hosts = new Hosts();
  const without = { open: { enhancedBearers: false } };
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host(without));
  await expect(atPeripheral.openEnhancedBearers()).rejects.toThrow(InvalidStateError);
  const asked = atCentral.l2capConnectEnhanced({ psm: EATT });
  await expect(hosts.run(asked)).rejects.toMatchObject({ result: 2 });
});
