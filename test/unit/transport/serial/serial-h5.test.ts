import { describe, expect, it, test } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { TimeoutError, TransportError } from '../../../../src/core/errors.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { openSerial } from '../../../../src/transport/serial/serial.ts';
import { fromHex } from '../../../support/hex.ts';
import { H5End } from '../h5/h5-ends.ts';
import { RecordingSink, reset, resetComplete } from '../recording-sink.ts';
import { FakeSerial } from './fake-serial.ts';
import { drive, path } from './open-serial.ts';

/** A port with a controller that speaks H5 at one rate, and what it was sent. */
const device = (baudRate?: number) => {
  const clock = new ManualClock();
  const end = new H5End('controller', clock);
  const fake = new FakeSerial({ baudRate, hear: (octets) => end.link.push(octets) });
  end.out = (octets) => fake.say(octets);
  end.link.start();
  const open = async (rate?: number, evenParity?: boolean) => {
    const at = { path, baudRate: rate, protocol: 'h5', evenParity } as const;
    const opening = openSerial(at, { clock }, fake.load);
    const transport = await drive(clock, opening);
    const sink = new RecordingSink();
    transport.start(sink);
    const close = async () => {
      await drive(clock, transport.close());
      end.link.stop();
      expect(clock.pending).toBe(0);
      expect(fake.isOpen).toBe(false);
    };
    return { transport, sink, close };
  };
  return { clock, end, fake, open };
};

const failure = async (hear: (octets: Uint8Array, serial: FakeSerial) => void, baudRate?: number) => {
  const clock = new ManualClock();
  const fake = new FakeSerial({ hear });
  const opening = openSerial(
    { path, baudRate, protocol: 'h5' },
    { clock, timeoutMs: Number.POSITIVE_INFINITY },
    fake.load,
  );
  const error = await drive(clock, opening).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TransportError);
  expect(fake.isOpen).toBe(false);
  expect(clock.pending).toBe(0);
  return (error as Error).message;
};

describe('a serial port with the three-wire protocol', () => {
  it('establishes the link and carries packets both ways', async () => {
    const { end, open, clock, fake } = device();
    const { transport, sink, close } = await open(115_200);
    expect(transport.name).toBe('serial:/dev/ttyX,115200,h5');
    expect(fake.opened[0]).toMatchObject({ flowControl: false, evenParity: false });
    transport.send(reset());
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    expect(end.packets).toEqual(['01030c00']);
    end.link.send(resetComplete());
    expect(toHex(await sink.next())).toBe('040e0401030c00');
    await clock.advance(300);
    expect(transport.counters).toMatchObject({ h5PacketsResent: 0, h5HeaderErrors: 0, slipStrayOctets: 0 });
    await close();
    expect(sink.ends).toEqual([undefined]);
  });

  it('has even parity where it is told to, in whatever rate', async () => {
    const { fake, open } = device(460_800);
    const { transport, close } = await open(undefined, true);
    expect(fake.opened.map(({ evenParity }) => evenParity)).toEqual([true]);
    expect(transport.name).toBe('serial:/dev/ttyX,460800,h5,even');
    await close();
  });

  it.each([1_000_000, 115_200, 3_000_000])('finds %i baud by itself', async (baudRate) => {
    const { open } = device(baudRate);
    const { transport, close } = await open();
    expect(transport.name).toBe(`serial:/dev/ttyX,${baudRate},h5`);
    await close();
  });

  it('is lost when the controller resets by itself', async () => {
    const { clock, end, open } = device();
    const { transport, sink } = await open(115_200);
    end.out(fromHex('c0002f00d0017ec0'));
    expect((await sink.ended)?.message).toBe(
      'the connection to serial:/dev/ttyX,115200,h5 is lost: the other end has reset itself; open the adapter again',
    );
    await drive(clock, transport.close());
    end.link.stop();
    expect(clock.pending).toBe(0);
  });

  it('delivers what the controller says before anybody listens, once somebody does', async () => {
    const clock = new ManualClock();
    const end = new H5End('controller', clock);
    const fake = new FakeSerial({ hear: (octets) => end.link.push(octets) });
    end.out = (octets) => fake.say(octets);
    end.link.start();
    end.link.send(resetComplete());
    const transport = await drive(
      clock,
      openSerial({ path, baudRate: 115_200, protocol: 'h5' }, { clock }, fake.load),
    );
    const sink = new RecordingSink();
    transport.start(sink);
    expect(toHex(await drive(clock, sink.next()))).toBe('040e0401030c00');
    await drive(clock, transport.close());
    end.link.stop();
  });
});

describe('a three-wire link that cannot be established', () => {
  test('nothing answers', async () => {
    expect(await failure(() => undefined)).toBe(
      'no controller answers SYNC on serial:/dev/ttyX at any of 1000000, 115200, 460800, 921600, 3000000 baud; check that the board runs ' +
        'controller firmware that speaks the three-wire protocol (H5) on this port and its baud rate, write ,even behind ,h5 where it has even parity, and leave ,h5 out for H4',
    );
  });

  test('something else answers', async () => {
    const message = await failure((_octets, serial) => serial.say(resetComplete()), 115_200);
    expect(message).toMatch(
      /^what answers on serial:\/dev\/ttyX at 115200 baud does not establish a three-wire link \(it said 04 0e 04 01/,
    );
  });

  test('SYNC is answered, CONFIG is not', async () => {
    const message = await failure((octets, serial) => {
      if (toHex(octets).includes('017e')) serial.say(fromHex('c0002f00d0027dc0'));
    }, 115_200);
    expect(message).toMatch(/does not establish a three-wire link \(it said c0 00 2f 00 d0 02 7d c0/);
  });

  test('noise without end', async () => {
    let seed = 1;
    const message = await failure((_octets, serial) => {
      seed = (seed * 75) % 65_537;
      serial.say(Uint8Array.from({ length: 50 }, (_, i) => (seed * i) & 0xff));
    }, 115_200);
    expect(message).toContain('does not establish a three-wire link');
  });

  test('the deadline, and the abort of the caller, close the port first', async () => {
    for (const how of ['deadline', 'abort']) {
      const clock = new ManualClock();
      const fake = new FakeSerial({ hear: () => undefined });
      const caller = new AbortController();
      const opening = openSerial(
        { path, protocol: 'h5' },
        { clock, timeoutMs: 300, signal: caller.signal },
        fake.load,
      );
      for (let i = 0; i < 5; i++) await new Promise(setImmediate);
      const reason = new Error('no longer');
      if (how === 'abort') caller.abort(reason);
      const error = await drive(clock, opening).catch((failed: unknown) => failed);
      if (how === 'abort') expect(error).toBe(reason);
      else {
        expect(error).toBeInstanceOf(TimeoutError);
        expect(String(error)).toContain('no controller has answered SYNC yet');
      }
      expect(fake.isOpen).toBe(false);
      expect(clock.pending).toBe(0);
    }
  });
});
