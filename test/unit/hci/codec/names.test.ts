import { describe, expect, test } from 'vitest';
import { describeStatus, HciErrorCode } from '../../../../src/hci/codec/error-codes.ts';
import { bitOf, bitsToBytes, LeFeature } from '../../../../src/hci/codec/features.ts';
import { CoreVersion, describeVersion } from '../../../../src/hci/codec/version.ts';

describe('names of code points', () => {
  test('an error code is told by number and name, a reserved one by number', () => {
    expect(describeStatus(0x0c)).toBe('Command Disallowed (0x0C)');
    expect(describeStatus(0x3d)).toBe('Connection Terminated due to MIC Failure (0x3D)');
    expect(describeStatus(0x2b)).toBe('reserved error code 0x2B');
    for (const code of Object.values(HciErrorCode)) expect(describeStatus(code)).not.toContain('reserved');
  });

  test('a version is told as people say it', () => {
    expect(describeVersion(CoreVersion['5.4'])).toBe('5.4');
    expect(describeVersion(250)).toBe('version number 250');
  });

  test('a bit field reads as it was made, and is clear past its end', () => {
    const bits = bitsToBytes(
      [LeFeature.encryption, LeFeature.extendedAdvertising, LeFeature.channelSounding],
      8,
    );
    expect(bits).toEqual(Uint8Array.of(0x01, 0x10, 0, 0, 0, 0x40, 0, 0));
    expect(bitOf(bits, LeFeature.extendedAdvertising)).toBe(true);
    expect(bitOf(bits, LeFeature.periodicAdvertising)).toBe(false);
    expect(bitOf(bits, 64)).toBe(false);
  });
});
