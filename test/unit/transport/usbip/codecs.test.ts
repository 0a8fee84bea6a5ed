import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { MalformedPduError } from '../../../../src/core/errors.ts';
import { MessageFramer } from '../../../../src/transport/usbip/message-framer.ts';
import {
  decodeOperation,
  encodeDevlist,
  encodeImport,
  encodeRefusal,
  operationLength,
} from '../../../../src/transport/usbip/operations.ts';
import {
  commandLength,
  decodeCommand,
  encodeRetSubmit,
  encodeRetUnlink,
  type Urb,
} from '../../../../src/transport/usbip/urbs.ts';
import { fromHex } from '../../../support/hex.ts';
import { cmdSubmit, cmdUnlink, reqDevlist, reqImport } from '../../../support/usbip-client.ts';

/** "The following data is captured from wire": Linux, Documentation/usb/usbip_protocol.rst, "EXAMPLE". */
const captured = {
  cmdIntrIn:
    '00000001 00000d05 0001000f 00000001 00000001 00000200 00000040 ffffffff 00000000 00000004 00000000 00000000',
  cmdIntrOut:
    '00000001 00000d06 0001000f 00000000 00000001 00000000 00000040 ffffffff 00000000 00000004 00000000 00000000' +
    `ffffffff860008a784ce5ae212376300${'00'.repeat(48)}`,
  retIntrOut:
    '00000003 00000d06 00000000 00000000 00000000 00000000 00000040 ffffffff 00000000 00000000 00000000 00000000',
  retIntrIn:
    '00000003 00000d05 00000000 00000000 00000000 00000000 00000040 ffffffff 00000000 00000000 00000000 00000000' +
    `ffffffff860011a784ce5ae2123763612891b10201000004${'00'.repeat(40)}`,
};

const urbOf = (hex: string): Urb => {
  const octets = fromHex(hex);
  expect(commandLength(octets)).toBe(octets.length);
  const command = decodeCommand(octets);
  if (command.command !== 'submit') throw new Error('no transfer');
  return command;
};

describe('transfers as they were captured between two kernels', () => {
  it('reads what a client wants to read', () => {
    expect(urbOf(captured.cmdIntrIn)).toMatchObject({
      seqnum: 0xd05,
      devid: 0x1000f,
      endpoint: 0x81,
      transferBufferLength: 64,
      transferBuffer: new Uint8Array(0),
      isoPackets: [],
    });
  });

  it('reads what a client wants to write', () => {
    const urb = urbOf(captured.cmdIntrOut);
    expect(urb).toMatchObject({ seqnum: 0xd06, endpoint: 0x01, transferBufferLength: 64 });
    expect(toHex(urb.transferBuffer)).toMatch(/^ffffffff860008a7.*00$/);
    expect(urb.transferBuffer).toHaveLength(64);
  });

  it('takes the number of packets that the protocol wants for what is not isochronous, too', () => {
    const hex = cmdSubmit({
      seqnum: 1,
      endpoint: 0x02,
      length: 2,
      data: 'abcd',
      numberOfPackets: 0xffff_ffff,
    });
    const urb = urbOf(hex);
    expect(urb.isoPackets).toEqual([]);
    expect(toHex(encodeRetSubmit(urb, { status: 0, length: 2 })).slice(48, 80)).toBe(
      '0000000200000000ffffffff00000000',
    );
  });

  it('answers both as that kernel did', () => {
    const written = encodeRetSubmit(urbOf(captured.cmdIntrOut), { status: 0, length: 64 });
    expect(toHex(written)).toBe(captured.retIntrOut.replaceAll(' ', ''));
    const whole = captured.retIntrIn.replaceAll(' ', '');
    const read = encodeRetSubmit(urbOf(captured.cmdIntrIn), { status: 0, data: fromHex(whole.slice(96)) });
    expect(toHex(read)).toBe(whole);
  });
});

describe('isochronous transfers', () => {
  const urb = `${cmdSubmit({ seqnum: 9, endpoint: 0x83, length: 18 }).slice(0, 64)}00000002${'00'.repeat(12)}`;
  const packets = '00000000 00000009 00000000 00000000 00000009 00000009 00000000 00000000'.replaceAll(
    ' ',
    '',
  );

  it('has a descriptor for each packet, and the answer has too', () => {
    expect(commandLength(fromHex(urb))).toBe(48 + 32);
    const decoded = urbOf(urb + packets);
    expect(decoded.isoPackets).toEqual([
      { offset: 0, length: 9 },
      { offset: 9, length: 9 },
    ]);
    const answer = toHex(encodeRetSubmit(decoded, { status: 0 }));
    expect(answer.slice(64, 80)).toBe('0000000200000002');
    expect(answer.slice(96)).toBe('000000000000000900000000ffffffee000000090000000900000000ffffffee');
  });

  it('of more packets than Linux believes are refused', () => {
    const many = `${urb.slice(0, 64)}00000401${'00'.repeat(12)}`;
    expect(() => commandLength(fromHex(many))).toThrow(MalformedPduError);
  });
});

