import { describe, expect, it } from 'vitest';
import {
  encodeCommandComplete,
  encodeCommandFailed,
  encodeCommandStatus,
} from '../../../src/hci/codec/command-answers.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { printPacket, printRecord } from '../../../src/snoop/text.ts';

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
const key = '00112233445566778899aabbccddeeff';

describe('printPacket', () => {
  it.each([
    ['01 03 0c 00', 'HCI_Reset'],
    ['01 06 04 03 40 00 13', 'HCI_Disconnect connectionHandle=0x0040 reason=0x13'],
    ['01 06 04 01 40', 'HCI_Disconnect malformed 40'],
    ['01 7f fc 02 aa bb', 'command 0xfc7f (OGF 0x3f, OCF 0x07f) aabb'],
    ['01 03', 'command, cut short 0103'],
    ['04 05 04 00 40 00 13', 'HCI_Disconnection_Complete status=0x00 connectionHandle=0x0040 reason=0x13'],
    ['04 05 01 00', 'HCI_Disconnection_Complete malformed 00'],
    ['04 ee 01 07', 'event 0xee 07'],
    ['04 3e 02 ee 07', 'event 0x3e, subevent 0xee ee07'],
    ['04 0e 01 01', 'HCI_Command_Complete malformed 01'],
    ['04', 'event 0x00'],
    ['02 40 20 07 00 03 00 04 00 0a 2a 00', 'ACL handle=0x0040 first cid=0x0004 length=3 0a2a00'],
    ['02 40 10 02 00 aa bb', 'ACL handle=0x0040 continuing aabb'],
    ['02 40 20 09 00 aa', 'ACL, its length does not fit 0240200900aa'],
    ['03 00 00 01 aa', 'SCO 000001aa'],
    ['05 00 00 01 00 aa', 'ISO 00000100aa'],
    ['77 01', 'no HCI packet 7701'],
    ['', 'no HCI packet'],
  ])('%s', (hex, text) => {
    expect(printPacket(bytes(hex))).toBe(text);
  });

  it('names the command that an event answers, and how it went', () => {
    expect(printPacket(encodeCommandComplete(HciCommand.reset, { status: 0 }))).toBe(
      'HCI_Command_Complete HCI_Reset status=0x00',
    );
    expect(printPacket(encodeCommandFailed(HciCommand.reset.opcode, 0x0c))).toMatch(
      /^HCI_Command_Complete HCI_Reset status=0x0c \(.*Command Disallowed.*\)$/i,
    );
    expect(printPacket(encodeCommandStatus(HciCommand.disconnect.opcode, 0))).toBe(
      'HCI_Command_Status HCI_Disconnect pending',
    );
    expect(printPacket(encodeCommandStatus(HciCommand.disconnect.opcode, 0x02))).toMatch(
      /HCI_Disconnect .*Unknown Connection Identifier/i,
    );
    expect(printPacket(encodeCommandFailed(0xfc7f, 0x01))).toMatch(
      /^HCI_Command_Complete command 0xfc7f 01 \(/,
    );
  });

  it.each([
    ['HCI_LE_Enable_Encryption', `01 19 20 1c 40 00 ${'00'.repeat(10)} ${key}`],
    ['HCI_LE_Long_Term_Key_Request_Reply', `01 1a 20 12 40 00 ${key}`],
    ['HCI_LE_Encrypt', `01 17 20 20 ${key} ${key}`],
    ['HCI_Link_Key_Request_Reply', `01 0b 04 16 010203040506 ${key}`],
    ['HCI_Link_Key_Notification', `04 18 17 010203040506 ${key} 04`],
    ['HCI_LE_Generate_DHKey_Complete', `04 3e 22 09 00 ${key}${key}`],
    [
      'Zephyr_Read_Static_Addresses, from whose identity root keys are derived,',
      `04 0e 1b 01 09 fc 00 01 010203040506 ${key}`,
    ],
    ['SMP Encryption Information', `02 40 20 15 00 11 00 06 00 06 ${key}`],
  ])('prints the keys of %s only when told to', (_, hex) => {
    const packet = bytes(hex);
    expect(printPacket(packet)).toContain('hidden');
    expect(printPacket(packet)).not.toContain('2233');
    expect(printPacket(packet, { showKeys: true })).toMatch(/2233|3322/);
  });

  it('cuts long payloads', () => {
    const text = printPacket(Uint8Array.of(1, 0x7f, 0xfc, 100, ...new Uint8Array(100)));
    expect(text.length).toBeLessThan(150);
    expect(text.endsWith('…')).toBe(true);
  });
});

describe('printRecord', () => {
  const packet = bytes('01 03 0c 00');
  it('puts time and direction in front', () => {
    const at = { timestampUs: Date.UTC(2024, 0, 1, 12, 34, 56, 789) * 1000 + 12, packet, dropped: 0 };
    expect(printRecord({ ...at, direction: 'sent' })).toBe('12:34:56.789012 > HCI_Reset');
    expect(printRecord({ ...at, direction: 'received' })).toBe('12:34:56.789012 < HCI_Reset');
  });

  it.each([Number.MAX_SAFE_INTEGER, -1, -9e18, 9e18, 8.7e18])('survives the time %d', (timestampUs) => {
    expect(printRecord({ direction: 'sent', timestampUs, packet, dropped: 0 })).toMatch(
      /^\d\d:\d\d:\d\d\.\d{6} > HCI_Reset$/,
    );
  });
});
