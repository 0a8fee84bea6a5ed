import { afterEach } from 'vitest';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import type { Bond, IdentityAddress, LongTermKey } from '../../src/smp/bond.ts';
import { bondWith, withBond } from '../../src/smp/bond-store.ts';
import {
  decodeSmpCommand,
  encodeSmpCommand,
  measureSmpCommand,
  type SmpCommand,
} from '../../src/smp/codec/smp-commands.ts';
import type { SecurityPolicy } from '../../src/smp/pairing-options.ts';
import { RepeatedAttempts } from '../../src/smp/repeated-attempts.ts';
import type { SecurityManagerOptions } from '../../src/smp/security-context.ts';
import { SecurityManager } from '../../src/smp/security-manager.ts';
import { identityOf, keyOf } from './bonds.ts';
import { FakeChannel } from './fake-att-channel.ts';

const links = new Set<SmpLink>();
afterEach(() => {
  for (const link of links) link.end();
});

export const central = identityOf('A1:A2:A3:A4:A5:A6');
export const peripheral = identityOf('F1:B2:B3:B4:B5:B6', 'random');

export interface SmpLinkOptions {
  readonly role?: 'central' | 'peripheral';
  readonly policy?: SecurityPolicy | undefined;
  readonly bonds?: readonly Bond[];
  readonly more?: Partial<SecurityManagerOptions>;
  readonly clock?: ManualClock;
}

/** The Security Manager of one side, on a channel and a controller that the test plays. */
export class SmpLink {
  readonly clock: ManualClock;
  readonly channel = new FakeChannel<6>(6);
  readonly attempts: RepeatedAttempts;
  readonly manager: SecurityManager;
  /** Keys that the controller was given, or undefined where it was told that there is none. */
  readonly answers: (Uint8Array | undefined)[] = [];
  readonly enabled: LongTermKey[] = [];
  bonds: readonly Bond[];
  policy: SecurityPolicy | undefined;

  constructor(options: SmpLinkOptions = {}) {
    const { role = 'peripheral' } = options;
    this.clock = options.clock ?? new ManualClock();
    this.attempts = new RepeatedAttempts(this.clock);
    this.bonds = options.bonds ?? [];
    this.policy = options.policy;
    const [own, peer] = role === 'central' ? [central, peripheral] : [peripheral, central];
    this.manager = new SecurityManager({
      channel: this.channel,
      role,
      clock: this.clock,
      log: new Log(),
      encryption: {
        enable: (key) => {
          this.enabled.push(key);
          return Promise.resolve();
        },
        answer: (key) => this.answers.push(key),
      },
      ownAddress: own,
      peerAddress: peer,
      peer,
      local: { ...own, irk: keyOf(200) },
      bonds: {
        kept: true,
        find: (wanted: IdentityAddress) => bondWith(this.bonds, wanted),
        save: (bond) => {
          this.bonds = withBond(this.bonds, bond);
          return Promise.resolve();
        },
      },
      attempts: this.attempts,
      policy: () => this.policy,
      paceMs: () => 0,
      eventLagMs: 0,
      onBonded: () => undefined,
      ...options.more,
    });
    links.add(this);
  }

  /** A command of the peer. */
  hear(command: SmpCommand): void {
    const bytes = new Uint8Array(measureSmpCommand(command));
    encodeSmpCommand(command, bytes, 0);
    this.channel.deliver(bytes);
  }

  /** What was said since the last call. */
  takeSaid(): SmpCommand[] {
    return this.channel.sent.splice(0).flatMap((bytes) => decodeSmpCommand(bytes) ?? []);
  }

  /** Reasons of the Pairing Failed that were sent since the last call; whatever else was sent must not have been. */
  takeFailures(): number[] {
    return this.takeSaid().map((command) => {
      if (command.kind !== 'pairingFailed') throw new Error(`${command.kind} was sent`);
      return command.reason;
    });
  }

  end(): void {
    links.delete(this);
    this.channel.disconnect();
  }
}

/** Lets what is under way in microtasks finish. */
export const turn = async (): Promise<void> => {
  for (let i = 0; i < 60; i++) await Promise.resolve();
};
