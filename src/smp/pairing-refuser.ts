import { Counters } from '../core/counters.ts';
import type { Log } from '../core/log.ts';
import { allocatePacket, PacketOffset } from '../core/packet.ts';
import { Answers } from '../l2cap/answers.ts';
import type { FixedChannel } from '../l2cap/fixed-channel.ts';
import { PairingFailed, smpCommandLengths } from './codec/smp-commands.ts';
import { PairingFailedReason, pairingFailedReasonName, SmpCode } from './smp-codes.ts';

/** Pairing Failed commands that may wait for room in the controller. */
const MAX_UNSENT_REFUSALS = 4;

export type Role = 'central' | 'peripheral';

/** What an SMP command gets from a host that does not pair. */
export type Verdict =
  /** The peer asks to pair: it is told no each time. */
  | { readonly kind: 'refuse'; readonly reason: PairingFailedReason }
  /** It belongs to a pairing that is not in progress, or breaks its format: the peer is told once, so that two hosts never argue without end. */
  | { readonly kind: 'stray'; readonly reason: PairingFailedReason }
  /** Never answered: Pairing Failed itself, and codes reserved for future use (Vol 3, Part H, 3.3). */
  | { readonly kind: 'ignore' };

/** Vol 3, Part H, 2.4.6, 3.3 and 3.5.5. */
export const verdictOn = (role: Role, command: Uint8Array): Verdict => {
  const code = command[0];
  const length = code === undefined ? undefined : smpCommandLengths.get(code);
  if (code === SmpCode.pairingFailed || length === undefined) return { kind: 'ignore' };
  if (command.length !== length) return { kind: 'stray', reason: PairingFailedReason.invalidParameters };
  const asking = role === 'peripheral' ? SmpCode.pairingRequest : SmpCode.securityRequest;
  return code === asking
    ? { kind: 'refuse', reason: PairingFailedReason.pairingNotSupported }
    : { kind: 'stray', reason: PairingFailedReason.commandNotSupported };
};

export interface PairingRefuserOptions {
  readonly channel: FixedChannel;
  readonly role: Role;
  readonly log: Log;
  /** Whom the link leads to, for messages. */
  readonly peer: string;
}

export type PairingRefuserCounterName =
  | 'pairingsRefused'
  /** Commands out of place or malformed. */
  | 'strayCommands'
  | 'ignoredCommands'
  | 'answersDropped';

/** The Security Manager of a link that never pairs: it answers, so that no peer waits for its 30 s. */
export class PairingRefuser {
  readonly #options: PairingRefuserOptions;
  readonly #counters = new Counters<PairingRefuserCounterName>([
    'pairingsRefused',
    'strayCommands',
    'ignoredCommands',
    'answersDropped',
  ]);
  #strayAnswered = false;
  readonly #answers: Answers;

  constructor(options: PairingRefuserOptions) {
    this.#options = options;
    const dropped = (): void => this.#counters.add('answersDropped');
    this.#answers = new Answers(options.channel, MAX_UNSENT_REFUSALS, dropped);
    options.channel.receiver = (command) => this.#receive(command);
  }

  /** A snapshot. */
  get counters(): Readonly<Record<PairingRefuserCounterName, number>> {
    return this.#counters.all();
  }

  #receive(command: Uint8Array): void {
    const verdict = verdictOn(this.#options.role, command);
    switch (verdict.kind) {
      case 'ignore':
        this.#counters.add('ignoredCommands');
        break;
      case 'refuse':
        this.#counters.add('pairingsRefused');
        this.#fail(verdict.reason);
        break;
      case 'stray':
        this.#counters.add('strayCommands');
        if (this.#strayAnswered) break;
        this.#strayAnswered = true;
        this.#fail(verdict.reason);
        break;
    }
  }

  #fail(reason: PairingFailedReason): void {
    const { log, peer } = this.#options;
    log.write(
      'info',
      'smp',
      () => `answering ${peer} with Pairing Failed, ${pairingFailedReasonName(reason)}`,
    );
    const packet = allocatePacket(1 + PairingFailed.measure({ reason }));
    packet[PacketOffset.payload] = PairingFailed.code;
    PairingFailed.encodeInto({ reason }, packet, PacketOffset.payload + 1);
    this.#answers.send(packet);
  }
}
