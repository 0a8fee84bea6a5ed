import type { Connection, Device } from 'jelling';
import { expect } from 'vitest';
import type { Bench } from './bench.ts';
import { apartCase, type Mutation } from './case.ts';
import type { TesterAdvertising } from './lower-tester.ts';
import { anyController, type PrivateRound, privateCase } from './private.ts';

const PARAMETERS = { exchangeMtu: false, timeoutMs: 10_000 } as const;
/** Who is looked for as well, and is not there. */
const ABSENT = 'AA:BB:CC:00:00:01';

/** The connection establishment procedures (Vol 3, Part C, 9.3.5 to 9.3.8), as the upper tester carries them out to reach the tester. */
export const procedures = {
  /** By a list of peers, whoever of them is there. */
  async auto({ iut, testerPeer }: Bench): Promise<Connection> {
    const given = new AbortController();
    const absent = iut.device(ABSENT).connect({ ...PARAMETERS, signal: given.signal });
    const gone = absent.catch((error: unknown) => error);
    const connection = await iut.device(testerPeer.address).connect(PARAMETERS);
    given.abort(new Error('nobody looks for it any more'));
    expect(await gone).toBe(given.signal.reason);
    return connection;
  },

  /** By listening to everybody, and choosing one. */
  async general({ iut, testerPeer }: Bench): Promise<Connection> {
    const chosen = await firstHeard(iut.scan(), testerPeer.address);
    return chosen.connect(PARAMETERS);
  },

  /** By listening to some, each with parameters of its own. */
  async selective(bench: Bench): Promise<Connection> {
    const other = await bench.addTester();
    other.advertise();
    const { iut, testerPeer } = bench;
    const chosen = await firstHeard(iut.scan({ acceptOnly: [testerPeer] }), testerPeer.address);
    other.stopAdvertising();
    return chosen.connect({ ...PARAMETERS, minIntervalMs: 50, maxIntervalMs: 50 });
  },

  /** By connecting to one that is known. */
  direct({ iut, testerPeer }: Bench): Promise<Connection> {
    return iut.device(testerPeer.address).connect(PARAMETERS);
  },
} as const;

export type ProcedureName = keyof typeof procedures;

/** The tester, and it alone, is heard at last; nobody else may be, where listening is for some. */
const firstHeard = async (
  scan: AsyncIterable<{ readonly address: string; readonly connectable: boolean; readonly device: Device }>,
  address: string,
): Promise<Device> => {
  for await (const heard of scan) {
    expect(heard.address).toBe(address);
    expect(heard.connectable).toBe(true);
    return heard.device;
  }
  throw new Error('the scan has ended');
};

/** The tester ends the link, which was to it. */
const part = async (bench: Bench, connection: Connection): Promise<void> => {
  expect(connection.device.address).toBe(bench.tester.address);
  expect(bench.tester.isConnected).toBe(true);
  bench.tester.disconnect();
  await bench.run(connection.disconnected());
};

/** The tester advertises to everybody, or calls the implementation under test, and is reached by the procedure. */
export const establishmentCase = (
  id: string,
  name: ProcedureName,
  called: 'undirected' | 'directed',
  mutation: Mutation,
): void =>
  apartCase(id, mutation, async (bench) => {
    const { tester, iut } = bench;
    // 1. The tester is in the connectable mode of the case.
    const iutOnAir = { address: iut.address, type: 'public' } as const;
    const advertising: TesterAdvertising = called === 'directed' ? { to: iutOnAir } : {};
    tester.advertise(advertising);
    // 2. The upper tester carries out the procedure, and has a link to the tester: by one request, from its address to that of the tester.
    const beganMs = bench.clock.now();
    const connection = await bench.run(procedures[name](bench));
    // All of a list are looked for at once, and not one after the other.
    expect(bench.clock.now() - beganMs).toBeLessThan(1_000);
    const requests = bench.sent('connectRequest');
    expect(requests).toMatchObject([{ from: iutOnAir, to: { address: tester.address, type: 'public' } }]);
    // 3. The tester ends the link.
    await part(bench, connection);
  });

/** The same, of two that are bonded and hide. */
export const privateEstablishmentCase = (
  id: string,
  name: ProcedureName,
  called: 'undirected' | 'directed',
  mutation: Mutation,
): void => {
  // Directed advertising under a private address is told to a host by controllers that resolve alone.
  const rounds: readonly PrivateRound[] = called === 'directed' ? [{}] : anyController;
  privateCase(
    id,
    'central',
    mutation,
    async (bench, friend) => {
      // 1. The tester, under a new private address, is in the connectable mode of the case. It calls the implementation under test by a private address, too.
      const address = called === 'directed' ? undefined : friend.advertises();
      if (called === 'directed') friend.calls();
      // 2. The upper tester carries out the procedure with the identity of the tester, and has a link to it.
      const connection = await bench.run(procedures[name](bench));
      // 3. The request went to the address that the tester shows, from one that the key of the bond tells.
      friend.wasConnectedTo(address);
      // 4. The tester ends the link.
      await part(bench, connection);
    },
    rounds,
  );
};
