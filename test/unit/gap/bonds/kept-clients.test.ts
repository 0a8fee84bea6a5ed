import { expect, it } from 'vitest';
import { Log } from '../../../../src/core/log.ts';
import { Bonds } from '../../../../src/gap/bonds/bonds.ts';
import { identityKey, keepWithBonds, recallClients } from '../../../../src/gap/bonds/kept-clients.ts';
import { MemoryBondStore } from '../../../../src/smp/bond-store.ts';
import { identity, identityOf, secureBond } from '../../../support/bonds.ts';
import { ManualClock, newServer, RawClient, turn } from '../../../support/gatt-pair.ts';

const friend = identityOf('00:00:5E:00:53:0A');
const SUBSCRIBE = '12 2300 0200';
const READ = '0a 2300';

const run = async (store: MemoryBondStore) => {
  const told: string[] = [];
  const log = new Log(({ level, message }) => told.push(`${level}: ${message}`));
  const bonds = await Bonds.open(identity, store);
  const clock = new ManualClock();
  const server = newServer(clock, { clientKeeper: keepWithBonds(bonds, log) });
  recallClients(server, bonds, log);
  const connect = (): RawClient => new RawClient(clock, server, identityKey(friend));
  return { bonds, server, connect, told };
};

it('what a client has configured is kept with its bond, and goes with it', async () => {
  const store = new MemoryBondStore();
  await store.save(identity.address, secureBond(friend, 3));
  const first = await run(store);
  const client = first.connect();
  first.server.keepClient(client.connection, identityKey(friend));
  expect(await client.ask(SUBSCRIBE)).toEqual(['13']);
  await turn();
  const second = await run(store);
  expect(await second.connect().ask(READ)).toEqual(['0b0200']);
  await second.bonds.remove(friend);
  expect(await second.connect().ask(READ)).toEqual(['0b0000']);
  expect([...first.told, ...second.told]).toEqual([]);
});

it('a record that is none is said to be of no use, and another is kept in its place', async () => {
  const store = new MemoryBondStore();
  await store.save(identity.address, { ...secureBond(friend, 3), client: { configurations: 7 } });
  const { server, connect, told } = await run(store);
  expect(told).toEqual([expect.stringMatching(/^warn: what 00:00:5E:00:53:0A had configured is of no use/)]);
  const client = connect();
  server.keepClient(client.connection, identityKey(friend));
  await turn();
  expect((await store.load(identity.address))[0]?.client).toMatchObject({ configurations: [], features: 0 });
});

it('a store that fails is told of, and harms nobody', async () => {
  const store = new MemoryBondStore();
  await store.save(identity.address, secureBond(friend, 3));
  const { server, connect, told } = await run(store);
  store.save = () => Promise.reject(new Error('the disk is full'));
  const client = connect();
  server.keepClient(client.connection, identityKey(friend));
  expect(await client.ask(SUBSCRIBE)).toEqual(['13']);
  await turn();
  expect(told[0]).toMatch(
    /^error: what 00:00:5E:00:53:0A has configured was not kept: Error: the disk is full/,
  );
});
