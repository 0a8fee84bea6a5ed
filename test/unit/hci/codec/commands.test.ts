import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../../src/core/address.ts';
import { toHex } from '../../../../src/core/bytes.ts';
import { MalformedPduError } from '../../../../src/core/errors.ts';
import type { HciCommandType } from '../../../../src/hci/codec/command.ts';
import {
  encodeCommandComplete,
  encodeCommandFailed,
  encodeCommandStatus,
} from '../../../../src/hci/codec/command-answers.ts';
import { commandByOpcode, commandName, commandOf, HciCommand } from '../../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../../src/hci/codec/events.ts';
import { placedCommands, supportedCommandBit } from '../../../../src/hci/codec/supported-commands.ts';
import { arbitraryOfShape } from '../../../support/arbitrary.ts';

const all = Object.values<HciCommandType>(HciCommand);
const hex = (packet: Uint8Array): string => toHex(packet);

describe('command packets', () => {
  test('golden octets', () => {
    expect(hex(HciCommand.reset.encode({}))).toBe('01030c00');
    expect(hex(HciCommand.leSetScanEnable.encode({ leScanEnable: 1, filterDuplicates: 0 }))).toBe(
      '010c20020100',
    );
    expect(hex(HciCommand.leSetEventMask.encode({ leEventMask: 0x1fn }))).toBe('010120081f00000000000000');
    expect(hex(HciCommand.disconnect.encode({ connectionHandle: 0x40, reason: 0x13 }))).toBe(
      '01060403400013',
    );
    expect(hex(HciCommand.leSetAdvertisingData.encode({ advertisingData: Uint8Array.of(2, 1, 6) }))).toBe(
      `0108202003020106${'00'.repeat(28)}`,
    );
    expect(
      hex(
        HciCommand.leCreateConnection.encode({
          leScanInterval: 0x60,
          leScanWindow: 0x30,
          initiatorFilterPolicy: 0,
          peerAddressType: 1,
          peerAddress: parseAddress('F0:F1:F2:F3:F4:F5'),
          ownAddressType: 1,
          connectionIntervalMin: 24,
          connectionIntervalMax: 40,
          maxLatency: 0,
          supervisionTimeout: 42,
          minCeLength: 0,
          maxCeLength: 0,
        }),
      ),
    ).toBe('010d2019600030000001f5f4f3f2f1f0011800280000002a0000000000');
    expect(
      hex(
        HciCommand.leSetExtendedScanParameters.encode({
          ownAddressType: 1,
          scanningFilterPolicy: 0,
          scanningPhys: 0b101,
          phys: [
            { scanType: 1, scanInterval: 0x60, scanWindow: 0x30 },
            { scanType: 0, scanInterval: 0x120, scanWindow: 0x90 },
          ],
        }),
      ),
    ).toBe('0141200d01000501600030000020019000');
    expect(
      hex(
        HciCommand.hostNumberOfCompletedPackets.encode({
          completed: [
            { connectionHandle: 0x40, hostNumCompletedPackets: 1 },
            { connectionHandle: 0x41, hostNumCompletedPackets: 2 },
          ],
        }),
      ),
    ).toBe('01350c09024000010041000200');
  });

  test('opcodes and names are each used once', () => {
    expect(new Set(all.map(({ opcode }) => opcode)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const type of all) expect(commandByOpcode(type.opcode)).toBe(type);
  });

  test('a command is found by its packet, and only by a whole one', () => {
    const packet = HciCommand.leRand.encode({});
    expect(commandOf(packet)).toBe(HciCommand.leRand);
    expect(commandOf(packet.subarray(0, 3))).toBeUndefined();
    expect(commandOf(Uint8Array.of(1, 0x18, 0x20, 1))).toBeUndefined();
    expect(commandOf(Uint8Array.of(4, 0x18, 0x20, 0))).toBeUndefined();
    expect(commandOf(Uint8Array.of(1, 0xff, 0xff, 0))).toBeUndefined();
    expect(commandName(0x200c)).toBe('HCI_LE_Set_Scan_Enable');
    expect(commandName(0xffff)).toBe('the command with opcode 0xffff');
  });

  test.each(all.map((type) => [type.name, type] as const))('%s goes there and back', (_name, type) => {
    fc.assert(
      fc.property(arbitraryOfShape(type.parameters.shape), (parameters) => {
        const packet = type.encode(parameters);
        expect(commandOf(packet)).toBe(type);
        expect(packet[3]).toBe(packet.length - 4);
        expect(type.decode(packet)).toEqual(parameters);
        expect(type.parameters.print(parameters)).toContain(type.name);
      }),
      { seed: 1, numRuns: 20 },
    );
    fc.assert(
      fc.property(arbitraryOfShape(type.returns.shape), (returns) => {
        const packet = encodeCommandComplete(type, returns, 3);
        const { numHciCommandPackets, commandOpcode, returnParameters } =
          HciEvent.commandComplete.decode(packet);
        expect([numHciCommandPackets, commandOpcode]).toEqual([3, type.opcode]);
        expect(type.returns.decode(returnParameters)).toEqual(returns);
      }),
      { seed: 2, numRuns: 20 },
    );
  });

  test('what does not fit is an error of ours, what is cut one of the sender', () => {
    expect(() => HciCommand.leSetAdvertisingData.encode({ advertisingData: new Uint8Array(32) })).toThrow(
      RangeError,
    );
    expect(() =>
      HciCommand.leSetExtendedAdvertisingData.encode({
        advertisingHandle: 0,
        operation: 3,
        fragmentPreference: 0,
        advertisingData: new Uint8Array(252),
      }),
    ).toThrow(RangeError);
    expect(() =>
      HciCommand.leSetAdvertisingData.decode(Uint8Array.of(1, 8, 0x20, 32, 32, ...new Uint8Array(31))),
    ).toThrow(MalformedPduError);
    expect(() => HciCommand.leSetScanEnable.decode(Uint8Array.of(1, 0x0c, 0x20, 1, 1))).toThrow(
      MalformedPduError,
    );
  });

  test('the upper bits of a connection handle are not part of it', () => {
    expect(HciCommand.readRssi.decode(Uint8Array.of(1, 5, 0x14, 2, 0x40, 0xf0))).toEqual({
      connectionHandle: 0x40,
    });
  });
});

describe('answers', () => {
  test('golden octets', () => {
    expect(hex(encodeCommandComplete(HciCommand.reset, { status: 0 }))).toBe('040e0401030c00');
    expect(hex(encodeCommandFailed(0x2022, 0x01, 2))).toBe('040e0402222001');
    expect(hex(encodeCommandStatus(0x200d, 0x0c))).toBe('040f040c010d20');
  });
});

describe('places of the supported commands', () => {
  test('each bit is used once, and each command but vendor ones and its own question has one', () => {
    const bits = placedCommands.map(supportedCommandBit);
    expect(new Set(bits).size).toBe(bits.length);
    const without = all.filter((type) => supportedCommandBit(type) === undefined).map(({ name }) => name);
    expect(without).toEqual([
      'HCI_Read_Local_Supported_Commands',
      'Zephyr_Read_Version_Information',
      'Zephyr_Read_Supported_Commands',
      'Zephyr_Read_Static_Addresses',
    ]);
  });

  test('known places', () => {
    expect(supportedCommandBit(HciCommand.disconnect)).toBe(5);
    expect(supportedCommandBit(HciCommand.leSetPhy)).toBe(35 * 8 + 6);
    expect(supportedCommandBit(HciCommand.leExtendedCreateConnection)).toBe(37 * 8 + 7);
  });
});