describe('taking back', () => {
  it('names the transfer, and is answered by whether it had ended', () => {
    const unlink = decodeCommand(fromHex(cmdUnlink(0x20, 0x1f)));
    if (unlink.command !== 'unlink') throw new Error('no unlink');
    expect(unlink.unlinkSeqnum).toBe(0x1f);
    const zeros = '00'.repeat(12);
    // -ECONNRESET.
    expect(toHex(encodeRetUnlink(unlink, true))).toBe(`0000000400000020${zeros}ffffff98${'00'.repeat(24)}`);
    expect(toHex(encodeRetUnlink(unlink, false))).toBe(`0000000400000020${zeros}00000000${'00'.repeat(24)}`);
  });
});

const exported = {
  busid: '1-2',
  busnum: 1,
  devnum: 3,
  speed: 2,
  idVendor: 0x0a12,
  idProduct: 0x0001,
  bcdDevice: 0x2520,
  deviceClass: { class: 0xe0, subclass: 1, protocol: 1 },
  configurationValue: 1,
  interfaces: [
    { class: 0xe0, subclass: 1, protocol: 1 },
    { class: 0xe0, subclass: 1, protocol: 1 },
  ],
};

/** Offsets are those of the tables in Linux, Documentation/usb/usbip_protocol.rst. */
describe('operations', () => {
  const text = (value: string, octets: number): string =>
    toHex(new TextEncoder().encode(value)).padEnd(2 * octets, '0');
  const block =
    text('/sys/devices/jelling/usb1/1-2', 256) +
    text('1-2', 32) +
    '00000001 00000003 00000002 0a12 0001 2520 e0 01 01 01 01 02'.replaceAll(' ', '');

  it('lists devices with the classes of their interfaces', () => {
    const list = toHex(encodeDevlist([exported]));
    expect(list).toBe(`011100050000000000000001${block}e0010100e0010100`);
    expect(list.slice(2 * 0x10c, 2 * 0x10f)).toBe('312d32');
    expect(list.slice(2 * 0x138, 2 * 0x13a)).toBe('0a12');
    expect(toHex(encodeDevlist([]))).toBe('011100050000000000000000');
  });

  it('gives a device, or says why not', () => {
    expect(toHex(encodeImport(exported))).toBe(`0111000300000000${block}`);
    expect(toHex(encodeRefusal(2))).toBe('0111000300000002');
  });

  it('reads what a client asks for', () => {
    expect(operationLength(fromHex(reqDevlist))).toBe(8);
    expect(decodeOperation(fromHex(reqDevlist))).toEqual({ operation: 'devlist' });
    expect(operationLength(fromHex(reqImport('1-2')))).toBe(40);
    expect(decodeOperation(fromHex(reqImport('1-2')))).toEqual({ operation: 'import', busid: '1-2' });
    const unclosed = '11'.repeat(32);
    expect(decodeOperation(fromHex(`0111800300000000${unclosed}`))).toMatchObject({
      busid: '\u0011'.repeat(32),
    });
    expect(() => operationLength(fromHex('0111800700000000'))).toThrow(MalformedPduError);
  });
});

describe('messages in a stream', () => {
  const stream = fromHex(captured.cmdIntrIn + captured.cmdIntrOut + cmdUnlink(1, 2));

  it.each([1, 7, 48, 49, 1000])('are the same in chunks of %i octets', (size) => {
    const framer = new MessageFramer();
    const messages: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      let rest: Uint8Array = stream.subarray(at, at + size);
      for (;;) {
        const step = framer.take(rest, commandLength);
        if (step.message === undefined) break;
        messages.push(toHex(step.message));
        rest = step.rest;
      }
    }
    expect(messages).toEqual(
      [captured.cmdIntrIn, captured.cmdIntrOut, cmdUnlink(1, 2)].map((hex) => hex.replaceAll(' ', '')),
    );
  });

  it('are refused by their headers, before anything is kept for them', () => {
    const framer = new MessageFramer();
    const huge = cmdSubmit({ seqnum: 1, endpoint: 2, length: 128 * 1024 + 1 });
    expect(() => framer.take(fromHex(huge), commandLength)).toThrow(MalformedPduError);
    const none = fromHex('00'.repeat(48));
    expect(() => new MessageFramer().take(none, commandLength)).toThrow(MalformedPduError);
  });
});
