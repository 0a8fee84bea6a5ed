import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { TimeoutError, TransportError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { openUsb } from '../../../../src/transport/usb/usb.ts';
import { explainUsbFault } from '../../../../src/transport/usb/usb-failure.ts';
import { type UsbDeviceInfo, UsbError } from '../../../../src/transport/usb/usb-port.ts';
import { READS_IN_FLIGHT } from '../../../../src/transport/usb/usb-reader.ts';
import type { UsbSelection } from '../../../../src/transport/usb/usb-select.ts';
import { RecordingSink, reset, resetComplete } from '../recording-sink.ts';
import { csr, FakeUsb, type FakeUsbOptions, hciInterface } from './fake-usb.ts';

const EVENTS = 0x81;
const ACL_IN = 0x82;
const first: UsbSelection = { by: 'class' };

const started = async (options: FakeUsbOptions = {}) => {
  const usb = new FakeUsb(options);
  const clock = new ManualClock();
  const transport = await openUsb(first, { clock }, usb.load);
  const sink = new RecordingSink();
  transport.start(sink);
  const hex = () => sink.packets.map((packet) => toHex(packet));
  return { usb, clock, transport, sink, hex };
};

const ticks = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
};

const acl = (payload: number): Uint8Array =>
  Uint8Array.of(0x40, 0x20, payload & 0xff, payload >> 8, ...new Uint8Array(payload).fill(0x5a));
const aclHex = (payload: number): string => `02${toHex(acl(payload))}`;

