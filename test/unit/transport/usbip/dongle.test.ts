import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { fromHex } from '../../../support/hex.ts';
import { cmdSubmit, reqDevlist, reqImport, UsbipClient } from '../../../support/usbip-client.ts';
import type { RecordingSink } from '../recording-sink.ts';
import { attached, csr, serving } from './usb-world.ts';

const STALL = -32;
const RESET = '030c00';
const configured = cmdSubmit({ seqnum: 9999, endpoint: 0, length: 0, setup: '0009010000000000' });

const hexOf = (sink: RecordingSink | undefined): string[] =>
  sink?.packets.map((packet) => toHex(packet)) ?? [];

describe('a server of dongles', () => {
  it('lists them, and closes the connection', async () => {
    await serving(async ({ server }) => {
      server.plug({ identity: csr, bulkSerialization: false }, () => undefined);
      const client = await UsbipClient.dial(server.port);
      client.write(reqDevlist);
      await client.closed();
      const list = await client.read(12 + 2 * (312 + 8));
      expect(list.slice(0, 24)).toBe('011100050000000000000002');
      expect(list).toContain(`312d31${'00'.repeat(29)}000000010000000200000002`);
      expect(list).toContain(`312d32${'00'.repeat(29)}000000010000000300000002`);
      expect(client.unread).toBe('');
    });
  });

  it('gives a dongle to one host, and to the next when that has gone', async () => {
    await serving(async ({ server, sinks, ports }) => {
      const first = await UsbipClient.attach(server.port);
      const second = await UsbipClient.dial(server.port);
      second.write(reqImport('1-1'));
      // Device busy.
      expect(await second.read(8)).toBe('0111000300000002');
      await second.closed();
      const nobody = await UsbipClient.dial(server.port);
      nobody.write(reqImport('1-7'));
      expect(await nobody.read(8)).toBe('0111000300000004');
      await nobody.closed();
      await first.close();
      const error = await sinks[0]?.ended;
      expect(String(error)).toContain(`the host of 1-1 on usbip:${server.port} has let go of it`);
      const third = await UsbipClient.attach(server.port);
      expect(ports).toHaveLength(2);
      await third.close();
    });
  });

  it.each([
    ['an operation that is none', '0111 8007 00000000'],
    ['a command that is none', `${reqImport('1-1')}00000009${'00'.repeat(44)}`],
    [
      'another device',
      reqImport('1-1') + cmdSubmit({ seqnum: 1, endpoint: 0x81, length: 16, devid: 0x10009 }),
    ],
    ['a transfer too long', reqImport('1-1') + cmdSubmit({ seqnum: 1, endpoint: 2, length: 0x7fff_ffff })],
    [
      'one number twice',
      reqImport('1-1') + configured + cmdSubmit({ seqnum: 1, endpoint: 0x81, length: 16 }).repeat(2),
    ],
    [
      'more transfers than anybody needs',
      reqImport('1-1') +
        configured +
        Array.from({ length: 1025 }, (_, i) => cmdSubmit({ seqnum: i, endpoint: 0x82, length: 64 })).join(''),
    ],
    ['random octets', toHex(Uint8Array.from({ length: 4096 }, (_, i) => (i * 73 + 31) & 0xff))],
  ])('cuts off a client that sends %s, and serves the next', async (_what, octets) => {
    await serving(async ({ server }) => {
      const bad = await UsbipClient.dial(server.port);
      bad.write(octets);
      await bad.closed();
      const good = await UsbipClient.attach(server.port);
      expect((await good.control('8006000100001200')).status).toBe(0);
      await good.close();
    });
  });

  it('cuts off a client that asks without end and never reads', async () => {
    await serving(async ({ server }) => {
      const client = await UsbipClient.attach(server.port);
      client.socket.pause();
      const question = cmdSubmit({ seqnum: 77, endpoint: 0x80, length: 177, setup: '800600020000b100' });
      const asking = fromHex(question.repeat(1000));
      let isCut = false;
      client.socket.on('error', () => {
        isCut = true;
      });
      for (let i = 0; i < 300 && !isCut; i++) {
        client.socket.write(asking);
        await new Promise(setImmediate);
      }
      client.socket.resume();
      await client.closed();
    });
  });
});

