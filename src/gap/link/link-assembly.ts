import { BearerSet } from '../../att/bearer-set.ts';
import { EATT_SPSM, EnhancedBearers } from '../../att/enhanced-bearers.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { LinkSecurity as GattSecurity } from '../../gatt/access.ts';
import type { GattCache } from '../../gatt/client/gatt-cache.ts';
import { GattClient } from '../../gatt/client/gatt-client.ts';
import { gattLink } from '../../gatt/server/connection-ref.ts';
import type { GattServer } from '../../gatt/server/gatt-server.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import type { CreditListener } from '../../l2cap/credit-terms.ts';
import { L2capLink } from '../../l2cap/l2cap-link.ts';
import type { LocalIdentity } from '../../smp/pairing/distribution.ts';
import type { SecurityPolicy } from '../../smp/pairing-options.ts';
import type { RepeatedAttempts } from '../../smp/repeated-attempts.ts';
import type { Bonds } from '../bonds/bonds.ts';
import { cachedPeer } from '../bonds/cached-peer.ts';
import { identityKey } from '../bonds/kept-clients.ts';
import { layered } from '../counter-sums.ts';
import type { Device } from '../device.ts';
import { learnAddressResolution } from '../privacy/central-address-resolution.ts';
import type { PeerIdentities } from '../privacy/peer-identities.ts';
import type { NewLink, Peer } from '../radio/radio-controller.ts';
import { gattSecurity } from '../security.ts';
import { Connection } from './connection.ts';
import { HciEncryption } from './hci-encryption.ts';
import { ConnectionChannels } from './l2cap-connection-channels.ts';
import { admission, type L2capListeners } from './l2cap-listener.ts';
import { LinkControl } from './link-control.ts';
import { LinkSecurity } from './link-security.ts';
import { LinkSigning } from './link-signing.ts';

/** What every link of an adapter is made with. */
export interface LinkContext {
  readonly hci: HciController;
  readonly clock: Clock;
  readonly log: Log;
  /** The longest ATT PDU that is taken; the longest that there is unless given. */
  readonly rxMtu: number | undefined;
  readonly server: GattServer;
  /** For L2CAP channels on any of its links. */
  readonly listeners: L2capListeners;
  /** Who the adapter is to peers that it pairs with. */
  readonly local: LocalIdentity;
  readonly bonds: Bonds;
  readonly identities: PeerIdentities;
  readonly attempts: RepeatedAttempts;
  readonly policy: () => SecurityPolicy | undefined;
  /** Where what clients discover is kept, if anywhere. */
  readonly gattCache: GattCache | undefined;
  /** Whether there are L2CAP channels. */
  readonly hasChannels: boolean;
  /** Whether there are Enhanced ATT bearers, which are such channels. */
  readonly enhancedBearers: boolean;
}

export interface AssembledLink {
  readonly connection: Connection;
  readonly control: LinkControl;
  readonly security: LinkSecurity;
}

