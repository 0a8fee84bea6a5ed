import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { openUsb } from '../../../../src/transport/usb/usb.ts';
import { READS_IN_FLIGHT } from '../../../../src/transport/usb/usb-reader.ts';
import { deferred, RecordingSink, reset, resetComplete } from '../recording-sink.ts';
import { bothModes, csr, FakeUsb, type FakeUsbOptions } from './fake-usb.ts';

const ticks = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await new Promise(setImmediate);
};
const acl = (tag: number, length = 4): Uint8Array =>
  Uint8Array.of(0x40, 0x20, length & 0xff, length >> 8, ...new Uint8Array(length).fill(tag));
const withIndicator = (type: number, bytes: Uint8Array): Uint8Array => Uint8Array.of(type, ...bytes);

/** The endpoints of a mode, and what lies on them. */
const modes = [
  {
    mode: 'Legacy',
    info: csr,
    bulkIn: 0x82,
    bulkOut: 2,
    events: 0x81,
    wire: (_: number, b: Uint8Array) => b,
  },
  {
    mode: 'Bulk Serialization',
    info: bothModes,
    bulkIn: 0x85,
    bulkOut: 4,
    events: 0x85,
    wire: withIndicator,
  },
] as const;

const started = async (options: FakeUsbOptions) => {
  const usb = new FakeUsb(options);
  const clock = new ManualClock();
  const transport = await openUsb({ by: 'class' }, { clock }, usb.load);
  const sink = new RecordingSink();
  transport.start(sink);
  const hex = () => sink.packets.map((packet) => toHex(packet));
  return { usb, clock, transport, sink, hex };
};

describe.each(modes)('$mode Mode over faults of the bus', ({ info, bulkIn, bulkOut, events, wire }) => {
  const heard = (tag: number, length?: number): string => toHex(withIndicator(2, acl(tag, length)));
  const data = (tag: number): Uint8Array => withIndicator(2, acl(tag));
  const written = (tag: number): string => `${bulkOut === 2 ? 'acl' : 'bulk'} ${toHex(wire(2, acl(tag)))}`;

  it('takes one stall of all its reads for one, and clears it when none is under way', async () => {
    const { usb, transport, sink, hex } = await started({ info });
    for (let i = 0; i < 3; i++) {
      usb.stallRead(bulkIn);
      await ticks();
      usb.deliver(bulkIn, wire(2, acl(i)));
    }
    expect(usb.log.filter((line) => line.startsWith('clearHalt'))).toHaveLength(3);
    expect(transport.counters).toMatchObject({ stalls: 3, lostSync: 0 });
    expect(hex()).toEqual([heard(0), heard(1), heard(2)]);
    expect(usb.reads(bulkIn)).toBe(READS_IN_FLIGHT);
    await transport.close();
    expect(sink.ends).toEqual([undefined]);
  });

  it('gives up where the stalls do not end', async () => {
    const { usb, transport, sink } = await started({ info });
    for (let i = 0; i < 5; i++) {
      usb.stallRead(bulkIn);
      await ticks();
    }
    expect((await sink.ended)?.message).toContain('reads from it fail: LIBUSB stall');
    await transport.close();
    expect(usb.isOpen).toBe(false);
  });

  it('delivers what a read has that fails, stalls or is cancelled, in its order', async () => {
    const { usb, transport, hex, sink } = await started({ info });
    usb.failRead(bulkIn, 'other', wire(2, acl(1)));
    usb.failRead(bulkIn, 'stall', wire(2, acl(2)));
    usb.failRead(bulkIn, 'cancelled', wire(2, acl(3)));
    usb.deliver(bulkIn, wire(2, acl(4)));
    await ticks();
    usb.deliver(bulkIn, wire(2, acl(5)));
    expect(hex()).toEqual([1, 2, 3, 4, 5].map((tag) => heard(tag)));
    expect(sink.losses).toEqual([]);
    await transport.close();
  });

  it.each([
    ['a failure in the middle of a packet', 'other', wire(2, acl(1, 100)).subarray(0, 64)],
    ['a stall in the middle of a packet', 'stall', wire(2, acl(1, 100)).subarray(0, 64)],
    ['a device that sends more than was asked for', 'overflow', wire(2, acl(1))],
  ] as const)('is out of step after %s, and back after a Reset', async (_, fault, bytes) => {
    const { usb, transport, hex, sink } = await started({ info });
    usb.failRead(bulkIn, fault, bytes);
    await ticks();
    const before = hex().length;
    usb.deliver(bulkIn, wire(2, acl(2)));
    expect(sink.losses).toEqual(['a read that failed']);
    expect(hex()).toHaveLength(before);
    usb.deliver(events, wire(4, resetComplete().subarray(1)));
    usb.deliver(bulkIn, wire(2, acl(3)));
    expect(hex().slice(before)).toEqual([toHex(resetComplete()), heard(3)]);
    expect(transport.counters).toMatchObject({ lostSync: 1, resynced: 1 });
    await transport.close();
  });

  it('puts packets of every length together, with and without an empty packet behind', async () => {
    const { usb, transport, hex, sink } = await started({ info });
    const lengths = [58, 59, 60, 61, 123, 124, 1018, 1019, 1020, 1021];
    for (const length of lengths) {
      usb.deliver(bulkIn, wire(2, acl(1, length)));
      usb.deliver(bulkIn, new Uint8Array(0));
      usb.deliver(bulkIn, wire(2, acl(2, length)));
    }
    expect(hex()).toEqual(lengths.flatMap((length) => [heard(1, length), heard(2, length)]));
    expect(sink.losses).toEqual([]);
    await transport.close();
  });

  it('sends anew, in order, what a stall has turned away', async () => {
    const { usb, transport, sink } = await started({ info });
    transport.send(data(1));
    await ticks();
    usb.failWrite.set(bulkOut, 'stall');
    for (const tag of [2, 3]) transport.send(data(tag));
    const { pendingBytes } = transport;
    await new Promise(setImmediate);
    transport.send(data(4));
    expect(transport.pendingBytes).toBeGreaterThan(pendingBytes);
    await ticks();
    expect(usb.sent).toEqual([1, 2, 3, 4].map(written));
    expect(usb.log.filter((line) => line.startsWith('clearHalt'))).toEqual([`clearHalt ${bulkOut}`]);
    expect(transport.counters).toMatchObject({ stalls: 1, failedWrites: 2 });
    expect(transport.pendingBytes).toBe(0);
    await transport.close();
    expect(sink.ends).toEqual([undefined]);
  });

  it('gives up where writes stall again and again, or in the middle of a packet', async () => {
    for (const brokenOff of [0, 3]) {
      const { usb, transport, sink } = await started({ info });
      usb.brokenOff = brokenOff;
      usb.stuck.add(bulkOut);
      transport.send(data(1));
      await ticks();
      expect((await sink.ended)?.message).toMatch(brokenOff > 0 ? /broke off/ : /stalls again and again/);
      await transport.close();
      expect(usb.isOpen).toBe(false);
      expect(transport.pendingBytes).toBe(0);
    }
  });

  it.each(['reading', 'writing', 'a stall that is being cleared', 'the close'])(
    'is lost once when it vanishes during %s',
    async (during) => {
      const { usb, transport, sink, clock } = await started({ info, kernelDriver: true, holdWrites: true });
      if (during === 'writing') transport.send(data(1));
      if (during === 'a stall that is being cleared') usb.stallRead(bulkIn);
      if (during === 'the close') transport.send(reset());
      const closing = during === 'the close' ? transport.close() : undefined;
      usb.unplug();
      await ticks();
      await clock.run(Promise.all([transport.close(), closing]));
      expect(usb.isOpen).toBe(false);
      expect(usb.transfers).toBe(0);
      expect(sink.ends).toHaveLength(1);
      expect(transport.pendingBytes).toBe(0);
      expect(clock.pending).toBe(0);
    },
  );

  it.each(['in', 'out'])('does not close before a stall (%s) has been cleared', async (stalled) => {
    const { usb, transport, sink, clock } = await started({ info });
    const gate = deferred<void>();
    usb.gate = gate.promise;
    if (stalled === 'in') usb.stallRead(bulkIn);
    else {
      usb.failWrite.set(bulkOut, 'stall');
      transport.send(data(1));
    }
    await ticks();
    const closing = transport.close();
    await clock.advance(250);
    await ticks();
    expect(usb.log.filter((line) => /release|close/.test(line))).toEqual([]);
    gate.resolve();
    await closing;
    expect(usb.isOpen).toBe(false);
    expect(transport.pendingBytes).toBe(0);
    expect(sink.ends).toEqual([undefined]);
  });
});

