import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { TimeoutError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { openUsb } from '../../../../src/transport/usb/usb.ts';
import type { UsbInterface } from '../../../../src/transport/usb/usb-port.ts';
import { findHciInterface } from '../../../../src/transport/usb/usb-select.ts';
import { RecordingSink, reset, resetComplete } from '../recording-sink.ts';
import {
  bothModes,
  csr,
  FakeUsb,
  type FakeUsbOptions,
  hciInterface,
  serializedInterface,
} from './fake-usb.ts';

const BULK_IN = 0x85;
const opened = async (options: FakeUsbOptions = {}) => {
  const usb = new FakeUsb({ info: bothModes, ...options });
  const transport = await openUsb({ by: 'class' }, { clock: new ManualClock() }, usb.load);
  const sink = new RecordingSink();
  transport.start(sink);
  return { usb, transport, sink };
};
const ticks = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
};

describe('Bulk Serialization Mode', () => {
  it('is selected where the controller has it, and left before the interface is', async () => {
    const { usb, transport } = await opened({ kernelDriver: true });
    expect(usb.log).toEqual(['open', 'detach 0', 'claim 0', 'setting 0 1']);
    expect(transport.eventLagMs).toBe(0);
    await transport.close();
    expect(usb.log.slice(4)).toEqual(['setting 0 0', 'release 0', 'attach 0', 'close']);
  });

  it('sends all over one endpoint, each packet with its indicator', async () => {
    const { usb, transport } = await opened();
    transport.send(reset());
    transport.send(Uint8Array.of(2, 0x40, 0, 1, 0, 7));
    transport.send(reset());
    await ticks();
    expect(usb.sent).toEqual(['bulk 01030c00', 'bulk 024000010007', 'bulk 01030c00']);
    expect(transport.pendingBytes).toBe(0);
    await transport.close();
  });

  it('is a stream, wherever it is cut', async () => {
    const { usb, transport, sink } = await opened();
    const packets = [
      resetComplete(),
      Uint8Array.of(2, 0x40, 0x20, 3, 0, 1, 2, 3),
      Uint8Array.of(5, 1, 0, 2, 0, 8, 9),
      Uint8Array.of(4, 0x3e, 80, ...new Uint8Array(80).fill(6)),
    ];
    const stream = Uint8Array.from(packets.flatMap((packet) => [...packet]));
    for (let cut = 1; cut < stream.length; cut++) {
      usb.deliver(BULK_IN, stream.subarray(0, cut));
      usb.deliver(BULK_IN, stream.subarray(cut));
    }
    const expected = Array.from({ length: stream.length - 1 }, () =>
      packets.map((packet) => toHex(packet)),
    ).flat();
    expect(sink.packets.map((packet) => toHex(packet))).toEqual(expected);
    await transport.close();
  });

  it('is out of step after an octet that is no indicator, until a Reset is answered', async () => {
    const { usb, transport, sink } = await opened();
    usb.deliver(BULK_IN, Uint8Array.of(0, 0, 0));
    usb.deliver(BULK_IN, resetComplete());
    expect(sink.losses).toEqual(['0x00 where a packet indicator belongs (00 00 00)']);
    expect(sink.packets.map((packet) => toHex(packet))).toEqual([toHex(resetComplete())]);
    expect(transport.counters).toMatchObject({ lostSync: 1, resynced: 1, stalls: 0 });
    await transport.close();
  });

  it.each(['stall', 'other', 'unsupported'] as const)(
    'is done without where its selection ends with %s',
    async (fault) => {
      const { usb, transport, sink } = await opened({ failAlternate: { 1: fault } });
      expect(usb.log).toEqual(['open', 'claim 0', 'setting 0 1', 'setting 0 0']);
      expect(transport.eventLagMs).toBe(4);
      transport.send(reset());
      usb.deliver(0x81, resetComplete().subarray(1));
      expect(usb.sent[0]).toMatch(/^command /);
      expect(sink.packets).toHaveLength(1);
      expect(transport.counters['serializationRefused']).toBe(1);
      await transport.close();
      expect(usb.log.slice(4)).toEqual(['release 0', 'close']);
    },
  );

  it.each([
    ['it is gone', { 1: 'gone' }],
    ['it cannot be set back', { 1: 'stall', 0: 'other' }],
  ] as const)('leaves nothing open where %s', async (_, failAlternate) => {
    const usb = new FakeUsb({ info: bothModes, kernelDriver: true, failAlternate });
    await expect(openUsb({ by: 'class' }, { clock: new ManualClock() }, usb.load)).rejects.toThrow(
      'cannot open usb:1-2 (0a12:0001): ',
    );
    expect(usb.log.slice(-3)).toEqual(['release 0', 'attach 0', 'close']);
  });

  it('closes the device behind a caller who has gone meanwhile', async () => {
    const usb = new FakeUsb({ info: bothModes });
    const clock = new ManualClock();
    const opening = openUsb({ by: 'class' }, { clock, timeoutMs: 10 }, usb.load).catch(
      (reason: unknown) => reason,
    );
    while (!usb.log.includes('setting 0 1')) await Promise.resolve();
    await clock.advance(10);
    expect(await opening).toBeInstanceOf(TimeoutError);
    await ticks();
    expect(usb.log.slice(-3)).toEqual(['setting 0 0', 'release 0', 'close']);
  });

  const [out, into] = serializedInterface.endpoints;
  const interrupt = hciInterface.endpoints[0];
  if (out === undefined || into === undefined || interrupt === undefined) throw new Error('no endpoints');
  it.each<[string, UsbInterface]>([
    ['another alternate setting', { ...serializedInterface, alternate: 2 }],
    ['a setting of another interface', { ...serializedInterface, number: 1 }],
    ['a setting of another class', { ...serializedInterface, class: 0xff }],
    ['an interrupt endpoint beside', { ...serializedInterface, endpoints: [out, into, interrupt] }],
    ['one direction alone', { ...serializedInterface, endpoints: [into] }],
    ['one direction twice', { ...serializedInterface, endpoints: [into, { ...into, address: 0x86 }] }],
    ['endpoints without room', { ...serializedInterface, endpoints: [out, { ...into, maxPacketSize: 0 }] }],
  ])('is not seen in %s', (_, setting) => {
    const found = findHciInterface({ ...csr, interfaces: [...csr.interfaces, setting] });
    expect(found).toMatchObject({ number: 0 });
    expect(found?.serialized).toBeUndefined();
  });

  it('is seen with endpoints of its own', () => {
    expect(findHciInterface(bothModes)?.serialized).toEqual({ alternate: 1, bulkIn: into, bulkOut: out });
  });
});
