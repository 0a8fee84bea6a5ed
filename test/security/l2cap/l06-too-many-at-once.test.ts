import { expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { enhancedRequest, openEnhancedFromTester, reconfigure } from '../../conformance/harness/enhanced.ts';
import { octet, slice, u16 } from '../../conformance/harness/pdu.ts';
import { rejectNotUnderstood, SPSM } from '../../conformance/harness/signalling.ts';
import { counted, expectAlive } from './alive.ts';

const cids = (count: number): number[] => Array.from({ length: count }, (_, i) => 0x0041 + i);

test('L6: a request for none, for six, or for half a channel more is rejected, and opens nothing', async () => {
  await using bench = await Bench.peripheral();
  await using listener = bench.connection.l2capListen({ psm: SPSM });
  // With six the PDU is longer than MTUsig, and the answer says how long that is.
  await bench.signalling.exchange(enhancedRequest(1, { cids: cids(6) }), '0101 0400 0100 1700');
  await bench.signalling.exchange(enhancedRequest(2, { cids: [] }), rejectNotUnderstood(2));
  for (let count = 1; count <= 5; count++) {
    const whole = enhancedRequest(count + 2, { cids: cids(count) });
    const length = u16(8 + 2 * count - 1);
    const half = `${slice(whole, 0, 2)}${length}${slice(whole, 4, 12 + 2 * count - 1)}`;
    await bench.signalling.exchange(half, rejectNotUnderstood(count + 2));
  }
  await listener.close();
  expect(counted(bench, 'malformedCommands')).toBe(6);
  await expectAlive(bench);
});

test('L6: a reconfiguration of none, of six or of half a channel more is rejected, and changes nothing', async () => {
  await using bench = await Bench.peripheral();
  const channels = await openEnhancedFromTester(bench, { cids: cids(5) });
  // Six would fit MTUsig with a shorter header than there is.
  for (let count = 0; count <= 8; count += 2) {
    const data = `${u16(300)}${u16(100)}${'41'.repeat(count === 0 ? 0 : count - 1)}`;
    const identifier = 0x20 + count;
    const request = `19${octet(identifier)}${u16(data.length / 2)}${data}`;
    await bench.signalling.exchange(request, rejectNotUnderstood(identifier));
  }
  await bench.signalling.exchange(reconfigure(0x30, 300, 100, ...cids(6)), rejectNotUnderstood(0x30));
  expect(channels.map(({ iut }) => [iut.isOpen, iut.peerMtu])).toEqual(channels.map(() => [true, 200]));
  await expectAlive(bench);
});
