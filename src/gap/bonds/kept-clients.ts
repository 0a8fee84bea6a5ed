import type { Log } from '../../core/log.ts';
import type { ClientKeeper } from '../../gatt/server/client-states.ts';
import type { GattServer } from '../../gatt/server/gatt-server.ts';
import type { Bond, IdentityAddress } from '../../smp/bond.ts';
import type { Bonds } from './bonds.ts';

/** What a GATT client's state is kept under. */
export const identityKey = ({ address, type }: IdentityAddress): string => `${address}/${type}`;

const bondOf = (bonds: Bonds, identity: string): Bond | undefined =>
  bonds.all.find(({ peer }) => identityKey(peer) === identity);

/** Keeps what a client has configured with the bond that there is with it (Vol 3, Part G, 2.5.2 and 3.3.3.3). */
export const keepWithBonds =
  (bonds: Bonds, log: Log): ClientKeeper =>
  (identity, client) => {
    const bond = bondOf(bonds, identity);
    if (bond === undefined) return;
    bonds
      .update(bond.peer, (now) => ({ ...now, client }))
      .catch((error: unknown) => {
        log.write(
          'error',
          'gap',
          () => `what ${bond.peer.address} has configured was not kept: ${String(error)}`,
        );
      });
  };

/** Gives a server what was kept of its clients, those of each identity that this side goes by, and has it forget those whose bonds end. */
export const recallClients = (server: GattServer, bonds: Bonds, log: Log): void => {
  const recall = (): void => {
    for (const bond of bonds.all) restore(server, bond, log);
  };
  bonds.onLoad(recall);
  bonds.onEnd((peer) => server.forgetClient(identityKey(peer)));
  recall();
};

const restore = (server: GattServer, { peer, client }: Bond, log: Log): void => {
  if (client === undefined) return;
  try {
    server.restoreClient(identityKey(peer), client);
  } catch (error) {
    log.write('warn', 'gap', () => `what ${peer.address} had configured is of no use: ${String(error)}`);
  }
};
