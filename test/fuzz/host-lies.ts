import type { PacketScript } from '../../src/virtual/controller-faults.ts';
import { call } from './host-calls.ts';
import { anyEvent, idleEvent, mangled, peerPacket, strangerReport } from './host-packets.ts';
import { type Dice, Trial, type TrialHost } from './host-trial.ts';

const STEPS = 60;

/** A line that loses, holds back, damages, swaps and doubles packets, each with this chance. */
const badLine = (dice: Dice, share: number, again: (packet: Uint8Array) => void): PacketScript => {
  return (packet) => {
    if (!dice.chance(share)) return undefined;
    switch (dice.number(0, 6)) {
      case 0:
        return 'drop';
      case 1:
        return { delayMs: dice.of(0, 1, 30, 500, 2_500) };
      case 2:
        return 'corrupt';
      case 3:
        return { replaceWith: dice.bytes(40) };
      case 4:
        again(new Uint8Array(packet));
        return undefined;
      default:
        return { replaceWith: mangled(dice, packet) };
    }
  };
};

/** Commands that drive the radio: addresses, advertising, scanning, initiating, the accept list, connection updates. */
const radioCommands = [
  0x2005, 0x2006, 0x2008, 0x2009, 0x200a, 0x200b, 0x200c, 0x200d, 0x200e, 0x2010, 0x2011, 0x2012, 0x2013,
  0x2035, 0x2036, 0x2037, 0x2038, 0x2039, 0x203c, 0x2041, 0x2042, 0x2043, 0x0406,
];

/** A controller that answers some commands with an error, whatever it has done. */
const refusing = (dice: Dice): PacketScript => {
  const refused = radioCommands.filter(() => dice.chance(0.15));
  const status = dice.of(0x01, 0x07, 0x09, 0x0b, 0x0c, 0x0d, 0x12, 0x1f);
  return (packet) => {
    if (packet[0] !== 4 || (packet[1] !== 0x0e && packet[1] !== 0x0f)) return undefined;
    const [at, opcode] =
      packet[1] === 0x0e
        ? [6, (packet[4] ?? 0) | ((packet[5] ?? 0) << 8)]
        : [3, (packet[5] ?? 0) | ((packet[6] ?? 0) << 8)];
    if (!refused.includes(opcode) || packet.length <= at) return undefined;
    const copy = new Uint8Array(packet);
    copy[at] = status;
    return { replaceWith: copy };
  };
};

/** Anything at all: a controller that lies, a line that is broken, a cable that is pulled. */
const harm = (trial: Trial, host: TrialHost): void => {
  const { dice, clock } = trial;
  const { faults, handles } = host.controller;
  switch (dice.number(0, 10)) {
    case 0:
    case 1:
      for (let burst = dice.number(1, 4); burst > 0; burst--) faults.inject(anyEvent(dice, handles));
      return;
    case 2: {
      const share = dice.of(0.02, 0.1, 0.5);
      faults.toHost = badLine(dice, share, (packet) => clock.after(0, () => faults.inject(packet)));
      clock.after(dice.number(0, 3_000), () => {
        faults.toHost = undefined;
      });
      return;
    }
    case 3: {
      faults.fromHost = badLine(dice, dice.of(0.02, 0.1, 0.5), () => undefined);
      clock.after(dice.number(0, 3_000), () => {
        faults.fromHost = undefined;
      });
      return;
    }
    case 8:
    case 9: {
      faults.toHost = refusing(dice);
      clock.after(dice.number(0, 6_000), () => {
        faults.toHost = undefined;
      });
      return;
    }
    case 4:
      faults.stall();
      clock.after(dice.number(0, 5_000), () => faults.resume());
      return;
    case 5:
      if (dice.chance(0.2)) faults.unplug();
      return;
    case 6:
      faults.inject(dice.bytes(dice.of(0, 3, 30)));
      return;
    case 7:
      faults.inject(dice.chance(0.5) ? idleEvent(dice) : strangerReport(dice));
      return;
    default: {
      const handle = dice.chance(0.9) ? dice.pick(handles) : dice.number(0, 0xfff);
      if (handle !== undefined) faults.inject(peerPacket(dice, handle));
    }
  }
};

/** One trial; gives it when all went well. */
export const liesTrial = async (seed: number): Promise<Trial> => {
  const model = seed % 2 === 0 ? 'ideal' : 'timed';
  const trial = new Trial({ seed, model, hosts: 2 + (seed % 3) });
  const { dice, clock } = trial;
  try {
    for (const host of trial.hosts) await trial.run(trial.opened(host));
    for (let step = 0; step < STEPS; step++) {
      const host = dice.pick(trial.hosts);
      if (host !== undefined && dice.chance(0.3)) harm(trial, host);
      else await call(trial);
      if (dice.chance(0.7)) await clock.advance(dice.of(0, 1, 10, 100, 700));
      trial.checkDue();
    }
    // A host may have been told anything; whatever had a deadline has met it all the same.
    await clock.advance(200_000);
    trial.checkDue();
    for (const { controller } of trial.hosts) {
      controller.faults.toHost = undefined;
      controller.faults.fromHost = undefined;
      controller.faults.resume();
    }
    await trial.finish();
    for (const host of trial.hosts) await trial.run(trial.opened(host));
    const [first, second] = trial.hosts;
    if (first !== undefined && second !== undefined) {
      await trial.clean(first, second);
      await trial.clean(second, first);
    }
    await trial.finish();
  } catch (error) {
    trial.problem(`the trial broke off: ${error instanceof Error ? error.stack : String(error)}`);
  }
  await trial.verdict();
  return trial;
};
