import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { TimeoutError, TransportError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { openSerial } from '../../../../src/transport/serial/serial.ts';
import { RecordingSink, reset, resetComplete } from '../recording-sink.ts';
import { FakeSerial } from './fake-serial.ts';
import { drive, open, opened, path, refused } from './open-serial.ts';

describe('a serial port', () => {
  it('is opened with RTS/CTS and reset at the rate that is given', async () => {
    const { fake, clock, transport, close } = await opened({ baudRate: 921_600 }, { baudRate: 921_600 });
    expect(fake.opened).toEqual([{ path, baudRate: 921_600, flowControl: true, evenParity: false }]);
    expect(fake.log.filter((entry) => entry.startsWith('heard'))).toEqual(['heard 01030c00 at 921600']);
    expect(transport.name).toBe('serial:/dev/ttyX,921600');
    expect(clock.pending).toBe(0);
    await close();
    expect(fake.log.slice(-3)).toEqual(['drain', 'discard', 'close']);
  });

  it('goes without flow control when told to', async () => {
    const { fake, transport, close } = await opened({}, { baudRate: 115_200, flowControl: false });
    expect(fake.opened[0]?.flowControl).toBe(false);
    expect(transport.name).toBe('serial:/dev/ttyX,115200,noflow');
    await close();
  });

  it.each([1_000_000, 115_200, 460_800, 921_600, 3_000_000])('finds %i baud by itself', async (baudRate) => {
    const { transport, close } = await opened({ baudRate });
    expect(transport.name).toBe(`serial:/dev/ttyX,${baudRate}`);
    await close();
  });

  it('carries packets once open, and nothing from before', async () => {
    const { fake, transport, close } = await opened(
      { late: Uint8Array.of(0x04, 0x3e) },
      { baudRate: 115_200 },
    );
    const sink = new RecordingSink();
    transport.start(sink);
    transport.send(reset());
    expect(toHex(await sink.next())).toBe('040e0401030c00');
    fake.stream?.push(Uint8Array.of(0x04, 0x0f, 0x00));
    expect(toHex(await sink.next())).toBe('040f00');
    expect(sink.losses).toEqual([]);
    await close();
    expect(sink.ends).toEqual([undefined]);
  });

  it('asks once more when stale events come first', async () => {
    const stale = Uint8Array.of(0x04, 0x3e, 0x04, 0x01, 0x02, 0x03, 0x04, ...resetComplete());
    const { fake, close } = await opened(
      { answer: (count) => (count === 0 ? stale : resetComplete()) },
      { baudRate: 115_200 },
    );
    expect(fake.log.filter((entry) => entry.startsWith('heard'))).toHaveLength(2);
    await close();
  });

  it('goes a second round for a controller that swallowed the first Reset', async () => {
    const { transport, close } = await opened({
      baudRate: 115_200,
      answer: (count) => (count === 0 ? undefined : resetComplete()),
    });
    expect(transport.name).toBe('serial:/dev/ttyX,115200');
    await close();
  });

  it('is lost when it is unplugged', async () => {
    const { fake, clock, transport } = await opened({}, { baudRate: 115_200 });
    const sink = new RecordingSink();
    transport.start(sink);
    fake.stream?.emit('close', new Error('bad file descriptor'));
    expect((await sink.ended)?.message).toBe(
      'the connection to serial:/dev/ttyX,115200 is lost: the line failed: bad file descriptor; check the cable, then open the adapter again',
    );
    await drive(clock, transport.close());
    expect(fake.isOpen).toBe(false);
  });
});

describe('a serial port that cannot be opened', () => {
  it.each([
    [
      'Error: No such file or directory, cannot open /dev/ttyX',
      /there is no such port: .* jelling adapters lists/,
    ],
    ['Error: Permission denied, cannot open /dev/ttyX', /sudo usermod -aG dialout \$USER/],
    ['Error Resource temporarily unavailable Cannot lock port', /another program has it open \(ModemManager/],
    ['Error: Inappropriate ioctl for device setting custom baud rate', /it is not a serial port/],
    ['something new', /something new/],
  ])('explains: %s', async (text, explained) => {
    const { error } = await refused({ openError: new Error(text) });
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toMatch(/^cannot open serial:\/dev\/ttyX: /);
    expect(error.message).toMatch(explained);
  });

  it('says that nothing answers, and what to look at', async () => {
    const { error, fake } = await refused({ answer: () => undefined });
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toBe(
      'no controller answers HCI_Reset on serial:/dev/ttyX at any of 1000000, 115200, 460800, 921600, 3000000 baud; check that the board runs ' +
        'controller firmware that speaks H4 on this port (Zephyr: hci_uart) and its baud rate, write ,h5 behind the path if it speaks the three-wire protocol, and ,noflow if RTS and CTS are not wired',
    );
    expect(fake.log.filter((entry) => entry.startsWith('baud'))).toHaveLength(10);
  });

  it('says what a device that is no controller answered', async () => {
    const answer = (): Uint8Array => new TextEncoder().encode('OK\r\n> ?\r\n');
    const { error } = await refused({ answer }, { baudRate: 115_200, flowControl: false });
    expect(error.message).toMatch(
      /^what answers on .* at 115200 baud is no HCI controller \(it said 4f 4b 0d/,
    );
    expect(error.message).not.toContain('noflow');
  });

  it('is probed although the line never falls quiet', async () => {
    const fake = new FakeSerial({ answer: () => undefined });
    const { clock, opening } = open(fake, { baudRate: 115_200 });
    let babbling = true;
    const babble = (): void => {
      if (!babbling) return;
      if (fake.isOpen) fake.stream?.push(Uint8Array.of(0x55));
      setImmediate(babble);
    };
    babble();
    const error = await drive(clock, opening).catch((reason: unknown) => reason);
    babbling = false;
    expect(String(error)).toContain('is no HCI controller (it said 55 55');
    expect(fake.isOpen).toBe(false);
  });

  it('says that the driver is missing', async () => {
    const missing = new TransportError("serial ports need the package 'serialport'");
    const opening = openSerial({ path }, { clock: new ManualClock() }, () => Promise.reject(missing));
    await expect(opening).rejects.toBe(missing);
  });

  it('is closed before a deadline rejects', async () => {
    const fake = new FakeSerial({ answer: () => undefined });
    const { clock, opening } = open(fake, {}, { timeoutMs: 300 });
    const error = await drive(clock, opening).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toContain(
      'while opening serial:/dev/ttyX: no controller has answered HCI_Reset yet',
    );
    expect(fake.isOpen).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('is closed before an abort rejects', async () => {
    const fake = new FakeSerial({ answer: () => undefined });
    const controller = new AbortController();
    const { clock, opening } = open(fake, {}, { signal: controller.signal });
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    const reason = new Error('no longer');
    controller.abort(reason);
    await expect(drive(clock, opening)).rejects.toBe(reason);
    expect(fake.isOpen).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('says that it was lost on the way', async () => {
    const fake = new FakeSerial({ answer: () => undefined });
    const { clock, opening } = open(fake);
    opening.catch(() => {});
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    fake.stream?.emit('close', new Error('unplugged'));
    await expect(drive(clock, opening)).rejects.toThrow(
      'serial:/dev/ttyX was lost while it was opened: unplugged',
    );
    expect(clock.pending).toBe(0);
  });
});
