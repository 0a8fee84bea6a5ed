import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadHciSocketPort } from '../../../../src/transport/hci-socket/hci-socket-library.ts';
import { HciSocketError, type HciSocketPort } from '../../../../src/transport/hci-socket/hci-socket-port.ts';

// The package as it is, as far as it is used: what Linux does behind it is shown on a real kernel elsewhere.
const linux = vi.hoisted(() => {
  const state = { devices: [{ devId: 3, flags: 0 }], refuse: 0, written: 0, calls: [] as string[] };
  const refused = (what: string, errno: number): Error => {
    const code = errno > 34 ? undefined : `E${errno}`;
    return Object.assign(new Error(`${what}: ${code}`), { errno: -errno, code });
  };
  const listeners: { data: (packet: Uint8Array) => void; close: () => void }[] = [];
  class HciSocket {
    static getDevList() {
      if (state.refuse === 97) throw refused('Could not get dev list', 97);
      return state.devices;
    }
    static getDevInfo(index: number) {
      const found = state.devices.find(({ devId }) => devId === index);
      if (found === undefined) throw refused(`hci${index} not found`, 19);
      return found;
    }
    readonly #on = { data: (_packet: Uint8Array) => {}, close: () => {} };
    constructor(index: number) {
      state.calls.push(`bind ${index}`);
      if (HciSocket.getDevInfo(index).flags & 1) state.calls.push(`down ${index}`);
      if (state.refuse > 0) throw refused(`Could not bind socket hci${index}`, state.refuse);
      listeners.push(this.#on);
    }
    on(event: 'data' | 'close', listener: () => void): this {
      this.#on[event] = listener;
      return this;
    }
    write(packet: unknown): number {
      if (!Buffer.isBuffer(packet)) throw new TypeError('Argument must be a Buffer');
      if (packet.length > 1028) throw new Error('Buffer length must be between 4 and 1028 bytes');
      state.calls.push(`write ${packet.toString('hex')}`);
      return state.written < 0 ? state.written : packet.length;
    }
    close(): void {
      state.calls.push('close');
      this.#on.close();
    }
  }
  return { state, listeners, HciSocket };
});

vi.mock('hci-socket', () => ({ default: linux.HciSocket }));

const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof HciSocketError ? error.fault : 'no HciSocketError';
  }
  return 'nothing thrown';
};

describe('the HCI socket library', () => {
  let port: HciSocketPort;
  const packets: Uint8Array[] = [];
  let gone = 0;
  const listener = { packet: (octets: Uint8Array) => packets.push(octets), gone: () => gone++ };
  beforeEach(async () => {
    port = await loadHciSocketPort();
  });
  afterEach(() => {
    Object.assign(linux.state, { devices: [{ devId: 3, flags: 0 }], refuse: 0, written: 0, calls: [] });
    linux.listeners.length = 0;
    packets.length = 0;
    gone = 0;
  });

  it('lists devices', () => {
    expect(port.devices()).toEqual([3]);
    linux.state.refuse = 97;
    expect(faultOf(() => port.devices())).toBe('unsupported');
  });

  it('opens, writes and reads', () => {
    const socket = port.open(3, listener);
    const frame = Uint8Array.of(0, 1, 3, 0x0c, 0, 0);
    expect(socket.write(frame.subarray(1, 5))).toBe(true);
    linux.listeners[0]?.data(Buffer.from([4, 0x10, 1, 0]));
    expect(packets).toEqual([Buffer.from([4, 0x10, 1, 0])]);
    expect(linux.state.calls).toEqual(['bind 3', 'write 01030c00']);
  });

  it('leaves a device alone that is up, which the package would take down', () => {
    linux.state.devices = [{ devId: 3, flags: 5 }];
    expect(faultOf(() => port.open(3, listener))).toBe('busy');
    expect(linux.state.calls).toEqual([]);
  });

  it.each([
    [1, 'access'],
    [13, 'access'],
    [16, 'starting'],
    [19, 'noDevice'],
    [87, 'busy'],
    [93, 'unsupported'],
    [97, 'unsupported'],
    [132, 'blocked'],
    [5, 'other'],
  ])('translates error %i to %s', (errno, fault) => {
    linux.state.refuse = errno;
    expect(faultOf(() => port.open(3, listener))).toBe(fault);
  });

  it('says the number of an error that has no name', () => {
    linux.state.refuse = 71;
    expect(() => port.open(3, listener)).toThrow('(errno 71)');
    linux.state.refuse = 0;
    expect(faultOf(() => port.open(7, listener))).toBe('noDevice');
  });

  it('tells no room from refusal', () => {
    const socket = port.open(3, listener);
    const packet = Uint8Array.of(1, 3, 0x0c, 0);
    linux.state.written = -11;
    expect(socket.write(packet)).toBe(false);
    linux.state.written = -22;
    expect(() => socket.write(packet)).toThrow('errno 22');
    expect(faultOf(() => socket.write(new Uint8Array(1029)))).toBe('other');
  });

  it('tells of a device that goes, and not of its own close', () => {
    const lost = port.open(3, listener);
    linux.listeners[0]?.close();
    lost.close();
    expect([gone, linux.state.calls]).toEqual([1, ['bind 3']]);
    const closed = port.open(3, listener);
    closed.close();
    closed.close();
    expect([gone, linux.state.calls.slice(1)]).toEqual([1, ['bind 3', 'close']]);
  });
});
