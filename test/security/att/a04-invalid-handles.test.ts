import { expect, test } from 'vitest';
import {
  Code,
  confirmation,
  error,
  findByTypeValue,
  findInformation,
  indication,
  notification,
  prepareWrite,
  Request,
  read,
  readBlob,
  readByGroupType,
  readByType,
  readMultiple,
  readMultipleVariable,
  Type,
  write,
  writeCommand,
} from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import type { Hex } from '../../conformance/harness/pdu.ts';
import { testServices } from '../../conformance/harness/services.ts';

const NONE = 0x0000;

/** Requests that name one handle. */
const single: readonly (readonly [number, (handle: number) => Hex])[] = [
  [Request.read, read],
  [Request.readBlob, (handle) => readBlob(handle, 0)],
  [Request.write, (handle) => write(handle, '01')],
  [Request.prepareWrite, (handle) => prepareWrite(handle, 0, '01')],
];

/** Requests over a range. */
const ranged: readonly (readonly [number, (start: number, end: number) => Hex])[] = [
  [Request.findInformation, findInformation],
  [Request.findByTypeValue, (start, end) => findByTypeValue(start, end, Type.primaryService, '0f18')],
  [Request.readByType, (start, end) => readByType(start, end, Type.characteristic)],
  [Request.readByGroupType, (start, end) => readByGroupType(start, end, Type.primaryService)],
];

const server = async () => {
  const database = testServices();
  const bench = await Bench.peripheral({ services: database.services });
  return { bench, database };
};

test('A4: a request for a handle that nobody has is refused with that handle', async () => {
  const { bench, database } = await server();
  await using _ = bench;
  const values = [NONE, database.invalidHandle, 0xffff];
  for (const [opcode, request] of single) {
    for (const handle of values)
      await bench.att.exchange(request(handle), error(opcode, handle, Code.invalidHandle));
  }
  await bench.verdict();
});

test('A4: a range from 0, or that ends before it begins, is refused with its start', async () => {
  const { bench } = await server();
  await using _ = bench;
  for (const [opcode, request] of ranged) {
    for (const [start, end] of [
      [0, 0xffff],
      [0, 0],
      [2, 1],
      [0xffff, 0xfffe],
    ] as const)
      await bench.att.exchange(request(start, end), error(opcode, start, Code.invalidHandle));
    // A range is well formed also where nothing is in it.
    await bench.att.exchange(request(0xffff, 0xffff), error(opcode, 0xffff, Code.attributeNotFound));
  }
  await bench.verdict();
});

test('A4: of several handles the first that nobody has is named, wherever it stands', async () => {
  const { bench, database } = await server();
  await using _ = bench;
  const good = database.short.handle;
  for (const [opcode, request] of [
    [Request.readMultiple, readMultiple],
    [Request.readMultipleVariable, readMultipleVariable],
  ] as const) {
    for (const bad of [NONE, database.invalidHandle, 0xffff]) {
      await bench.att.exchange(request(good, bad), error(opcode, bad, Code.invalidHandle));
      await bench.att.exchange(request(bad, good, 0x0ffe), error(opcode, bad, Code.invalidHandle));
    }
  }
  await bench.verdict();
});

test("A4: commands to such handles are dropped and counted, and values from them are nobody's", async () => {
  const { bench, database } = await server();
  await using _ = bench;
  const { att } = bench;
  for (const handle of [NONE, database.invalidHandle, 0xffff]) {
    att.send(writeCommand(handle, '01'));
    att.send(notification(handle, '01'));
    // Whatever it is of, an indication is confirmed (Vol 3, Part F, 3.4.7.2).
    await att.exchange(indication(handle, '01'), confirmation);
  }
  await att.silent();
  // 0 is no handle at all, the others are just not known.
  expect(bench.connection.counters).toMatchObject({ attMalformedPdus: 2, gattUnknownHandles: 4 });
  expect(bench.iut.counters).toMatchObject({ gattCommandsDropped: 3 });
  await bench.verdict();
});

test('A4: a refusal tells the caller the handle that the server named, be it 0', async () => {
  await using bench = await Bench.central();
  for (const handle of [0x0000, 0x0042, 0xffff]) {
    const asked = bench.connection.services();
    await bench.att.expect('10*');
    bench.att.send(error(Request.readByGroupType, handle, Code.insufficientAuthorization));
    expect(await bench.failure(asked)).toMatchObject({ status: Code.insufficientAuthorization, handle });
  }
  await bench.verdict();
});