describe('opening a USB controller', () => {
  it('takes the system driver off, claims, and gives both back in order', async () => {
    const { usb, transport, sink, clock } = await started({ kernelDriver: true });
    expect(usb.log).toEqual(['open', 'detach 0', 'claim 0']);
    expect(transport.name).toBe('usb:1-2');
    await transport.close();
    expect(usb.log.slice(3)).toEqual(['release 0', 'attach 0', 'close']);
    expect(usb.kernelDriver).toBe(true);
    expect(sink.ends).toEqual([undefined]);
    expect(clock.pending).toBe(0);
  });

  it('leaves a driver alone that was not there', async () => {
    const { usb, transport } = await started();
    await transport.close();
    expect(usb.log).toEqual(['open', 'claim 0', 'release 0', 'close']);
  });

  it('can be closed before it is started', async () => {
    const usb = new FakeUsb();
    const transport = await openUsb(first, { clock: new ManualClock() }, usb.load);
    await transport.close();
    expect(usb.isOpen).toBe(false);
  });

  const opening = (select: UsbSelection, info: UsbDeviceInfo) => {
    const usb = new FakeUsb({ info });
    return openUsb(select, { clock: new ManualClock() }, usb.load);
  };
  const vendorClass = { class: 0xff, subclass: 1, protocol: 1 };

  it.each<[string, UsbSelection, UsbDeviceInfo, string]>([
    [
      'by class of the device',
      first,
      { ...csr, interfaces: [{ ...hciInterface, ...vendorClass }] },
      'usb:1-2',
    ],
    ['by class of an interface', first, { ...csr, class: 0xef }, 'usb:1-2'],
    [
      'by its identifiers, whatever its class',
      { by: 'id', vendorId: 0x0a12, productId: 1 },
      { ...csr, ...vendorClass },
      'usb:0a12:0001',
    ],
    ['by its place', { by: 'port', bus: 3, port: '1.4' }, { ...csr, bus: 3, ports: [1, 4] }, 'usb:3-1.4'],
    ['where the system tells no places', first, { ...csr, ports: [] }, 'usb:0a12:0001'],
  ])('finds it %s', async (_, select, info, name) => {
    const transport = await opening(select, info);
    expect(transport.name).toBe(name);
    await transport.close();
  });

  it('takes the first by place', async () => {
    const devices = [
      [2, [1]],
      [1, [10]],
      [1, [2]],
    ].map(([bus, ports]) => new FakeUsb({ info: { ...csr, bus: bus as number, ports: ports as number[] } }));
    const transport = await openUsb(first, { clock: new ManualClock() }, async () => ({
      devices: () => devices,
    }));
    expect(transport.name).toBe('usb:1-2');
    await transport.close();
  });

  it('drives the interface that names itself Bluetooth', async () => {
    const other = { ...hciInterface, ...vendorClass };
    const usb = new FakeUsb({
      info: { ...csr, class: 0xef, interfaces: [other, { ...hciInterface, number: 2 }] },
    });
    const transport = await openUsb(first, { clock: new ManualClock() }, usb.load);
    expect(usb.log).toContain('claim 2');
    await transport.close();
  });

  it.each<[UsbSelection, string]>([
    [first, 'no USB Bluetooth adapter (class E0/01/01) is plugged in; jelling adapters lists'],
    [{ by: 'id', vendorId: 0xa12, productId: 2 }, 'no USB device is usb:0a12:0002; jelling adapters lists'],
    [{ by: 'port', bus: 1, port: '3' }, 'no USB device is usb:1-3; jelling adapters lists'],
  ])('says that none is there', async (select, text) => {
    const error = await opening(select, { ...csr, ...vendorClass, interfaces: [] }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain(text);
  });

  it('says that a device is no controller', async () => {
    const info = { ...csr, interfaces: [{ ...hciInterface, endpoints: [] }] };
    await expect(opening(first, info)).rejects.toThrow(
      'usb:1-2 (0a12:0001) is no Bluetooth controller that Jelling can drive',
    );
  });

  it('undoes what was begun when it fails', async () => {
    const usb = new FakeUsb({ kernelDriver: true, failClaim: 'busy' });
    const error = await openUsb(first, { clock: new ManualClock() }, usb.load).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain('cannot open usb:1-2 (0a12:0001): another program drives it');
    expect(usb.log).toEqual(['open', 'detach 0', 'attach 0', 'close']);
  });

  it('explains the udev rule', async () => {
    const denied = new UsbError('LIBUSB_ERROR_ACCESS', 'access');
    const text = explainUsbFault(denied, csr, 'linux');
    expect(text).toContain(
      '\n  SUBSYSTEM=="usb", ATTRS{idVendor}=="0a12", ATTRS{idProduct}=="0001", MODE="0660", GROUP="plugdev", TAG+="uaccess"\n',
    );
    expect(text).toContain('sudo udevadm control --reload');
    const usb = new FakeUsb({ failOpen: 'access' });
    await expect(openUsb(first, { clock: new ManualClock() }, usb.load)).rejects.toThrow(
      /^cannot open usb:1-2 \(0a12:0001\): /,
    );
    expect(usb.log).toEqual(['open']);
  });

  it.each([
    ['access', 'darwin', /built in/],
    ['access', 'win32', /Zadig/],
    ['unsupported', 'win32', /WinUSB/],
    ['unsupported', 'linux', /does not support/],
    ['gone', 'linux', /unplugged/],
    ['other', 'linux', /LIBUSB_ERROR_X/],
  ] as const)('explains %s on %s', (fault, platform, text) => {
    expect(explainUsbFault(new UsbError('LIBUSB_ERROR_X', fault), csr, platform)).toMatch(text);
  });

  it('opens nothing for a caller who has gone', async () => {
    const usb = new FakeUsb();
    const clock = new ManualClock();
    let go: () => void = () => {};
    const slow = new Promise<FakeUsb>((resolve) => {
      go = () => resolve(usb);
    });
    const late = openUsb(first, { clock, timeoutMs: 10 }, () => slow).catch((reason: unknown) => reason);
    await clock.advance(10);
    expect(await late).toBeInstanceOf(TimeoutError);
    go();
    await ticks();
    expect(usb.log).toEqual([]);
  });

  it('passes on that the library is missing', async () => {
    const missing = new TransportError("USB adapters need the package 'usb'");
    await expect(openUsb(first, { clock: new ManualClock() }, () => Promise.reject(missing))).rejects.toBe(
      missing,
    );
  });
});

describe('packets over USB', () => {
  it('go out on the endpoint of their kind, without indicator', async () => {
    const { usb, transport } = await started();
    transport.send(reset());
    transport.send(Uint8Array.of(0x02, 0x40, 0x20, 0x01, 0x00, 0xaa));
    transport.send(Uint8Array.of(0x05, 0x00));
    expect(usb.sent).toEqual(['command 2000000000000300030c00', 'acl 40200100aa']);
    expect(transport.pendingBytes).toBe(16);
    expect(transport.counters['unknownIndicators']).toBe(1);
    await ticks();
    expect(transport.pendingBytes).toBe(0);
    await transport.close();
  });

  it('come in with their indicator in front, as views on what was read', async () => {
    const { usb, transport, hex } = await started();
    usb.deliver(EVENTS, resetComplete().subarray(1));
    usb.deliver(ACL_IN, acl(10));
    expect(hex()).toEqual(['040e0401030c00', aclHex(10)]);
    await transport.close();
  });

  it('keeps several reads in flight on both endpoints, of the event packet size and of many data packets', async () => {
    const { usb, transport } = await started();
    expect([usb.reads(EVENTS), usb.reads(ACL_IN)]).toEqual([READS_IN_FLIGHT, READS_IN_FLIGHT]);
    for (let i = 0; i < 10; i++) usb.deliver(EVENTS, Uint8Array.of(0x0f, 0x00));
    expect([usb.reads(EVENTS), usb.reads(ACL_IN)]).toEqual([READS_IN_FLIGHT, READS_IN_FLIGHT]);
    await transport.close();
  });

  it('are put together from several transfers, wherever they are cut', async () => {
    const { usb, transport, sink, hex } = await started();
    const long = Uint8Array.of(0x3e, 40, ...new Uint8Array(40).fill(7));
    usb.deliver(EVENTS, long);
    for (let cut = 1; cut < 12; cut++) {
      const bytes = acl(8);
      usb.deliver(ACL_IN, bytes.subarray(0, cut));
      usb.deliver(ACL_IN, bytes.subarray(cut));
    }
    for (const octet of acl(3)) usb.deliver(ACL_IN, Uint8Array.of(octet));
    for (const octet of [0x0f, 0x00]) usb.deliver(EVENTS, Uint8Array.of(octet));
    usb.deliver(ACL_IN, acl(3000));
    expect(hex()).toEqual([
      `04${toHex(long)}`,
      ...Array.from({ length: 11 }, () => aclHex(8)),
      aclHex(3),
      '040f00',
      aclHex(3000),
    ]);
    expect(sink.losses).toEqual([]);
    await transport.close();
  });

  it('are taken apart when one transfer holds several, and empty transfers are nothing', async () => {
    const { usb, transport, hex } = await started();
    usb.deliver(ACL_IN, Uint8Array.of(...acl(2), ...acl(0), ...acl(5).subarray(0, 3)));
    usb.deliver(ACL_IN, new Uint8Array(0));
    usb.deliver(ACL_IN, acl(5).subarray(3));
    expect(hex()).toEqual([aclHex(2), aclHex(0), aclHex(5)]);
    await transport.close();
  });

  it('stop while paused and go on afterwards', async () => {
    const { usb, transport, hex } = await started();
    transport.pause();
    for (let i = 0; i < READS_IN_FLIGHT; i++) usb.deliver(ACL_IN, acl(i));
    expect(usb.reads(ACL_IN)).toBe(0);
    transport.resume();
    expect(usb.reads(ACL_IN)).toBe(READS_IN_FLIGHT);
    expect(usb.reads(EVENTS)).toBe(READS_IN_FLIGHT);
    expect(hex()).toHaveLength(READS_IN_FLIGHT);
    await transport.close();
  });

  it('are not read at all when it is paused before the start', async () => {
    const usb = new FakeUsb();
    const transport = await openUsb(first, { clock: new ManualClock() }, usb.load);
    transport.pause();
    transport.start(new RecordingSink());
    expect(usb.transfers).toBe(0);
    transport.resume();
    expect(usb.transfers).toBe(2 * READS_IN_FLIGHT);
    await transport.close();
  });

  it('are dropped after noise until a Reset is answered', async () => {
    const { usb, transport, sink, hex } = await started();
    usb.deliver(ACL_IN, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff));
    for (const octet of [0xff, 0xff, 0xff, 0xff]) usb.deliver(ACL_IN, Uint8Array.of(octet));
    usb.deliver(EVENTS, Uint8Array.of(0x0f, 0x00));
    usb.deliver(ACL_IN, acl(2));
    usb.deliver(ACL_IN, acl(9).subarray(0, 6));
    usb.deliver(EVENTS, resetComplete().subarray(1));
    usb.deliver(ACL_IN, acl(3));
    expect(sink.losses).toEqual(['an ACL data packet that claims 65535 octets']);
    expect(hex()).toEqual(['040e0401030c00', aclHex(3)]);
    expect(transport.counters).toMatchObject({
      lostSync: 1,
      overlongPackets: 2,
      droppedPackets: 2,
      resynced: 1,
    });
    await transport.close();
  });
});

