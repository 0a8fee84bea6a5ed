import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../support/hex.ts';
import { reqDevlist, reqImport, UsbipClient } from '../../../support/usbip-client.ts';
import { attached, serving } from './usb-world.ts';

const STALL = -32;
const CLEAR_HALT_OF_EVENTS = '0201000081000000';
const CLEAR_HALT_OF_ACL_IN = '0201000082000000';
const CLEAR_HALT_OF_ACL_OUT = '0201000002000000';
const IS_HALTED = '8200000081000200';
const resetComplete = '0e0401030c00';

/** An event of so many octets in all, without its indicator. */
const eventOf = (octets: number): string =>
  `3e${(octets - 2).toString(16).padStart(2, '0')}${'ee'.repeat(octets - 2)}`;
/** An ACL packet of so many octets in all, without its indicator. */
const dataOf = (octets: number): string =>
  `0020${(octets - 4).toString(16).padStart(2, '0')}00${'dd'.repeat(octets - 4)}`;

describe('the order in which events and data reach the host', () => {
  it('keeps data behind the events that were made before, and no event behind data', async () => {
    await attached(async ({ client, port }) => {
      const data = client.submitIn(0x82, 64);
      port.send(fromHex(`04${eventOf(20)}`));
      port.send(fromHex(`02${dataOf(10)}`));
      port.send(fromHex(`04${resetComplete}`));
      expect(await client.answers()).toEqual([]);
      await client.answerTo(client.submitIn(0x81, 16));
      // The event is not whole yet.
      expect(await client.answers()).toEqual([]);
      await client.answerTo(client.submitIn(0x81, 16));
      expect((await client.answerTo(data)).data).toBe(dataOf(10));
      port.send(fromHex(`02${dataOf(11)}`));
      expect((await client.answerTo(client.submitIn(0x81, 16))).data).toBe(resetComplete);
      expect((await client.answerTo(client.submitIn(0x82, 64))).data).toBe(dataOf(11));
    });
  });

  it('lets data overtake where they race, by as much as the interrupt endpoint is late', async () => {
    await attached(async ({ client, port, dongle, clock }) => {
      dongle.faults.delivery = 'racing';
      dongle.faults.eventPollMs = 8;
      await clock.advance(3);
      const events = [client.submitIn(0x81, 16), client.submitIn(0x81, 16)];
      const data = client.submitIn(0x82, 64);
      await client.settle();
      port.send(fromHex(`04${eventOf(20)}`));
      port.send(fromHex(`02${dataOf(10)}`));
      expect((await client.answers()).map(({ seqnum }) => seqnum)).toEqual([data]);
      await clock.advance(4);
      expect(await client.answers()).toEqual([]);
      await clock.advance(1);
      // One packet each time that it is asked.
      expect((await client.answers()).map(({ seqnum }) => seqnum)).toEqual([events[0]]);
      await clock.advance(8);
      expect((await client.answers()).map(({ seqnum }) => seqnum)).toEqual([events[1]]);
    });
  });

  it('does not wait for events that were dropped with the setting they were made in', async () => {
    await attached(async ({ client, port }) => {
      port.send(fromHex(`04${resetComplete}`));
      await client.control('010b000000000000');
      port.send(fromHex(`02${dataOf(10)}`));
      expect((await client.answerTo(client.submitIn(0x82, 64))).data).toBe(dataOf(10));
    });
  });

  it('keeps the order also where events are late', async () => {
    await attached(async ({ client, port, dongle, clock }) => {
      dongle.faults.eventPollMs = 8;
      const event = client.submitIn(0x81, 16);
      const data = client.submitIn(0x82, 64);
      await client.settle();
      port.send(fromHex(`04${resetComplete}`));
      port.send(fromHex(`02${dataOf(10)}`));
      expect(await client.answers()).toEqual([]);
      await clock.advance(8);
      expect((await client.answers()).map(({ seqnum }) => seqnum)).toEqual([event, data]);
    });
  });
});

