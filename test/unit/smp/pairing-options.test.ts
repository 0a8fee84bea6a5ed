import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../../../src/core/errors.ts';
import { isAsStrong, strengthened } from '../../../src/smp/bond-making.ts';
import { OobData } from '../../../src/smp/oob-data.ts';
import { choicesOf, type PairingOptions } from '../../../src/smp/pairing-options.ts';
import type { PairingUi } from '../../../src/smp/pairing-ui.ts';
import { identityOf, secureBond } from '../../support/bonds.ts';

const able = { bonds: true, identity: true };
const showPasskey = () => undefined;
const enterPasskey = () => 1;
const compareNumbers = () => true;

const uis: [string, PairingUi, number][] = [
  ['nothing', {}, 3],
  ['consent alone', { confirm: () => true }, 3],
  ['a display', { showPasskey }, 0],
  ['a display and two keys', { compareNumbers }, 1],
  ['a display and two keys, both ways', { showPasskey, compareNumbers }, 1],
  ['a keyboard', { enterPasskey }, 2],
  ['a keyboard and a display', { enterPasskey, showPasskey }, 4],
  ['all', { enterPasskey, showPasskey, compareNumbers }, 4],
];

test.each(uis)('the IO capability follows from the ui: %s', (_name, ui, ioCapability) => {
  const choices = choicesOf({ ui }, able);
  expect(choices.ioCapability).toBe(ioCapability);
  expect(choices.mitm).toBe(ioCapability === 3 ? 'never' : 'required');
});

test('the defaults are the safe ones', () => {
  expect(choicesOf({}, able)).toMatchObject({
    bonding: true,
    secureConnections: 'preferred',
    minKeySize: 16,
    maxKeySize: 16,
    keypress: false,
    give: 3,
    take: 3,
  });
  expect(choicesOf({ oob: { own: new OobData() } }, able).mitm).toBe('required');
});

test('without a place for bonds or an IRK nothing of that kind is offered', () => {
  expect(choicesOf({}, { bonds: false, identity: true })).toMatchObject({ bonding: false, give: 0, take: 0 });
  expect(choicesOf({ bond: false }, able)).toMatchObject({ bonding: false, give: 0, take: 0 });
  expect(choicesOf({}, { bonds: true, identity: false })).toMatchObject({ give: 1, take: 3 });
  expect(choicesOf({ giveKeys: ['signing'], takeKeys: [] }, able)).toMatchObject({ give: 4, take: 0 });
});

test.each<[string, PairingOptions]>([
  ['an io without its callback', { io: 'keyboardOnly' }],
  ['an io that there is not', { io: 'telepathy' as never }],
  ['a key that is too short', { minKeySize: 6 }],
  ['a key that is too long', { maxKeySize: 17 }],
  ['a minimum above the maximum', { maxKeySize: 10 }],
  ['out-of-band data that is too short', { oob: { temporaryKey: new Uint8Array(15) } }],
  [
    'a confirm value that is too short',
    { oob: { peer: { random: new Uint8Array(16), confirm: new Uint8Array(1) } } },
  ],
])('%s is refused', (_name, options) => {
  expect(() => choicesOf(options, able)).toThrow(InvalidArgumentError);
});

describe('with a bonded peer', () => {
  const strength = [true, false].flatMap((authenticated) =>
    [true, false].flatMap((secureConnections) =>
      [7, 16].map((keySize) => ({ authenticated, secureConnections, keySize })),
    ),
  );

  test('nothing weaker than its key will do', () => {
    const choices = choicesOf({ minKeySize: 7 }, able);
    const bond = secureBond(identityOf('00:00:5E:00:53:09'), 1);
    expect(strengthened(choices, bond)).toMatchObject({
      mitm: 'required',
      secureConnections: 'required',
      minKeySize: 16,
    });
    expect(
      strengthened(choices, { ...bond, authenticated: false, secureConnections: false, keySize: 7 }),
    ).toEqual(choices);
    expect(strengthened(choices, undefined)).toBe(choices);
  });

  test('one key is as strong as another if it lacks nothing of it', () => {
    for (const key of strength) {
      for (const as of strength) {
        const lacks =
          (as.authenticated && !key.authenticated) ||
          (as.secureConnections && !key.secureConnections) ||
          key.keySize < as.keySize;
        expect(isAsStrong(key, as)).toBe(!lacks);
      }
    }
  });
});