it('finds the answer to a Reset among the rest of an event that was broken off', async () => {
  const { usb, transport, hex, sink } = await started({});
  const long = Uint8Array.of(0x3e, 0xff, ...new Uint8Array(255).fill(0xee));
  usb.deliver(0x81, long.subarray(0, 32));
  usb.failRead(0x81, 'other');
  usb.deliver(0x81, long.subarray(48, 96));
  expect(sink.losses).toEqual(['a read that failed']);
  usb.deliver(0x81, resetComplete().subarray(1));
  usb.deliver(0x81, Uint8Array.of(0x0f, 0));
  expect(hex()).toEqual([toHex(resetComplete()), '040f00']);
  await transport.close();
});

it('takes an event of any length from an endpoint with packets of 64 octets', async () => {
  const [{ endpoints, ...hci }, ...others] = csr.interfaces as [
    (typeof csr.interfaces)[0],
    ...typeof csr.interfaces,
  ];
  const wide = endpoints.map((one) => (one.type === 'interrupt' ? { ...one, maxPacketSize: 64 } : one));
  const { usb, transport, hex, sink } = await started({
    info: { ...csr, interfaces: [{ ...hci, endpoints: wide }, ...others] },
  });
  const lengths = [0, 1, 61, 62, 63, 126, 127, 255];
  for (const length of lengths)
    usb.deliver(0x81, Uint8Array.of(0x3e, length, ...new Uint8Array(length).fill(9)));
  expect(hex()).toEqual(
    lengths.map((length) => `043e${toHex(Uint8Array.of(length, ...new Uint8Array(length).fill(9)))}`),
  );
  expect(sink.losses).toEqual([]);
  await transport.close();
});