describe('packets that fill their last transfer', () => {
  it.each([
    [0x81, 16, `04${eventOf(16)}`, 2],
    [0x81, 16, `04${eventOf(32)}`, 3],
    [0x82, 64, `02${dataOf(64)}`, 2],
    [0x82, 64, `02${dataOf(128)}`, 3],
  ])('end with an empty one on endpoint %i', async (endpoint, size, packet, transfers) => {
    await attached(async ({ client, port }) => {
      port.send(fromHex(packet));
      const reads = Array.from({ length: transfers }, () => client.submitIn(endpoint, size));
      const answers = await Promise.all(reads.map((read) => client.answerTo(read)));
      expect(answers.map(({ data }) => data).join('')).toBe(packet.slice(2));
      expect(answers.at(-1)).toMatchObject({ status: 0, length: 0 });
      // A buffer that is larger ends with it, too.
      port.send(fromHex(packet));
      expect((await client.answerTo(client.submitIn(endpoint, 1024))).data).toBe(packet.slice(2));
    });
  });

  it.each([
    [0x81, 16, `04${eventOf(16)}`],
    [0x81, 16, `04${eventOf(32)}`],
    [0x82, 64, `02${dataOf(64)}`],
    [0x82, 64, `02${dataOf(128)}`],
  ])('have none behind them on endpoint %i of a dongle of the other kind', async (endpoint, size, packet) => {
    await attached(async ({ client, port, dongle }) => {
      dongle.faults.zeroLengthPackets = 'nowhere';
      const octets = packet.length / 2 - 1;
      port.send(fromHex(packet));
      for (let at = 0; at < octets; at += size) {
        expect((await client.answerTo(client.submitIn(endpoint, size))).length).toBe(size);
      }
      // Where the buffer is larger it waits for what comes next.
      const next = client.submitIn(endpoint, 1024);
      port.send(fromHex(packet));
      expect(await client.answers()).toEqual([]);
      port.send(fromHex(endpoint === 0x81 ? `04${resetComplete}` : '020020010011'));
      const behind = endpoint === 0x81 ? resetComplete : '0020010011';
      expect((await client.answerTo(next)).data).toBe(packet.slice(2) + behind);
    });
  });
});

describe('a dongle that closes transfers of data alone', () => {
  it('sends an empty packet behind those, and none behind events', async () => {
    await attached(async ({ client, port, dongle }) => {
      dongle.faults.zeroLengthPackets = 'data';
      port.send(fromHex(`04${eventOf(16)}`));
      expect((await client.answerTo(client.submitIn(0x81, 16))).length).toBe(16);
      port.send(fromHex(`04${resetComplete}`));
      expect((await client.answerTo(client.submitIn(0x81, 16))).data).toBe(resetComplete);
      port.send(fromHex(`02${dataOf(64)}`));
      expect((await client.answerTo(client.submitIn(0x82, 1024))).data).toBe(dataOf(64));
    });
  });
});