describe('what a dongle says of itself', () => {
  /** What `lsusb -v` shows of a CSR8510 A10; a name stands for what differs: the addresses of the endpoints. */
  it('is what a CSR8510 says, but for the addresses that the specification suggests', async () => {
    await attached(async ({ client }) => {
      const device = await client.control('8006000100004000');
      expect(device.data).toBe('12010002e0010140120a0100202500020001');
      const { data: configuration } = await client.control('800600020000ff00');
      expect(configuration.slice(0, 18)).toBe('0902b100020100a032');
      expect(configuration).toHaveLength(2 * 0xb1);
      expect(configuration.slice(18)).toBe(
        [
          '0904000003e0010100 0705810310000 1 07050202400001 07058202400001',
          ...[0x00, 0x09, 0x11, 0x19, 0x21, 0x31].map((octets, alternate) => {
            const size = `${octets.toString(16).padStart(2, '0')}00`;
            return `090401${`0${alternate}`}02e0010100 07050301${size}01 07058301${size}01`;
          }),
        ]
          .join('')
          .replaceAll(' ', ''),
      );
      expect((await client.control('8006000300001e00')).data).toBe('04030904');
      expect((await client.control('800602030904ff00')).data).toBe(
        '180343005300520038003500310030002000410031003000',
      );
    });
  });

  it('tells how late its events are', async () => {
    await attached(async ({ client, dongle }) => {
      dongle.faults.eventPollMs = 8;
      expect((await client.control('800600020000ff00')).data).toContain('07058103100008');
    });
  });

  it('offers the Bulk Serialization Mode as setting 1 of interface 0, where it has it', async () => {
    await attached(
      async ({ client }) => {
        const { data } = await client.control('800600020000ff00');
        expect(data).toContain('0904000102e001010007050202400001070582024000010904010002');
        expect(data.slice(4, 8)).toBe('c800');
      },
      { bulkSerialization: true },
    );
  });

  it('answers standard requests by what was set, and refuses the others', async () => {
    await attached(async ({ client }) => {
      const ask = async (setup: string): Promise<string | number> => {
        const { status, data } = await client.control(setup);
        return status === 0 ? data : status;
      };
      expect(await ask('8008000000000100')).toBe('01');
      expect(await ask('0009020000000000')).toBe(STALL);
      expect(await ask('8000000000000200')).toBe('0000');
      expect(await ask('0003010000000000')).toBe('');
      expect(await ask('8000000000000200')).toBe('0200');
      expect(await ask('0001010000000000')).toBe('');
      expect(await ask('8000000000000200')).toBe('0000');
      expect(await ask('810a000001000100')).toBe('00');
      expect(await ask('010b050001000000')).toBe('');
      expect(await ask('810a000001000100')).toBe('05');
      expect(await ask('010b060001000000')).toBe(STALL);
      expect(await ask('010b010000000000')).toBe(STALL);
      expect(await ask('810a000002000100')).toBe(STALL);
      expect(await ask('8006000600000a00')).toBe(STALL);
      expect(await ask('800600050000ff00')).toBe(STALL);
      expect(await ask('c000000000000200')).toBe(STALL);
      // No more than was asked for.
      expect(await ask('8006000100000800')).toBe('12010002e0010140');
    });
  });
});

