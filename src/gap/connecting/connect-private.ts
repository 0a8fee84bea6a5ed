import { TimeoutError } from '../../core/errors.ts';
import { procedure } from '../../core/procedure.ts';
import type { PeerIdentities } from '../privacy/peer-identities.ts';
import type { Radio } from '../radio/radio.ts';
import { type NewLink, type Peer, samePeer } from '../radio/radio-controller.ts';
import type { ScanManager } from '../scanning/scan.ts';
import { CONNECT_TIMEOUT_MS, type Connector, type ConnectRequest } from './connect.ts';
import { lookingTimes } from './connect-parameters.ts';

export interface PrivateConnectParts {
  readonly radio: Radio;
  readonly connector: Connector;
  readonly scans: ScanManager<unknown>;
  readonly identities: PeerIdentities;
}

/** An address heard no longer ago is tried without listening again. */
const FRESH_MS = 5_000;
/** How long one address is tried: the peer may have changed it in the meantime. */
const ATTEMPT_MS = 3_000;

const hintFor = ({ address }: Peer): string =>
  `${address} was not heard under any address that its key tells: it may be off, out of reach, connected to somebody else, or have forgotten the bond`;

/** Listens until the peer is heard as one that can be connected to, and gives the address it shows now. */
const listenFor = async (
  { radio, scans, identities }: PrivateConnectParts,
  { peer, scanIntervalMs, scanWindowMs }: ConnectRequest,
  signal: AbortSignal,
): Promise<Peer> => {
  const { intervalMs, windowMs } = lookingTimes(scanIntervalMs, scanWindowMs);
  const scanner = scans.scan({ intervalMs, windowMs, signal }, radio.scope);
  try {
    for await (const { address, addressType: type, connectable } of scanner) {
      if (!connectable || !samePeer({ address, type }, peer)) continue;
      // A peer that shows its identity, or that the controller knows, is called by it.
      return onAir(identities, peer) ?? peer;
    }
  } finally {
    await scanner.close();
  }
  throw signal.reason;
};

const onAir = (identities: PeerIdentities, peer: Peer): Peer | undefined => {
  const address = identities.lastHeard(peer, FRESH_MS);
  return address === undefined ? undefined : { address, type: 'random' };
};

/** A link, or undefined where that address does not answer. */
const attempt = async (
  connector: Connector,
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<NewLink | undefined> => {
  try {
    return await connector.connect({ ...request, signal });
  } catch (error) {
    if (error instanceof TimeoutError && !signal.aborted) return undefined;
    throw error;
  }
};

/** One address after the other, until one answers. */
const seek = async (
  parts: PrivateConnectParts,
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<NewLink> => {
  const { radio, connector, identities } = parts;
  const { peer } = request;
  for (;;) {
    signal.throwIfAborted();
    radio.scope.check();
    const known = radio.resolves(peer);
    const target = known ? peer : (onAir(identities, peer) ?? (await listenFor(parts, request, signal)));
    const timeoutMs = known ? Number.POSITIVE_INFINITY : ATTEMPT_MS;
    const newLink = await attempt(connector, { ...request, peer: target, timeoutMs }, signal);
    if (newLink !== undefined) return newLink;
    identities.forgetHeard(peer);
  }
};

/**
 * A link to a peer that hides behind addresses which its IRK tells. Where the controller knows the peer it is asked for by its identity; else the host listens until
 * it hears the peer, and connects to the address of the moment. Default deadline 10 s. It settles as Connector.connect() does.
 */
export const connectPrivately = (parts: PrivateConnectParts, request: ConnectRequest): Promise<NewLink> => {
  const { radio } = parts;
  const { peer } = request;
  return procedure<NewLink>(
    {
      what: `connecting to ${peer.address} (${peer.type})`,
      clock: radio.controller.clock,
      scope: radio.scope,
      defaultTimeoutMs: CONNECT_TIMEOUT_MS,
      timeoutMs: request.timeoutMs,
      signal: request.signal,
      hint: () => hintFor(peer),
    },
    (settle) => {
      const stop = new AbortController();
      const seeking = seek(parts, request, stop.signal);
      seeking.then(settle.resolve, settle.reject);
      return (reason) => {
        stop.abort(reason);
        // A link that came up all the same is nobody's.
        return seeking.then(
          ({ link }) => radio.controller.drop(link),
          () => undefined,
        );
      };
    },
  );
};
