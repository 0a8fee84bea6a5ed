import { describe, expect, test } from 'vitest';
import { intelFileName, parseIntelVersion } from '../../../../src/hci/codec/intel-version.ts';
import { fromHex } from '../../../support/hex.ts';

/** Values of the older form: variant, revision, firmware variant and revision. */
const fixed = (...[variant, revision, firmware, firmwareRevision]: readonly string[]): Uint8Array =>
  fromHex(`37 ${variant} ${revision} ${firmware} ${firmwareRevision} 00 00 00 00`);

const tagged = (variant: string, image: string, cnvi: string, cnvr: string): Uint8Array =>
  fromHex(`10 04 ${cnvi}  11 04 ${cnvr}  12 04 00 37 ${variant} 00  1c 01 ${image}`);

/** The names are those of files in linux-firmware. */
describe('the file of an Intel chip', () => {
  test.each([
    ['8260', fixed('0b', '10', '06', '00'), 5, 'intel/ibt-11-5'],
    ['8265', fixed('0c', '10', '06', '00'), 16, 'intel/ibt-12-16'],
    ['9560', fixed('11', '10', '06', '01'), 0, 'intel/ibt-17-16-1'],
    ['9260', fixed('12', '10', '06', '01'), 0, 'intel/ibt-18-16-1'],
    ['AX201', fixed('13', '00', '06', '03'), 0, 'intel/ibt-19-0-3'],
    ['AX200', fixed('14', '01', '06', '03'), 0, 'intel/ibt-20-1-3'],
    ['AX210', tagged('17', '01', '10 04 00 00', '10 04 00 00'), 0, 'intel/ibt-0041-0041'],
    ['AX211', tagged('17', '01', '00 04 00 00', '10 04 00 00'), 0, 'intel/ibt-0040-0041'],
    ['AX211 of a later step', tagged('17', '01', '00 04 00 01', '10 04 00 00'), 0, 'intel/ibt-0140-0041'],
    ['BE200', tagged('1c', '01', '10 09 00 01', '10 09 00 01'), 0, 'intel/ibt-0191-0191'],
    ['one with a loader before its firmware', tagged('1e', '01', '00 09 00 01', '10 04 00 00'), 0, undefined],
    ['one in that loader', tagged('1c', '02', '10 09 00 01', '10 09 00 01'), 0, undefined],
    ['one that nobody knows', fixed('15', '10', '06', '01'), 0, undefined],
  ] as const)('%s', (_, version, deviceRevision, name) => {
    expect(intelFileName(parseIntelVersion(version), deviceRevision)).toBe(name);
  });

  test.each([
    ['of another platform', fromHex('12 04 00 38 17 00 1c 01 01')],
    ['with an image of an unknown kind', fromHex('12 04 00 37 17 00 1c 01 04')],
    ['with an unknown firmware', fixed('11', '10', '07', '01')],
    ['with an engine that nobody knows', fromHex('12 04 00 37 17 00 1c 01 01 2f 01 02')],
    ['whose values are cut', fromHex('12 04 00 37 17')],
  ])('is not guessed for a chip %s', (_, version) => {
    expect(() => parseIntelVersion(version)).toThrow();
  });
});
