import { AttError, type RemoteCharacteristic, type RemoteDescriptor, type RemoteService } from 'jelling';
import { expect } from 'vitest';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { type Hex, slice, u16At, uuidOf } from './pdu.ts';
import { PeerDatabase } from './peer-database.ts';
import { sampleDatabases } from './sample-databases.ts';

/** What a client under test has discovered before its case begins. */
export interface Discovered {
  /** Two that can be read, the second of them `characteristic`. */
  readonly both: readonly [RemoteCharacteristic, RemoteCharacteristic];
  /** It can be read, written in both ways, notified and indicated, and has 0x2902 and two more descriptors. */
  readonly characteristic: RemoteCharacteristic;
  readonly descriptor: RemoteDescriptor;
}

/** A case of GATT/CL: the implementation under test is the client, and has discovered what it works with. */
export const clientCase = (
  id: string,
  mutation: Mutation,
  procedure: (bench: Bench, discovered: Discovered) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    await using bench = await Bench.central();
    const discovered = await discover(bench);
    await procedure(bench, discovered);
    await bench.verdict();
  });

export const discover = async (bench: Bench): Promise<Discovered> => {
  const database = new PeerDatabase([
    {
      uuid: 0xffb0,
      characteristics: [
        { uuid: 0xb000 },
        { uuid: 0xb001, properties: 0x3e, descriptors: [0x2902, 0x2901, 0xd001] },
      ],
      at: 0x0010,
    },
  ]);
  bench.att.responder = database.answer;
  const service = await bench.run(bench.connection.service(0xffb0));
  const other = await bench.run(service.characteristic(0xb000));
  const characteristic = await bench.run(service.characteristic(0xb001));
  const descriptor = await bench.run(characteristic.descriptor(0xd001));
  bench.att.responder = undefined;
  // A refusal is to reach the upper tester as it is.
  bench.connection.raisesSecurity = false;
  return { both: [other, characteristic], characteristic, descriptor };
};

/** Runs the procedure of a discovery case on each of the sample databases, with a link of its own. */
export const onSampleDatabases = async (
  procedure: (bench: Bench, database: PeerDatabase) => Promise<void>,
): Promise<void> => {
  for (const database of sampleDatabases()) {
    await using bench = await Bench.central();
    bench.att.responder = database.answer;
    await procedure(bench, database);
    await bench.verdict();
  }
};

/** The upper tester's call must end with this ATT error. */
export const expectRefused = async (
  bench: Bench,
  call: Promise<unknown>,
  code: number,
  handle: number,
): Promise<void> => {
  const failure = await bench.failure(call);
  expect(failure).toBeInstanceOf(AttError);
  expect(failure).toMatchObject({ status: code, handle });
};

/** What a client reports of a service: handle, last handle, UUID. */
export const describeService = ({ handle, endHandle, uuid }: RemoteService): unknown[] => [
  handle,
  endHandle,
  uuidOf(uuid),
];

/** What a client reports of a characteristic: handle, last handle, UUID, whether it notifies. */
export const describeCharacteristic = ({
  handle,
  endHandle,
  uuid,
  properties,
}: RemoteCharacteristic): unknown[] => [handle, endHandle, uuidOf(uuid), properties.notify];

/** Requests of one kind over all handles: the first from the first handle on, and each of the others from further on. */
export const expectForward = (requests: readonly Hex[], opcode: number, type: Hex): void => {
  expect(u16At(requests[0] ?? '', 1)).toBe(0x0001);
  for (const [i, request] of requests.entries()) {
    expect(Number.parseInt(slice(request, 0, 1), 16)).toBe(opcode);
    expect(slice(request, 3)).toBe(`ffff${type}`);
    if (i > 0) expect(u16At(request, 1)).toBeGreaterThan(u16At(requests[i - 1] ?? '', 1));
  }
};
