import { describe, expect, it } from 'vitest';
import {
  AttError,
  DisconnectedError,
  InvalidStateError,
  MalformedPduError,
  TimeoutError,
} from '../../../../src/core/errors.ts';
import { DISCOVERY_LIMIT } from '../../../../src/gatt/client/discovery.ts';
import { bytes, inOrder, ManualClock, ScriptedServer, turn } from '../../../support/gatt-pair.ts';
import { counting, fixture, part, READ, scripted } from '../server/many-values.ts';

describe('readByUuid()', () => {
  const first = '08 0100 ffff 6e2a';

  it('gives every value until there are no more (GATT/CL/GAR/BV-03-C)', async () => {
    const { clock, server } = scripted(
      [first, '0904 0300 0102 0500 0304'],
      ['08 0600 ffff 6e2a', '0903 0900 05'],
      ['08 0a00 ffff 6e2a', '01080a000a'],
    );
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([
      { handle: 3, value: bytes(1, 2) },
      { handle: 5, value: bytes(3, 4) },
      { handle: 9, value: bytes(5) },
    ]);
  });

  it('asks by 128 bits, ends at the last handle, and knows empty values (GATT/CL/GAR/BV-03-C)', async () => {
    const { clock, server } = scripted(['08 0100 ffff 9ecadc240ee5a9e093f3a3b50100406e', '0902 0300 ffff']);
    const found = await clock.run(server.client.readByUuid('6e400001-b5a3-f393-e0a9-e50e24dcca9e'));
    expect(found).toEqual([
      { handle: 3, value: bytes() },
      { handle: 0xffff, value: bytes() },
    ]);
  });

  it('gives nothing where there is nothing (GATT/CL/GAR/BI-07-C)', async () => {
    const { clock, server } = scripted([first, '010801000a']);
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([]);
  });

  it.each([
    ['02', 'Read Not Permitted', 'BI-06-C'],
    ['08', 'Insufficient Authorization', 'BI-09-C'],
    ['05', 'Insufficient Authentication', 'BI-10-C'],
    ['0c', 'Encryption Key Size', 'BI-11-C'],
  ])('reports error %s, %s (GATT/CL/GAR/%s)', async (code, name) => {
    const { clock, server } = scripted([first, `01080700${code}`]);
    const error = await clock.run(server.client.readByUuid(0x2a6e)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AttError);
    expect(error).toMatchObject({ status: Number.parseInt(code, 16), handle: 7 });
    expect(String(error)).toContain(name);
  });

  it('reports an error behind values that came', async () => {
    const { clock, server } = scripted([first, '0903 0300 01'], ['08 0400 ffff 6e2a', '0108070002']);
    await expect(clock.run(server.client.readByUuid(0x2a6e))).rejects.toMatchObject({ handle: 7 });
  });

  it('completes a value that fills the answer by Read Blob, and goes on behind it', async () => {
    const { clock, server } = scripted(
      [first, `0915 0300 ${part(19, 0)}`],
      ['0c 0300 1300', `0d${part(22, 19)}`],
      ['0c 0300 2900', `0d${part(3, 41)}`],
      ['08 0400 ffff 6e2a', `0914 0500 ${part(18, 0)}`],
      ['08 0600 ffff 6e2a', '010806000a'],
    );
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([
      { handle: 3, value: counting(44) },
      { handle: 5, value: counting(18) },
    ]);
  });

  it('reads a value anew of which a Read Response holds all, and Read Blob nothing', async () => {
    const { clock, server } = scripted(
      [first, `0915 0300 ${part(19, 0)}`],
      ['0c 0300 1300', '010c03000b'],
      ['0a 0300', `0b${part(22, 0)}`],
      ['08 0400 ffff 6e2a', '010804000a'],
    );
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([{ handle: 3, value: counting(22) }]);
  });

  it('takes 253 octets for cut at any MTU, for no item says more', async () => {
    const { clock, server } = scripted(
      ['02 0502', '03 0502'],
      [first, `09ff 0300 ${part(253, 0)} 0500 ${part(253, 0)}`],
      ['0c 0300 fd00', `0d${part(7, 253)}`],
      ['0c 0500 fd00', '0d'],
      ['08 0600 ffff 6e2a', '010806000a'],
    );
    await clock.run(server.bearer.exchangeMtu());
    expect(await clock.run(server.client.readByUuid(0x2a6e))).toEqual([
      { handle: 3, value: counting(260) },
      { handle: 5, value: counting(253) },
    ]);
  });

  it.each([
    ['handle 0', '0903 0000 01'],
    ['a handle twice', '0903 0300 01 0300 02'],
    ['handles backwards', '0903 0500 01 0300 02'],
    ['items of no length', '0900'],
    ['half an item', '0904 0300 01'],
  ])('does not believe %s', async (_name, answer) => {
    const { clock, server } = scripted([first, answer]);
    await expect(clock.run(server.client.readByUuid(0x2a6e))).rejects.toThrow(MalformedPduError);
    expect(server.asked.length).toBe(1);
  });

  it('does not ask without end: each answer must lead forward, and there is a limit', async () => {
    const { clock, server } = scripted([first, '0903 0500 01'], ['08 0600 ffff 6e2a', '0903 0500 01']);
    await expect(clock.run(server.client.readByUuid(0x2a6e))).rejects.toThrow(
      /0x0005 where 0x0006 to 0xffff/,
    );
    const endless = new ScriptedServer(clock, (pdu) => `0902${pdu.slice(2, 6)}`);
    // The clock stands still: all of it happens in one turn.
    await expect(endless.client.readByUuid(0x2a6e)).rejects.toThrow(`more than ${DISCOVERY_LIMIT}`);
    expect(endless.asked.length).toBe(DISCOVERY_LIMIT + 1);
  });

  it('does not believe a value without end', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, (pdu) =>
      pdu.startsWith('08') ? `0915 0300 ${part(19, 0)}` : `0d${part(22, 0)}`,
    );
    await expect(clock.run(server.client.readByUuid(0x2a6e))).rejects.toThrow(/512 at most/);
    expect(server.asked.length).toBe(1 + Math.ceil((512 - 19) / 22));
  });

  it('has one deadline for all its steps, and ends with the link', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, () => undefined);
    const failed = expect(server.client.readByUuid(0x2a6e, { timeoutMs: 1_000 })).rejects.toThrow(
      TimeoutError,
    );
    await clock.advance(700);
    server.send('0903 0300 01');
    await turn();
    await clock.advance(300);
    await failed;
    server.channel.disconnect();
    await expect(server.client.readByUuid(0x2a6e)).rejects.toThrow(DisconnectedError);
  });

  it('of a service stays within it, and ends with it', async () => {
    const { clock, service, client } = await fixture(
      2,
      READ,
      inOrder(['08 0a00 0e00 6e2a', '0903 0c00 01'], ['08 0d00 0e00 6e2a', '0903 0f00 01']),
    );
    await expect(clock.run(service.readByUuid(0x2a6e))).rejects.toThrow(/0x000f where 0x000d to 0x000e/);
    client.invalidate(1, 0xffff);
    await expect(service.readByUuid(0x2a6e)).rejects.toThrow(InvalidStateError);
  });
});