describe('transfers that go wrong', () => {
  it('are cut where the script says', async () => {
    await attached(async ({ client, port, dongle }) => {
      const seen: number[] = [];
      dongle.faults.cut = (octets, endpoint) => {
        seen.push(octets.length, endpoint);
        return [1, 3, 19, octets.length, 9999];
      };
      port.send(fromHex(`04${eventOf(40)}`));
      const lengths: number[] = [];
      for (let read = 0; read < 4; read++) {
        lengths.push((await client.answerTo(client.submitIn(0x81, 260))).length);
      }
      // The third piece fills its packet, and an empty one ends it within the same transfer.
      expect(lengths).toEqual([1, 2, 16, 21]);
      expect(seen).toEqual([40, 0x81]);
    });
  });

  it('lose what has no room in the buffer', async () => {
    await attached(async ({ client, port }) => {
      port.send(fromHex(`02${dataOf(20)}`));
      expect(await client.answerTo(client.submitIn(0x82, 8))).toMatchObject({ status: -75, length: 8 });
      port.send(fromHex(`02${dataOf(10)}`));
      expect((await client.answerTo(client.submitIn(0x82, 64))).data).toBe(dataOf(10));
    });
  });

  it('stall an endpoint that is read until its halt is cleared, and lose nothing', async () => {
    await attached(async ({ client, port, dongle }) => {
      dongle.faults.stall(0x81, 2);
      port.send(fromHex(`04${eventOf(20)}`));
      expect((await client.answerTo(client.submitIn(0x81, 16))).status).toBe(0);
      expect((await client.control(IS_HALTED)).data).toBe('0000');
      expect((await client.answerTo(client.submitIn(0x81, 16))).status).toBe(STALL);
      expect((await client.control(IS_HALTED)).data).toBe('0100');
      expect((await client.answerTo(client.submitIn(0x81, 16))).status).toBe(STALL);
      expect((await client.control(CLEAR_HALT_OF_ACL_IN)).status).toBe(0);
      expect((await client.answerTo(client.submitIn(0x81, 16))).status).toBe(STALL);
      expect((await client.control(CLEAR_HALT_OF_EVENTS)).status).toBe(0);
      expect((await client.answerTo(client.submitIn(0x81, 16))).data).toBe('eeeeeeee');
    });
  });

  it('stall an endpoint that is written until its halt is cleared', async () => {
    await attached(async ({ client, dongle, sink }) => {
      dongle.faults.stall(0x02);
      expect((await client.answerTo(client.submitOut(2, '0020010011'))).status).toBe(STALL);
      expect((await client.answerTo(client.submitOut(2, '0020010022'))).status).toBe(STALL);
      await client.control(CLEAR_HALT_OF_ACL_OUT);
      expect((await client.answerTo(client.submitOut(2, '0020010033'))).status).toBe(0);
      expect(sink.packets).toEqual([fromHex('020020010033')]);
    });
  });

  it('stall no more when the setting of their interface is selected anew', async () => {
    await attached(async ({ client, dongle }) => {
      dongle.faults.stall(0x02);
      expect((await client.answerTo(client.submitOut(2, '0020010011'))).status).toBe(STALL);
      // That of voice changes nothing.
      await client.control('010b000001000000');
      expect((await client.answerTo(client.submitOut(2, '0020010011'))).status).toBe(STALL);
      await client.control('010b000000000000');
      expect((await client.answerTo(client.submitOut(2, '0020010011'))).status).toBe(0);
    });
  });

  it('stall the control endpoint for one transfer', async () => {
    await attached(async ({ client, dongle, sink }) => {
      dongle.faults.stall(0, 2);
      expect((await client.command('030c00')).status).toBe(0);
      expect((await client.command('010c00')).status).toBe(STALL);
      expect((await client.command('030c00')).status).toBe(0);
      expect(sink.packets).toHaveLength(2);
    });
  });

  it('never end on a dongle that has fallen silent, but can be taken back', async () => {
    await attached(async ({ client, port, dongle }) => {
      const asked = client.submitIn(0x81, 16);
      await client.settle();
      dongle.faults.isSilent = true;
      port.send(fromHex(`04${resetComplete}`));
      const later = client.submitOut(0, '030c00', '2000000000000300');
      expect(await client.answers()).toEqual([]);
      expect(await client.unlink(asked)).toBe(-104);
      expect(await client.unlink(later)).toBe(-104);
    });
  });
});

describe('a dongle that is pulled out', () => {
  it('cuts its host off with transfers open, and is there again when it is plugged in', async () => {
    await serving(async ({ server, dongle, sinks }) => {
      const client = await UsbipClient.attach(server.port);
      client.submitIn(0x81, 16);
      await client.settle();
      dongle.faults.unplug();
      await client.closed();
      expect(client.unread).toBe('');
      expect(String(await sinks[0]?.ended)).toContain('has let go of it');

      const list = await UsbipClient.dial(server.port);
      list.write(reqDevlist);
      expect(await list.read(12)).toBe('011100050000000000000000');
      await list.closed();
      const early = await UsbipClient.dial(server.port);
      early.write(reqImport('1-1'));
      expect(await early.read(8)).toBe('0111000300000004');
      await early.closed();

      dongle.faults.plugIn();
      const next = await UsbipClient.attach(server.port);
      expect(sinks).toHaveLength(2);
      await next.close();
    });
  });

  it('when the controller behind it goes, and when the server closes', async () => {
    await serving(async ({ server, ports }) => {
      const client = await UsbipClient.attach(server.port);
      await ports[0]?.close();
      await client.closed();
      const next = await UsbipClient.attach(server.port);
      await server.close();
      await next.closed();
    });
  });
});
