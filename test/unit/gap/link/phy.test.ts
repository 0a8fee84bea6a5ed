import { expect, test } from 'vitest';
import { InvalidArgumentError, MalformedPduError } from '../../../../src/core/errors.ts';
import { linkPhys, type PhyPreference, toPhyMasks } from '../../../../src/gap/link/phy.ts';

test.each<readonly [PhyPreference, readonly [number, number, number, number]]>([
  [{}, [3, 0, 0, 0]],
  [{ tx: '2M', rx: '2M' }, [0, 2, 2, 0]],
  [{ tx: ['1M', 'coded'] }, [2, 5, 0, 0]],
  [{ rx: 'coded', coding: 'S8' }, [1, 0, 4, 2]],
  [{ tx: 'coded', coding: 'S2' }, [2, 4, 0, 1]],
])('%j in the terms of HCI_LE_Set_PHY', (preference, [allPhys, txPhys, rxPhys, phyOptions]) => {
  expect(toPhyMasks(preference)).toEqual({ allPhys, txPhys, rxPhys, phyOptions });
});

test('a preference that prefers nothing, or what nobody knows, is refused', () => {
  expect(() => toPhyMasks({ tx: [] })).toThrow(InvalidArgumentError);
  // @ts-expect-error: no such PHY.
  expect(() => toPhyMasks({ rx: '4M' })).toThrow('rx is of 1M, 2M, coded; it is 4M');
  // @ts-expect-error: no such coding.
  expect(() => toPhyMasks({ rx: 'coded', coding: 'S4' })).toThrow("'S2' or 'S8'");
});

test('PHYs of the controller by name; a number that stands for none is malformed', () => {
  expect(linkPhys({ txPhy: 1, rxPhy: 3 })).toEqual({ tx: '1M', rx: 'coded' });
  expect(() => linkPhys({ txPhy: 0, rxPhy: 1 })).toThrow(MalformedPduError);
  expect(() => linkPhys({ txPhy: 2, rxPhy: 4 })).toThrow(MalformedPduError);
});
