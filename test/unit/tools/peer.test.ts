import { describe, expect, test } from 'vitest';
import { choose, type Heard, PeerError, parsePeer } from '../../../tools/peer.ts';

const heard = (address: string, name?: string, more: Partial<Heard> = {}): Heard => ({
  address,
  addressType: 'random',
  name,
  rssi: -50,
  services: [],
  connectable: true,
  ...more,
});
const A = 'F0:F1:F2:F3:F4:F5';
const B = 'E0:E1:E2:E3:E4:E5';

const failure = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a peer as the user names it', () => {
  test.each(['f0:f1:f2:f3:f4:f5', 'F0-F1-F2-F3-F4-F5'])('an address: %s', (given) => {
    expect(parsePeer(given)).toEqual({ by: 'address', address: A, type: undefined });
  });

  test('an address and its type', () => {
    expect(parsePeer(`${A}/public`)).toEqual({ by: 'address', address: A, type: 'public' });
    expect(() => parsePeer(`${A}/secret`)).toThrow("'secret' is no type of address");
  });

  test.each(['X', 'F0F1F2F3F4F5', 'F0:F1', `${A} `, 'a/b'])('a name: %j', (given) => {
    expect(parsePeer(given)).toEqual({ by: 'name', name: given });
  });

  test('an empty name is nobody', () => {
    expect(() => parsePeer('')).toThrow('empty');
  });
});

describe('whom the user means', () => {
  test('the one of that name, or of that address', () => {
    const all = [heard(A, 'X'), heard(B, 'Y')];
    expect(choose(parsePeer('Y'), all, 1_000)).toBe(all[1]);
    expect(choose(parsePeer(A), all, 1_000)).toBe(all[0]);
  });

  test('names are compared whole', () => {
    expect(() => choose(parsePeer('X'), [heard(A, 'XY'), heard(B, 'x')], 1_000)).toThrow(PeerError);
  });

  test('two of one name are an error that lists them, nearest first', () => {
    const error = failure(() =>
      choose(parsePeer('X'), [heard(A, 'X', { rssi: -80 }), heard(B, 'X', { rssi: -40 })], 1_000),
    );
    expect(error).toMatchObject({ code: 'AMBIGUOUS' });
    expect(String(error)).toMatch(
      /2 devices are 'X'[\s\S]*E0:E1:E2:E3:E4:E5\/random {2}-40 dBm {2}X\n[\s\S]*F0:F1:F2:F3:F4:F5\/random/,
    );
  });

  test('of two, only one of which accepts connections, that one', () => {
    const all = [heard(A, 'X', { connectable: false }), heard(B, 'X')];
    expect(choose(parsePeer('X'), all, 1_000)).toBe(all[1]);
  });

  test('who accepts no connections is not found, and the error says why', () => {
    const error = failure(() => choose(parsePeer('X'), [heard(A, 'X', { connectable: false })], 1_000));
    expect(error).toMatchObject({ code: 'BLE_NOT_FOUND' });
    expect(String(error)).toContain('accepts no connections');
  });

  test('who was not heard is an error that says who was', () => {
    const error = failure(() => choose(parsePeer('X'), [heard(A), heard(B, 'evil\u001b[2J')], 2_500));
    expect(error).toMatchObject({ code: 'BLE_NOT_FOUND' });
    expect(String(error)).toContain("'X' was not heard within 2.5 s; heard were:");
    expect(String(error)).toContain('(no name)');
    expect(String(error)).toContain('evil\\u{1b}[2J');
  });

  test('the list of who was heard ends somewhere', () => {
    const many = Array.from({ length: 25 }, (_, i) => heard(`${A}${i}`, `n${i}`));
    expect(String(failure(() => choose(parsePeer('X'), many, 1_000)))).toContain('and 15 more');
    expect(String(failure(() => choose(parsePeer('X'), [], 1_000)))).toContain('nothing was heard');
  });
});
