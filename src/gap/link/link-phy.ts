import type { Clock } from '../../core/clock.ts';
import { HciError, InvalidStateError } from '../../core/errors.ts';
import { procedure, type Settle, type WaitOptions } from '../../core/procedure.ts';
import type { AclLink } from '../../hci/acl-link.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { describeStatus, HciErrorCode } from '../../hci/codec/error-codes.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import { type LinkPhys, linkPhys, type PhyPreference, toPhyMasks } from './phy.ts';

export interface LinkPhyOptions {
  readonly hci: HciController;
  readonly acl: AclLink;
  readonly clock: Clock;
  /** For messages: `F0:F1:F2:F3:F4:F5`. */
  readonly peer: string;
  /** The default deadline of a control procedure of the Link Layer, as the link is now. */
  readonly procedureTimeoutMs: () => number;
}

/** A change that somebody here waits for. */
interface PendingChange {
  readonly settle: Settle<LinkPhys>;
  /** Set once the controller has begun: what it tells before that is of somebody else's change. */
  hasBegun: boolean;
}

/** The PHYs of one link (Vol 6, Part B, 5.1.10). */
export class LinkPhy {
  readonly #options: LinkPhyOptions;
  #change: PendingChange | undefined;

  constructor(options: LinkPhyOptions) {
    this.#options = options;
  }

  /** As the controller has them now. One that has no other knows no command to tell. */
  async read(wait: WaitOptions): Promise<LinkPhys> {
    const { hci, acl } = this.#options;
    acl.scope.check();
    if (!hci.info.supports(HciCommand.leReadPhy)) return { tx: '1M', rx: '1M' };
    return linkPhys(await hci.send(HciCommand.leReadPhy, { connectionHandle: acl.handle }, wait));
  }

  async set(preference: PhyPreference, wait: WaitOptions): Promise<LinkPhys> {
    const { hci, acl, clock, peer, procedureTimeoutMs } = this.#options;
    const what = `changing the PHY of the link to ${peer}`;
    const wanted = toPhyMasks(preference);
    acl.scope.check();
    if (!hci.info.supports(HciCommand.leSetPhy))
      throw new InvalidStateError(`${what}: the controller has no other than 1M`);
    if (this.#change !== undefined) throw new InvalidStateError(`already ${what}: await that first`);
    try {
      return await procedure<LinkPhys>(
        {
          what,
          clock,
          defaultTimeoutMs: procedureTimeoutMs(),
          timeoutMs: wait.timeoutMs,
          signal: wait.signal,
          scope: acl.scope,
          hint: () => 'the peer has not agreed yet; the change may still come',
        },
        (settle) => {
          const change: PendingChange = { settle, hasBegun: false };
          this.#change = change;
          const onSuccess = (): void => {
            change.hasBegun = true;
          };
          hci
            .send(HciCommand.leSetPhy, { connectionHandle: acl.handle, ...wanted }, { onSuccess })
            .catch(settle.reject);
          return undefined;
        },
      );
    } finally {
      this.#change = undefined;
    }
  }

  /** Of LE PHY Update Complete (Vol 4, Part E, 7.7.65.12), which also tells of changes that nobody here asked for. */
  updated(event: { readonly status: number; readonly txPhy: number; readonly rxPhy: number }): void {
    const change = this.#change;
    if (change?.hasBegun !== true) return;
    if (event.status !== HciErrorCode.success) {
      const text = `the link to ${this.#options.peer} keeps its PHY: ${describeStatus(event.status)}`;
      change.settle.reject(new HciError(text, event.status, HciCommand.leSetPhy.opcode));
      return;
    }
    change.settle.resolve(linkPhys(event));
  }
}
