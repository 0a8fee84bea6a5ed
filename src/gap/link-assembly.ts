import { AttBearer } from '../att/att-bearer.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { gattLink } from '../gatt/connection-ref.ts';
import { GattClient } from '../gatt/gatt-client.ts';
import type { GattServer } from '../gatt/gatt-server.ts';
import { HciErrorCode } from '../hci/codec/error-codes.ts';
import type { HciController } from '../hci/hci-controller.ts';
import { L2capLink } from '../l2cap/l2cap-link.ts';
import { PairingRefuser } from '../smp/pairing-refuser.ts';
import { Connection } from './connection.ts';
import { layered } from './counter-sums.ts';
import type { Device } from './device.ts';
import { LinkControl } from './link-control.ts';
import type { NewLink } from './radio-controller.ts';
import { gattSecurity } from './security.ts';

/** What every link of an adapter is made with. */
export interface LinkContext {
  readonly hci: HciController;
  readonly clock: Clock;
  readonly log: Log;
  readonly server: GattServer;
}

export interface AssembledLink {
  readonly connection: Connection;
  readonly control: LinkControl;
}

/** Puts the layers of a new link on top of each other. What the peer has sent meanwhile is handled before this returns. */
export const assembleLink = (
  context: LinkContext,
  { link: acl, role, parameters }: NewLink,
  device: Device,
): AssembledLink => {
  const { hci, clock, log, server } = context;
  const peer = device.address;
  const l2cap = new L2capLink({ acl, role, clock, log, peer });
  const control = new LinkControl({ hci, acl, l2cap, clock, log, role, peer, parameters });
  const bearer = new AttBearer({
    channel: l2cap.att,
    clock,
    log,
    peer,
    paceMs: () => control.paceMs,
    // A bearer on which a transaction was never completed is of no more use, and there is no other (Vol 3, Part F, 3.3.3).
    onPoisoned: () =>
      void hci.disconnect(acl, HciErrorCode.remoteUserTerminatedConnection).catch(() => undefined),
  });
  const client = new GattClient({ bearer, clock, log, peer });
  const refuser = new PairingRefuser({ channel: l2cap.smp, role, log, peer });
  const connection = new Connection({
    device,
    role,
    clock,
    scope: acl.scope,
    bearer,
    client,
    control,
    counters: () =>
      layered({
        l2cap: l2cap.counters,
        att: bearer.counters,
        gatt: client.counters,
        smp: refuser.counters,
      }),
    link: {
      bearer,
      scope: acl.scope,
      what: peer,
      identity: undefined,
      security: () => gattSecurity(control.security),
    },
  });
  bearer.server = server.attach(connection[gattLink]);
  if (role === 'central') l2cap.parameterPolicy = control.parameterPolicy;
  l2cap.start();
  return { connection, control };
};