describe('HCI over the endpoints', () => {
  it('takes commands as class requests to the device and to interface 0', async () => {
    await attached(async ({ client, sink }) => {
      expect(await client.command(RESET)).toMatchObject({ status: 0, length: 3 });
      expect((await client.control('2100000000000300', RESET)).status).toBe(0);
      expect(hexOf(sink)).toEqual(['01030c00', '01030c00']);
      // To interface 1; cut short; with more behind it.
      expect((await client.control('2100000001000300', RESET)).status).toBe(STALL);
      expect((await client.command('030c')).status).toBe(STALL);
      expect((await client.command('030c0000')).status).toBe(STALL);
      expect(sink.packets).toHaveLength(2);
    });
  });

  it('gives events on the interrupt endpoint in packets of 16, to reads that wait and to reads that come', async () => {
    await attached(async ({ client, port }) => {
      const waiting = client.submitIn(0x81, 16);
      await client.settle();
      port.send(fromHex('040e0401030c00'));
      expect(await client.answerTo(waiting)).toMatchObject({ status: 0, data: '0e0401030c00' });
      port.send(fromHex(`043e12${'11'.repeat(18)}`));
      expect((await client.answerTo(client.submitIn(0x81, 16))).data).toBe(`3e12${'11'.repeat(14)}`);
      expect((await client.answerTo(client.submitIn(0x81, 16))).data).toBe('11111111');
      // The whole of it for a buffer that is large enough.
      port.send(fromHex(`043e12${'22'.repeat(18)}`));
      expect((await client.answerTo(client.submitIn(0x81, 260))).data).toBe(`3e12${'22'.repeat(18)}`);
    });
  });

  it('carries ACL data on the bulk endpoints, several reads in flight, packets over several transfers', async () => {
    await attached(async ({ client, port, sink }) => {
      const reads = [1, 2, 3].map(() => client.submitIn(0x82, 64));
      await client.settle();
      port.send(fromHex(`0200204600${'aa'.repeat(70)}`));
      port.send(fromHex('0200200100bb'));
      const answers = await Promise.all(reads.map((read) => client.answerTo(read)));
      expect(answers.map(({ data }) => data)).toEqual([
        `00204600${'aa'.repeat(60)}`,
        'aa'.repeat(10),
        '00200100bb',
      ]);
      await client.answerTo(client.submitOut(2, '00200300cccc'));
      expect(sink.packets).toEqual([]);
      await client.answerTo(client.submitOut(2, 'cc00200000'));
      expect(hexOf(sink)).toEqual(['0200200300cccccc', '0200200000']);
    });
  });

  it('takes a read back, and loses nothing by it', async () => {
    await attached(async ({ client, port }) => {
      const read = client.submitIn(0x81, 16);
      // -ECONNRESET, and no answer to the read itself.
      expect(await client.unlink(read)).toBe(-104);
      port.send(fromHex('040e0401030c00'));
      const next = client.submitIn(0x81, 16);
      expect((await client.answerTo(next)).data).toBe('0e0401030c00');
      expect(await client.unlink(next)).toBe(0);
      expect(client.unread).toBe('');
    });
  });

  it('has no endpoints but that of control before it is configured', async () => {
    await attached(async ({ client, sink }) => {
      await client.control('0009000000000000');
      expect((await client.answerTo(client.submitIn(0x81, 16))).status).toBe(STALL);
      expect((await client.answerTo(client.submitOut(2, '0020010011'))).status).toBe(STALL);
      expect(sink.packets).toEqual([]);
    });
  });

  it('says that it has lost step over data too long to be any, and hears nothing more until a Reset', async () => {
    await attached(async ({ client, sink }) => {
      await client.answerTo(client.submitOut(2, `0020ffff${'00'.repeat(60)}`));
      expect(sink.losses).toEqual(['an ACL data packet that claims 65535 octets']);
      await client.answerTo(client.submitOut(2, '0020010011'));
      await client.command('010c00');
      expect(sink.packets).toEqual([]);
      await client.command(RESET);
      await client.answerTo(client.submitOut(2, '0020010022'));
      expect(hexOf(sink)).toEqual(['01030c00', '020020010022']);
    });
  });

  it('keeps no more than a thousand events for a host that never reads', async () => {
    await attached(async ({ client, port }) => {
      for (let i = 0; i < 1100; i++) port.send(fromHex('040e0401030c00'));
      expect(port.counters).toMatchObject({ droppedEvents: 76 });
      expect(port.pendingBytes).toBe(1024 * 6);
      // Selecting the setting begins anew.
      await client.control('010b000000000000');
      expect(port.pendingBytes).toBe(0);
    });
  });
});

describe('the Bulk Serialization Mode', () => {
  it('carries every packet with its indicator over the bulk endpoints, events and data in their order', async () => {
    await attached(
      async ({ client, port, sink }) => {
        expect((await client.control('010b010000000000')).status).toBe(0);
        expect((await client.control('810a000000000100')).data).toBe('01');
        await client.answerTo(client.submitOut(2, '01030c00'));
        expect(hexOf(sink)).toEqual(['01030c00']);
        port.send(fromHex('040e0401030c00'));
        port.send(fromHex('0200200100bb'));
        port.send(fromHex('0500200100cc'));
        const reads = [1, 2, 3].map(() => client.submitIn(0x82, 1024));
        const answers = await Promise.all(reads.map((read) => client.answerTo(read)));
        expect(answers.map(({ data }) => data)).toEqual(['040e0401030c00', '0200200100bb', '0500200100cc']);
        // Neither of the ways of the other mode is open.
        expect((await client.command(RESET)).status).toBe(STALL);
        expect((await client.answerTo(client.submitIn(0x81, 16))).status).toBe(STALL);
        await client.answerTo(client.submitOut(2, '77'));
        expect(sink.losses).toHaveLength(1);
      },
      { bulkSerialization: true },
    );
  });

  it('forgets on the way there and back what the other setting had begun', async () => {
    await attached(
      async ({ client, port, sink }) => {
        await client.answerTo(client.submitOut(2, '0020'));
        port.send(fromHex('040e0401030c00'));
        await client.control('010b010000000000');
        await client.answerTo(client.submitOut(2, '01030c0001'));
        await client.control('010b000000000000');
        await client.answerTo(client.submitOut(2, '0020000 0'.replace(' ', '')));
        expect(hexOf(sink)).toEqual(['01030c00', '0200200000']);
        expect(port.pendingBytes).toBe(0);
      },
      { bulkSerialization: true },
    );
  });
});
