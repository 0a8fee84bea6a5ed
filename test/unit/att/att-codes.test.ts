import { expect, test } from 'vitest';
import {
  AttErrorCode,
  AttOpcode,
  attErrorAdvice,
  attErrorName,
  attOpcodeName,
} from '../../../src/att/att-codes.ts';

test('names opcodes as the specification does, and keeps unknown ones as numbers', () => {
  expect(attOpcodeName(AttOpcode.readBlobRequest)).toBe('ATT_READ_BLOB_REQ');
  expect(attOpcodeName(AttOpcode.signedWriteCommand)).toBe('ATT_SIGNED_WRITE_CMD');
  expect(attOpcodeName(0x7f)).toBe('ATT opcode 0x7F');
  for (const opcode of Object.values(AttOpcode)) expect(attOpcodeName(opcode)).toMatch(/^ATT_[A-Z_]+$/);
});

test('names error codes with their number, ranges included', () => {
  expect(attErrorName(AttErrorCode.insufficientAuthentication)).toBe('Insufficient Authentication (0x05)');
  expect(attErrorName(0x80)).toBe('Application Error (0x80)');
  expect(attErrorName(0x9f)).toBe('Application Error (0x9F)');
  expect(attErrorName(0xa0)).toBe('reserved error code 0xA0');
  expect(attErrorName(0x00)).toBe('reserved error code 0x00');
  expect(attErrorName(0xe0)).toBe('Common Profile and Service Error (0xE0)');
  expect(attErrorName(0xff)).toBe('Out of Range (0xFF)');
});

test('advises where the code tells what to do', () => {
  expect(attErrorAdvice(AttErrorCode.insufficientEncryption)).toContain('encrypt');
  expect(attErrorAdvice(0x85)).toBeUndefined();
});