describe('the end of a USB controller', () => {
  it('ends every transfer before it closes', async () => {
    const { usb, transport, sink, clock } = await started({ kernelDriver: true, holdWrites: true });
    transport.send(reset());
    const closing = Promise.all([transport.close(), transport.close()]);
    expect(usb.isOpen).toBe(true);
    await ticks();
    expect(usb.transfers).toBe(1);
    await clock.advance(250);
    await closing;
    expect(usb.transfers).toBe(0);
    expect(usb.isOpen).toBe(false);
    expect(sink.ends).toEqual([undefined]);
    expect(clock.pending).toBe(0);
  });

  it('lets what was sent last leave', async () => {
    const { usb, transport, clock } = await started({ holdWrites: true });
    transport.send(reset());
    const closing = transport.close();
    await ticks();
    usb.finishWrites();
    await closing;
    expect(clock.now()).toBe(0);
    expect(usb.isOpen).toBe(false);
  });

  it('delivers nothing after a close from inside a delivery', async () => {
    const usb = new FakeUsb();
    const transport = await openUsb(first, { clock: new ManualClock() }, usb.load);
    const seen: number[] = [];
    let closing: Promise<void> | undefined;
    transport.start({
      packet: (packet) => {
        seen.push(packet.length);
        closing = transport.close();
      },
      lostSync: () => {},
      closed: () => seen.push(-1),
    });
    usb.deliver(ACL_IN, Uint8Array.of(...acl(2), ...acl(3)));
    await closing;
    expect(seen).toEqual([7, -1]);
  });

  it('does not close over a transfer that never ends', async () => {
    const { usb, transport, clock, sink } = await started({ loseCancelled: true });
    const closing = transport.close();
    await clock.run(closing);
    expect(usb.isOpen).toBe(true);
    expect(transport.counters['transfersLeftOpen']).toBe(1);
    expect(sink.ends).toEqual([undefined]);
  });

  it('is a loss when it is unplugged, told once', async () => {
    const { usb, transport, sink } = await started({ kernelDriver: true });
    usb.unplug();
    const error = await sink.ended;
    expect(error).toBeInstanceOf(TransportError);
    expect(error?.message).toBe(
      'the connection to usb:1-2 is lost: it was unplugged; check that it is plugged in, then open the adapter again',
    );
    transport.send(reset());
    transport.resume();
    await transport.close();
    expect(usb.isOpen).toBe(false);
    expect(sink.ends).toHaveLength(1);
  });

  it('is told after the start when it was lost before', async () => {
    const usb = new FakeUsb();
    const transport = await openUsb(first, { clock: new ManualClock() }, usb.load);
    usb.unplug();
    transport.send(reset());
    const sink = new RecordingSink();
    transport.start(sink);
    expect((await sink.ended)?.message).toContain('it was unplugged');
    await transport.close();
    expect(usb.isOpen).toBe(false);
  });

  it('comes with a stall that cannot be cleared, not with one that can', async () => {
    const { usb, transport, sink } = await started();
    usb.failRead(ACL_IN, 'stall');
    expect(usb.reads(ACL_IN)).toBe(READS_IN_FLIGHT - 1);
    await ticks();
    expect(usb.log).toContain('clearHalt 82');
    expect(usb.reads(ACL_IN)).toBe(READS_IN_FLIGHT);
    expect(sink.ends).toEqual([]);
    usb.failHalt = true;
    usb.failRead(EVENTS, 'stall');
    expect((await sink.ended)?.message).toContain('it stalled and cannot be set going');
    await transport.close();
    expect(transport.counters['stalls']).toBe(2);
    expect(usb.isOpen).toBe(false);
  });

  it('comes when reads fail again and again, not when they fail now and then', async () => {
    const { usb, transport, sink } = await started();
    for (let i = 0; i < 10; i++) {
      usb.failRead(ACL_IN, 'other');
      usb.deliver(ACL_IN, acl(1));
    }
    expect(sink.ends).toEqual([]);
    for (let i = 0; i < 5; i++) usb.failRead(ACL_IN, 'other');
    expect((await sink.ended)?.message).toContain('reads from it fail: LIBUSB other');
    expect(transport.counters['failedReads']).toBe(15);
    await transport.close();
  });

  it('does not come with a command that the device stalls, and comes with data that cannot be sent', async () => {
    const { usb, transport, sink } = await started();
    usb.failWrite.set(0, 'stall');
    transport.send(reset());
    usb.failWrite.set(0x02, 'stall');
    transport.send(Uint8Array.of(0x02, 0, 0, 0, 0));
    await ticks();
    expect(sink.ends).toEqual([]);
    expect(usb.log).toContain('clearHalt 2');
    expect(transport.counters).toMatchObject({ stalls: 2, failedWrites: 2 });
    usb.failWrite.set(0x02, 'other');
    transport.send(Uint8Array.of(0x02, 0, 0, 0, 0));
    expect((await sink.ended)?.message).toContain('writes to it fail: LIBUSB other');
    await transport.close();
  });

  it('comes when the device takes nothing', async () => {
    const { transport, sink, usb } = await started({ holdWrites: true });
    for (let i = 0; i < 140; i++) transport.send(Uint8Array.of(0x02, ...new Uint8Array(65_535)));
    expect((await sink.ended)?.message).toMatch(/it takes nothing, \d+ octets wait for it/);
    await transport.close();
    expect(usb.isOpen).toBe(false);
  });
});
