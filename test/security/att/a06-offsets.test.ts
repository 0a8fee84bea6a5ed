import { Characteristic, Service } from 'jelling';
import { expect, test } from 'vitest';
import {
  Code,
  error,
  executeWrite,
  executeWriteResponse,
  prepareWrite,
  prepareWriteResponse,
  Request,
  readBlob,
  readBlobResponse,
  write,
  writeResponse,
} from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, ramp, slice } from '../../conformance/harness/pdu.ts';
import { fromHex } from '../../support/hex.ts';

const MAX = 40;

const scene = async (initial: Hex) => {
  const service = new Service(0xffb0);
  const value = new Characteristic(service, 0xb001, {
    read: true,
    write: true,
    maxLength: MAX,
    initial: fromHex(initial),
  });
  const bench = await Bench.peripheral({ services: [service] });
  return { bench, value, att: bench.att };
};

test('A6: a value is read from any offset up to its end, and from none behind it', async () => {
  const { bench, value, att } = await scene(ramp(30));
  await using _ = bench;
  for (const offset of [0, 22, 29, 30])
    await att.exchange(
      readBlob(value.handle, offset),
      readBlobResponse(slice(ramp(30), offset, offset + 22)),
    );
  for (const offset of [31, 0x0200, 0x7fff, 0x8000, 0xfffe, 0xffff])
    await att.exchange(
      readBlob(value.handle, offset),
      error(Request.readBlob, value.handle, Code.invalidOffset),
    );
  await bench.verdict();
});

test('A6: a value is written up to its longest, and nothing of one that is longer', async () => {
  const { bench, value, att } = await scene('aa');
  await using _ = bench;
  const longest = ramp(MAX);
  await att.exchange(prepareWrite(value.handle, 0, slice(longest, 0, 18)), '17*');
  await att.exchange(prepareWrite(value.handle, 18, slice(longest, 18, 36)), '17*');
  await att.exchange(prepareWrite(value.handle, 36, slice(longest, 36)), '17*');
  await att.exchange(executeWrite, executeWriteResponse);
  expect(value.read()).toEqual(fromHex(longest));

  await att.exchange(write(value.handle, 'bb'), writeResponse);
  for (const [offset, part] of [
    [MAX, '01'],
    [MAX - 1, '0102'],
    [23, ramp(18)],
    [MAX + 1, ''],
    [0xffff, '01'],
    [0xffff, ramp(18)],
    [0xfff0, ramp(18)],
  ] as const) {
    // The parts in front, so that only the end is wrong.
    for (const at of [0, 18])
      await att.exchange(prepareWrite(value.handle, at, slice(longest, at, at + 18)), '17*');
    await att.exchange(
      prepareWrite(value.handle, offset, part),
      prepareWriteResponse(value.handle, offset, part),
    );
    const code = offset > 36 ? Code.invalidOffset : Code.invalidLength;
    await att.exchange(executeWrite, error(Request.executeWrite, value.handle, code));
    expect([offset, value.read()]).toEqual([offset, fromHex('bb')]);
  }
  await bench.verdict();
});

test('A6: offset and length that add up to 0x10000 are no small number', async () => {
  const { bench, value, att } = await scene('aa');
  await using _ = bench;
  const part = ramp(18);
  await att.exchange(prepareWrite(value.handle, 0x10000 - 18, part), '17*');
  await att.exchange(executeWrite, error(Request.executeWrite, value.handle, Code.invalidOffset));
  expect(value.read()).toEqual(fromHex('aa'));
  await bench.verdict();
});