/** Puts the layers of a new link on top of each other. What the peer has sent meanwhile is handled before this returns. */
export const assembleLink = (context: LinkContext, newLink: NewLink, device: Device): AssembledLink => {
  const { link: acl, role, parameters } = newLink;
  const { hci, clock, log, rxMtu, server, listeners, hasChannels, gattCache, bonds } = context;
  const peer = device.address;
  const beforeAsking = (): Promise<void> | undefined => security.beforeAsking();
  const channels = new ConnectionChannels({
    clock,
    log,
    scope: acl.scope,
    listeners,
    hasChannels,
    beforeAsking,
  });
  const gatt = (): GattSecurity => gattSecurity(security.current, security.hasKey);
  const l2cap = new L2capLink({
    acl,
    role,
    clock,
    log,
    peer,
    hasChannels,
    listenerOf: (spsm): CreditListener | undefined =>
      spsm === EATT_SPSM && context.enhancedBearers
        ? enhanced.listener()
        : channels.listenerOf(spsm, { connection, security: gatt }),
  });
  const control = new LinkControl({ hci, acl, l2cap, clock, log, role, peer, parameters });
  // A central that hides is called by directed advertising later, so that it is asked now whether it recognises itself (Vol 3, Part C, 9.3.3).
  const knowBetter = (): void => {
    if (role === 'central') return;
    learnAddressResolution(connection, security.manager.peer, bonds).catch((error: unknown) => {
      log.write('info', 'gap', () => `${peer} does not tell whether it resolves addresses: ${String(error)}`);
    });
  };
  const security: LinkSecurity = new LinkSecurity({
    channel: l2cap.smp,
    role,
    clock,
    log,
    encryption: new HciEncryption(hci, acl, log),
    ownAddress: newLink.own,
    peerAddress: onAir(newLink),
    peer: newLink.peer,
    local: context.local,
    bonds,
    attempts: context.attempts,
    policy: context.policy,
    paceMs: () => control.paceMs,
    eventLagMs: hci.eventLagMs,
    onBonded: ({ peer: identity }) => {
      acl.scope.add(context.identities.learn(newLink.peer, identity));
      server.keepClient(connection, identityKey(identity));
      knowBetter();
    },
    onProven: ({ peer: identity }) => server.keepClient(connection, identityKey(identity)),
    onEncrypted: () => {
      knowBetter();
      if (context.enhancedBearers) enhanced.linkEncrypted();
    },
  });
  const signing = new LinkSigning({
    clock,
    bonds,
    bond: () => security.manager.bond,
    isEncrypted: () => security.current.encrypted,
    peer,
  });
  const bearers = new BearerSet({
    channel: l2cap.att,
    clock,
    log,
    peer,
    rxMtu,
    paceMs: () => control.paceMs,
    beforeAsking,
    mayHear: () => !security.isUnproven,
    // Bearers on which transactions were never completed are of no more use, and there is no other (Vol 3, Part F, 3.3.3).
    onPoisoned: () =>
      void hci.disconnect(acl, HciErrorCode.remoteUserTerminatedConnection).catch(() => undefined),
  });
  const enhanced = new EnhancedBearers({
    bearers,
    channels: l2cap.credit.enhanced,
    role,
    clock,
    log,
    peer,
    rxMtu,
    paceMs: () => control.paceMs,
    admit: () => admission({ encrypted: true }, { security: gatt }),
  });
  const raiseSecurity = (status: number): Promise<boolean> => security.raise(status);
  const memory =
    gattCache === undefined
      ? undefined
      : {
          cache: gattCache,
          ready: () => security.beforeAsking(),
          peer: () => cachedPeer(device, security.manager.bond?.peer, security.current),
        };
  const client = new GattClient({
    bearer: bearers,
    clock,
    log,
    peer,
    memory,
    registers: true,
    signing,
    enhancedBearers: context.enhancedBearers,
    raiseSecurity,
  });
  const connection: Connection = new Connection({
    device,
    role,
    clock,
    scope: acl.scope,
    bearers,
    enhanced: context.enhancedBearers ? enhanced : undefined,
    client,
    control,
    security,
    counters: () =>
      layered({
        l2cap: l2cap.counters,
        att: bearers.counters,
        gatt: client.counters,
        smp: security.manager.counters,
      }),
    channels: {
      connect: (options) => channels.connect(l2cap, connection, options),
      connectEnhanced: (options) => channels.connectEnhanced(l2cap, connection, options),
      accept: (options) => channels.accept(options),
      listen: (options) => channels.listen(options),
    },
    link: {
      bearer: bearers,
      scope: acl.scope,
      what: peer,
      identity: security.manager.bond && identityKey(security.manager.bond.peer),
      security: gatt,
      signing,
    },
  });
  bearers.serve((bearer) => server.attach(connection[gattLink], bearer));
  if (role === 'central') l2cap.parameterPolicy = control.parameterPolicy;
  l2cap.start();
  control.dataLength.extend();
  return { connection, control, security };
};

/** The address that the peer was on the air with. */
const onAir = ({ peer, peerResolvableAddress }: NewLink): Peer =>
  peerResolvableAddress === undefined ? peer : { address: peerResolvableAddress, type: 'random' };
