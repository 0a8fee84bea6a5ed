import { call } from './host-calls.ts';
import { idleEvent, peerPacket, strangerReport } from './host-packets.ts';
import { Trial } from './host-trial.ts';

const STEPS = 60;

/** What a host must get over by itself: no word of its own controller is a lie that it could act on. */
const disturb = (trial: Trial): void => {
  const { dice, air, clock } = trial;
  const host = dice.pick(trial.hosts);
  if (host === undefined) return;
  const { faults, handles } = host.controller;
  switch (dice.number(0, 6)) {
    case 0:
      faults.inject(idleEvent(dice));
      return;
    case 1:
      faults.inject(strangerReport(dice));
      return;
    case 2: {
      faults.stall();
      trial.stalled = true;
      clock.after(dice.number(0, 1_500), () => faults.resume());
      return;
    }
    case 3: {
      const other = dice.pick(trial.hosts);
      if (other === undefined || other === host) return;
      const [a, b] = [host.controller.station, other.controller.station];
      air.faults.separate(a, b);
      clock.after(dice.number(0, 9_000), () => air.faults.join(a, b));
      return;
    }
    case 4: {
      air.faults.data = () => (dice.chance(0.1) ? dice.of('drop', 'corrupt') : undefined);
      clock.after(dice.number(0, 2_000), () => {
        air.faults.data = undefined;
      });
      return;
    }
    default: {
      for (let burst = dice.number(1, 5); burst > 0; burst--) {
        const handle = dice.pick(handles);
        if (handle !== undefined) faults.inject(peerPacket(dice, handle));
      }
    }
  }
};

/** One trial; gives it when all went well. */
export const noiseTrial = async (seed: number): Promise<Trial> => {
  const model = seed % 2 === 0 ? 'ideal' : 'timed';
  const trial = new Trial({ seed, model, hosts: 2 + (seed % 3), loss: seed % 5 === 0 ? 0.1 : 0 });
  const { dice, clock } = trial;
  try {
    for (const host of trial.hosts) await trial.run(trial.opened(host));
    for (let step = 0; step < STEPS; step++) {
      if (dice.chance(0.3)) disturb(trial);
      else await call(trial);
      if (dice.chance(0.7)) await clock.advance(dice.of(0, 1, 10, 100, 700));
      trial.checkDue();
    }
    // Every disturbance has passed by then, and whatever had a deadline has met it.
    await clock.advance(20_000);
    trial.air.loss = 0;
    for (const host of trial.hosts) {
      if (host.ble?.signal.aborted !== false) {
        await trial.run(trial.closed(host));
        await trial.run(trial.opened(host));
      }
      const links = trial
        .connectionsOf(host)
        .map((link) => trial.track('disconnect', 2_000, link.disconnect()));
      await trial.run(Promise.all(links));
    }
    await clock.advance(130_000);
    trial.checkDue();
    const [first, second, ...others] = trial.hosts;
    if (first !== undefined && second !== undefined) {
      await trial.clean(first, second);
      await trial.clean(second, first);
      for (const other of others) await trial.clean(other, first);
    }
    for (const { controller, index } of trial.hosts) {
      for (const { name, detail } of controller.violations.slice(0, 3)) {
        // Data that crossed the end of its link while the controller stood still meets the next link of that handle.
        if (trial.stalled && name === 'aclBufferOverflow') continue;
        trial.problem(`host ${index} violated: ${name} ${detail}`);
      }
    }
    await trial.finish();
  } catch (error) {
    trial.problem(`the trial broke off: ${error instanceof Error ? error.stack : String(error)}`);
  }
  await trial.verdict();
  return trial;
};
