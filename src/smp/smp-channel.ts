import type { Counters } from '../core/counters.ts';
import { InvalidStateError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { allocatePacket, PacketOffset } from '../core/packet.ts';
import { Answers } from '../l2cap/answers.ts';
import type { FixedChannel } from '../l2cap/fixed-channel.ts';
import { encodeSmpCommand, measureSmpCommand, type SmpCommand } from './codec/smp-commands.ts';
import type { SmpCounterName } from './security-context.ts';
import { PairingFailedReason, pairingFailedReasonName } from './smp-codes.ts';
import { readInbound } from './smp-inbox.ts';

/** Commands that may wait for room in the controller: more than a pairing ever sends at once. */
const MAX_UNSENT_COMMANDS = 16;

export interface SmpChannelOptions {
  readonly channel: FixedChannel;
  readonly log: Log;
  /** Whom the link leads to, for messages. */
  readonly peer: string;
  readonly counters: Counters<SmpCounterName>;
  readonly onCommand: (command: SmpCommand) => void;
  /** A command was of a wrong length. Gives whether it belonged to a pairing, which has then ended. */
  readonly onMalformed: () => boolean;
}

/** The fixed channel of the Security Manager on one link: commands in and out, and what is said to those that have no place. */
export class SmpChannel {
  readonly #options: SmpChannelOptions;
  readonly #answers: Answers;
  #isSilent = false;
  #strayAnswered = false;

  constructor(options: SmpChannelOptions) {
    this.#options = options;
    const { channel, counters } = options;
    this.#answers = new Answers(channel, MAX_UNSENT_COMMANDS, () => counters.add('commandsDropped'));
    channel.receiver = (payload) => this.#receive(payload);
  }

  /** @throws InvalidStateError after a time-out; what the link ended with. */
  checkSpeaks(what: string): void {
    this.#options.channel.scope.check();
    if (!this.#isSilent) return;
    throw new InvalidStateError(
      `${what}: a pairing has timed out on this link, and none may follow it: connect anew (Vol 3, Part H, 3.4)`,
    );
  }

  /** After a time-out nothing more is said on the link, whatever comes (Vol 3, Part H, 3.4). */
  silence(): void {
    this.#isSilent = true;
  }

  send(command: SmpCommand): void {
    if (this.#isSilent) return;
    const packet = allocatePacket(measureSmpCommand(command));
    encodeSmpCommand(command, packet, PacketOffset.payload);
    this.#answers.send(packet);
  }

  /** Says no to what the peer wants to begin, each time. */
  refuse(reason: PairingFailedReason): void {
    const { log, peer, counters } = this.#options;
    counters.add('pairingsRefused');
    log.write('info', 'smp', () => `refusing ${peer} with ${pairingFailedReasonName(reason)}`);
    this.send({ kind: 'pairingFailed', reason });
  }

  /** A command belongs to no pairing. The peer is told once, so that two hosts never argue without end. */
  stray(reason: PairingFailedReason): void {
    this.#options.counters.add('strayCommands');
    if (this.#strayAnswered) return;
    this.#strayAnswered = true;
    this.send({ kind: 'pairingFailed', reason });
  }

  #receive(payload: Uint8Array): void {
    const { counters, onCommand, onMalformed } = this.#options;
    if (this.#isSilent) {
      counters.add('commandsAfterTimeout');
      return;
    }
    const inbound = readInbound(payload);
    switch (inbound.kind) {
      case 'ignored':
        counters.add('ignoredCommands');
        break;
      case 'malformed':
        if (!onMalformed()) this.stray(PairingFailedReason.invalidParameters);
        break;
      case 'command':
        onCommand(inbound.command);
        break;
    }
  }
}
