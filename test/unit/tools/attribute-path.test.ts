import { describe, expect, test } from 'vitest';
import { matching, parseAttributePath } from '../../../tools/attribute-path.ts';

const battery = { uuid: '180f' };
const other = { uuid: 'ff10' };
const candidates = [
  { uuid: '2a19', handle: 3, service: battery },
  { uuid: '2a19', handle: 9, service: other },
  { uuid: 'ff11', handle: 12, service: other },
];
const names = {
  parseUuid: (text: string): string => {
    if (!/^(0x)?[0-9a-f]{4}$/i.test(text)) throw new Error('no UUID');
    return text.toLowerCase().replace('0x', '');
  },
  serviceName: (uuid: string) => (uuid === '180f' ? 'Battery' : undefined),
  characteristicName: (uuid: string) => (uuid === '2a19' ? 'Battery Level' : undefined),
};
const handlesOf = (given: string): readonly number[] =>
  matching(parseAttributePath(given), candidates, names).map(({ handle }) => handle);

describe('a characteristic as the user names it', () => {
  test.each([
    ['2a19', [3, 9]],
    ['0x2A19', [3, 9]],
    ['battery level', [3, 9]],
    ['180f/2a19', [3]],
    ['Battery/Battery Level', [3]],
    ['ff10/2a19', [9]],
    ['@9', [9]],
    ['@0x000c', [12]],
    ['@4', []],
    ['180f/ff11', []],
    ['no such thing', []],
  ])('%s', (given, handles) => {
    expect(handlesOf(given)).toEqual(handles);
  });

  test.each(['', '/2a19', '180f/', 'a/b/c', '@', '@0', '@0x10000', '@x', '@-1'])('nothing: %j', (given) => {
    expect(() => parseAttributePath(given)).toThrow();
  });
});
