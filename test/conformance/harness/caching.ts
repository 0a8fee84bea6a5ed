import { MemoryGattCache } from 'jelling';
import { expect } from 'vitest';
import { write, writeResponse } from './att.ts';
import { Bench, type BenchOptions } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { type Hex, octetAt, size } from './pdu.ts';
import { PeerDatabase, type PeerService } from './peer-database.ts';

export const HASH: Hex = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';

/** Where the Generic Attribute service of `changeable` has what cases speak of. */
export const Handle = {
  serviceChanged: 0x0003,
  serviceChangedConfiguration: 0x0004,
  clientSupportedFeatures: 0x0006,
  databaseHash: 0x0008,
} as const;

/** A client has a second from when it has met the Generic Attribute service until it makes itself known to it. */
export const REGISTRATION_MS = 1_000;

/** What the tester serves: the Generic Attribute service with all that tells of changes, and other services. */
export const changeable = (hash: Hex, others: readonly PeerService[] = [{ uuid: 0xffb0 }]): PeerDatabase =>
  new PeerDatabase([
    {
      uuid: 0x1801,
      characteristics: [
        { uuid: 0x2a05, properties: 0x20, descriptors: [0x2902] },
        { uuid: 0x2b29, properties: 0x0a, value: '00' },
        { uuid: 0x2b2a, value: hash },
      ],
    },
    ...others,
  ]);

/** The client has discovered the Generic Attribute service, and makes itself known to it: the features that it writes, none of which is reserved. */
export const announcedFeatures = async (bench: Bench): Promise<number> => {
  bench.att.responder = changeable(HASH).answer;
  await bench.run(bench.connection.discover());
  await bench.clock.advance(REGISTRATION_MS);
  await bench.att.expect(write(Handle.serviceChangedConfiguration, '0200'));
  bench.att.send(writeResponse);
  const written = await bench.att.expect(`${write(Handle.clientSupportedFeatures, '')} *`);
  bench.att.send(writeResponse);
  expect(size(written)).toBe(4);
  expect(octetAt(written, 3) & ~0x07).toBe(0);
  return octetAt(written, 3);
};

/** A case about what a client remembers of a server: it may keep it, and nothing is known yet. */
export const cachingCase = (
  id: string,
  mutation: Mutation,
  procedure: (bench: Bench) => Promise<void>,
  options: BenchOptions = {},
): void =>
  conformance(id, mutation, async () => {
    await using bench = await Bench.central({ gattCache: new MemoryGattCache(), ...options });
    await procedure(bench);
    await bench.verdict();
  });
