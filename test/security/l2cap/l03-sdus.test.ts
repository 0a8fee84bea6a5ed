import { describe, expect, test } from 'vitest';
import { Bench } from '../../conformance/harness/bench.ts';
import { hex, ramp, u16 } from '../../conformance/harness/pdu.ts';
import { expectClosed, frames, type OpenChannel } from '../../conformance/harness/signalling.ts';
import { expectAlive } from './alive.ts';
import { modes, openIn } from './modes.ts';

const attacks: readonly (readonly [string, (channel: OpenChannel) => void])[] = [
  ['an SDU longer than the MTU', ({ send, iutMtu }) => send(`${u16(iutMtu + 1)}00`)],
  ['an SDU of 65535 octets', ({ send }) => send('ffff00')],
  ['a first frame longer than the MPS', ({ send, iutMps }) => send(u16(500) + ramp(iutMps + 1))],
  [
    'a later frame longer than the MPS',
    ({ send, iutMps }) => {
      send(`${u16(500)}00`);
      send(ramp(iutMps + 1));
    },
  ],
  ['a frame that no frame can be as long as', ({ send }) => send(ramp(1_000))],
  ['a frame with more than its SDU', ({ send }) => send(`${u16(3)}00010203`)],
  [
    'frames with more than their SDU',
    ({ send }) => {
      send(`${u16(3)}0001`);
      send('0203');
    },
  ],
  ['half the length of an SDU', ({ send }) => send('05')],
  ['no length of an SDU', ({ send }) => send('')],
  [
    'as many frames without an octet as it has credits',
    ({ send, iutCredits }) => {
      send(u16(10));
      for (let i = 1; i < iutCredits; i++) send('');
    },
  ],
];

describe.each(modes)('L3: $name', (mode) => {
  test.each(attacks)('L3: %s closes the channel, and no other', async (_, attack) => {
    await using bench = await Bench.peripheral();
    const victim = await openIn(mode, bench, 1);
    const other = await openIn(mode, bench, 2, { cid: 0x0042 });
    attack(victim);
    await expectClosed(bench, victim);
    for (const frame of frames(ramp(20), other.iutMps)) other.send(frame);
    expect(hex(await bench.run(other.iut.receive()))).toBe(ramp(20));
    await expectAlive(bench);
  });

  test('L3: an SDU without an octet, and one in frames of one octet, are SDUs', async () => {
    await using bench = await Bench.peripheral();
    const { iut, iutCid, send } = await openIn(mode, bench, 1);
    send('0000');
    expect(hex(await bench.run(iut.receive()))).toBe('');
    const receiving = iut.receive();
    for (const frame of frames(ramp(100), 1)) {
      send(frame);
      await bench.signalling.optional(`16.. 0400 ${u16(iutCid)} ....`);
    }
    expect(hex(await bench.run(receiving))).toBe(ramp(100));
    await expectAlive(bench);
  });
});
