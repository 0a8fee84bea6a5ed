import { describe, expect, it } from 'vitest';
import {
  InvalidArgumentError,
  InvalidStateError,
  MalformedPduError,
  TimeoutError,
} from '../../../../src/core/errors.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { bytes, connectPair, inOrder, ManualClock, newServer, turn } from '../../../support/gatt-pair.ts';
import { counting, fixture, part, READ, WRITE } from '../server/many-values.ts';

describe('readMultiple()', () => {
  it('asks for all at once (GATT/CL/GAR/BV-08-C)', async () => {
    const { clock, client, all } = await fixture(
      3,
      READ,
      inOrder(['20 0c00 0e00 1000', '21 0200 0102 0000 0100 03']),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(1, 2), bytes(), bytes(3)]);
  });

  it.each([
    ['02', 'Read Not Permitted', 'BI-36-C'],
    ['01', 'Invalid Handle', 'BI-38-C'],
    ['08', 'Insufficient Authorization', 'BI-40-C'],
    ['05', 'Insufficient Authentication', 'BI-42-C'],
    ['0c', 'Encryption Key Size', 'BI-44-C'],
  ])('reports error %s, %s, and asks nothing else (GATT/CL/GAR/%s)', async (code, name) => {
    const { clock, client, all } = await fixture(2, READ, inOrder(['20 0c00 0e00', `01200e00${code}`]));
    const error = await clock.run(client.readMultiple(all)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: Number.parseInt(code, 16), handle: 0x0e });
    expect(String(error)).toContain(name);
  });

  it('reads a value anew that the MTU cut, and asks for those behind it', async () => {
    const { clock, client, all } = await fixture(
      4,
      READ,
      inOrder(
        ['20 0c00 0e00 1000 1200', `21 0100 ff 1e00 ${part(17, 0)}`],
        ['0a 0e00', `0b${part(22, 0)}`],
        ['0c 0e00 1600', `0d${part(8, 22)}`],
        ['20 1000 1200', '21 0100 03 0100 04'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(255), counting(30), bytes(3), bytes(4)]);
  });

  it('knows a value that was cut to nothing, and one alone at the end', async () => {
    const { clock, client, all } = await fixture(
      3,
      READ,
      inOrder(
        ['20 0c00 0e00 1000', `21 1200 ${part(18, 0)} 0500`],
        ['0a 0e00', '0b0102030405'],
        ['0a 1000', '0b07'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([counting(18), bytes(1, 2, 3, 4, 5), bytes(7)]);
  });

  it('reads a value anew that just fills the PDU: some servers give the length of what they sent', async () => {
    const { clock, client, all } = await fixture(
      2,
      READ,
      inOrder(['20 0c00 0e00', `21 0100 ff 1100 ${part(17, 0)}`], ['0a 0e00', `0b${part(20, 0)}`]),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(255), counting(20)]);
  });

  it('does not take for a value what stands behind it where the server cut it and told its length all the same', async () => {
    const { clock, client, all } = await fixture(
      3,
      READ,
      inOrder(
        ['20 0c00 0e00 1000', `21 1e00 ${part(10, 0)} 0100 ff 0100 fe`],
        ['0a 0c00', `0b${part(22, 0)}`],
        ['0c 0c00 1600', `0d${part(8, 22)}`],
        ['20 0e00 1000', '21 0100 ff 0100 fe'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([counting(30), bytes(255), bytes(254)]);
  });

  it('reads one by one where the MTU cut within a length', async () => {
    const { clock, client, all } = await fixture(
      2,
      READ,
      inOrder(
        ['20 0c00 0e00', `21 1300 ${part(19, 0)} 05`],
        ['0a 0c00', `0b${part(19, 0)}`],
        ['0a 0e00', '0b0102030405'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([counting(19), bytes(1, 2, 3, 4, 5)]);
  });

  it('puts no more handles into a request than it has room for', async () => {
    const { clock, server, client, all } = await fixture(12, READ, (pdu) =>
      pdu.startsWith('20') ? `21${'0000'.repeat((pdu.length - 2) / 4)}` : '0b09',
    );
    const values = await clock.run(client.readMultiple(all));
    expect(values.length).toBe(12);
    expect(values[11]).toEqual(bytes(9));
    // Eleven empty values just fill the answer, so the last of them is read anew.
    expect(server.takeAsked().map((pdu) => [pdu.slice(0, 2), pdu.length / 2])).toEqual([
      ['20', 23],
      ['0a', 3],
      ['0a', 3],
    ]);
  });

  it('reads one by one where the server does not know the request, and asks for it once', async () => {
    const { clock, client, all } = await fixture(
      2,
      READ,
      inOrder(
        ['20 0c00 0e00', '0120000006'],
        ['0a 0c00', `0b${part(22, 0)}`],
        ['0c 0c00 1600', '0d16'],
        ['0a 0e00', '0b02'],
        ['0a 0c00', '0b03'],
        ['0a 0e00', '0b04'],
      ),
    );
    expect(await clock.run(client.readMultiple(all))).toEqual([counting(23), bytes(2)]);
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(3), bytes(4)]);
  });

  it.each([
    ['no value', '21'],
    ['more values than asked for', '21 0000 0000 0000'],
  ])('does not believe %s', async (_name, answer) => {
    const { clock, client, all } = await fixture(2, READ, inOrder(['20 0c00 0e00', answer]));
    await expect(clock.run(client.readMultiple(all))).rejects.toThrow(MalformedPduError);
  });

  it('does not believe a value of more than 512 octets', async () => {
    const script = inOrder(['20 0c00 0e00', `21 0102 ${part(513, 0)}`]);
    const { clock, client, all } = await fixture(2, READ, script, 517);
    await expect(clock.run(client.readMultiple(all))).rejects.toThrow(/512 at most/);
  });

  it('reads a single one, or none, as it is', async () => {
    const { clock, client, all } = await fixture(1, READ, inOrder(['0a 0c00', '0b01']));
    expect(await clock.run(client.readMultiple(all))).toEqual([bytes(1)]);
    expect(await client.readMultiple([])).toEqual([]);
  });

  it('refuses what cannot be read, belongs to another link, or is obsolete, and asks nothing', async () => {
    const { client, all, server } = await fixture(2, WRITE, () => undefined);
    await expect(client.readMultiple(all)).rejects.toThrow(/cannot be read; what it can: write/);
    const other = await fixture(2, READ, () => undefined);
    await expect(client.readMultiple(other.all)).rejects.toThrow(InvalidArgumentError);
    other.client.invalidate(1, 0xffff);
    await expect(other.client.readMultiple(other.all)).rejects.toThrow(InvalidStateError);
    expect([...server.asked, ...other.server.asked]).toEqual([]);
  });

  it('has one deadline for all its steps', async () => {
    const { clock, client, all, server } = await fixture(2, READ, () => undefined);
    const failed = expect(client.readMultiple(all, { timeoutMs: 1_000 })).rejects.toThrow(TimeoutError);
    await clock.advance(700);
    server.send('21 0100 01');
    await turn();
    expect(server.asked.length).toBe(2);
    await clock.advance(300);
    await failed;
  });

  it('reads what our own server answers, cut or not', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x181a);
    for (const length of [1, 40, 0, 17, 2]) {
      new Characteristic(service, 0x2a6e, { read: true, initial: counting(length) });
    }
    server.register(service);
    const { client } = connectPair(clock, server);
    const all = await clock.run((await clock.run(client.service(0x181a))).characteristics());
    const values = await clock.run(client.readMultiple(all));
    expect(values.map((value) => value.length)).toEqual([1, 40, 0, 17, 2]);
    expect((await clock.run(client.readByUuid(0x2a6e))).map(({ value }) => value)).toEqual(values);
  });
});

describe('readMultiple() of known lengths', () => {
  it('divides the answer (GATT/CL/GAR/BV-05-C)', async () => {
    const { clock, client, all } = await fixture(3, READ, inOrder(['0e 0c00 0e00 1000', '0f 0102 03']));
    expect(await clock.run(client.readMultiple(all, { lengths: [2, 0, 1] }))).toEqual([
      bytes(1, 2),
      bytes(),
      bytes(3),
    ]);
  });

  it.each([
    ['02', 'BI-18-C'],
    ['01', 'BI-19-C'],
    ['08', 'BI-20-C'],
    ['05', 'BI-21-C'],
    ['0c', 'BI-22-C'],
  ])('reports error %s (GATT/CL/GAR/%s)', async (code) => {
    const { clock, client, all } = await fixture(2, READ, inOrder(['0e 0c00 0e00', `010e0e00${code}`]));
    const reading = clock.run(client.readMultiple(all, { lengths: [1, 1] }));
    await expect(reading).rejects.toMatchObject({ status: Number.parseInt(code, 16), handle: 0x0e });
  });

  it('asks for no more than the answer has room for', async () => {
    const { clock, client, all } = await fixture(
      4,
      READ,
      inOrder(
        ['0e 0c00 0e00', `0f${part(22, 0)}`],
        ['0a 1000', `0b${part(22, 0)}`],
        ['0c 1000 1600', `0d${part(8, 22)}`],
        ['0a 1200', '0b01'],
      ),
    );
    const values = await clock.run(client.readMultiple(all, { lengths: [20, 2, 30, 1] }));
    expect(values).toEqual([counting(20), bytes(20, 21), counting(30), bytes(1)]);
  });

  it.each([
    ['shorter', '0f 01'],
    ['longer', '0f 010203'],
  ])('does not divide an answer that is %s', async (_name, answer) => {
    const { clock, client, all } = await fixture(2, READ, inOrder(['0e 0c00 0e00', answer]));
    await expect(clock.run(client.readMultiple(all, { lengths: [1, 1] }))).rejects.toThrow(MalformedPduError);
  });

  it('reads one by one where the server does not know the request, and compares', async () => {
    const { clock, client, all } = await fixture(
      2,
      READ,
      inOrder(['0e 0c00 0e00', '010e000006'], ['0a 0c00', '0b01'], ['0a 0e00', '0b0203']),
    );
    await expect(clock.run(client.readMultiple(all, { lengths: [1, 1] }))).rejects.toThrow(
      /2 octets .* should be 1/,
    );
  });

  it.each([[[1]], [[1, -1]], [[1, 0.5]], [[1, 513]]])('refuses lengths %j', async (lengths) => {
    const { client, all } = await fixture(2, READ, () => undefined);
    await expect(client.readMultiple(all, { lengths })).rejects.toThrow(InvalidArgumentError);
  });
});
