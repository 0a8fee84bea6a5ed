import type { Connection, L2capChannel } from 'jelling';
import type { Trial, TrialHost } from './host-trial.ts';

const SPSM = 0x80;

/** Channels that are open, or were, by host. */
const channelsOf = new WeakMap<TrialHost, L2capChannel[]>();

const kept = (host: TrialHost): L2capChannel[] => {
  const channels = channelsOf.get(host) ?? [];
  channelsOf.set(host, channels);
  channels.splice(0, channels.length - 20);
  return channels;
};

const open = (trial: Trial, host: TrialHost, connection: Connection): void => {
  const { dice } = trial;
  const mtu = dice.of(23, 64, 512, 2_000);
  const keep = async (opening: Promise<readonly L2capChannel[]>): Promise<void> => {
    kept(host).push(...(await opening));
  };
  switch (dice.number(0, 2)) {
    case 0: {
      const { options } = trial.budget(0);
      const timeoutMs = options.timeoutMs ?? 3_000;
      const opening = connection.l2capAccept({ psm: SPSM, mtu, ...options, timeoutMs });
      void trial.track('accept', timeoutMs, keep(opening.then((one) => [one])), options.signal);
      return;
    }
    case 1: {
      const { options, dueInMs } = trial.budget(1_000);
      const opening = connection.l2capConnect({ psm: SPSM, mtu, ...options });
      void trial.track('open a channel', dueInMs, keep(opening.then((one) => [one])), options.signal);
      return;
    }
    default: {
      const { options, dueInMs } = trial.budget(1_000);
      const opening = connection.l2capConnectEnhanced({
        psm: SPSM,
        mtu: 64,
        count: dice.number(1, 5),
        ...options,
      });
      void trial.track('open channels', dueInMs, keep(opening), options.signal);
    }
  }
};

const use = (trial: Trial, channel: L2capChannel): void => {
  const { dice } = trial;
  switch (dice.number(0, 4)) {
    case 0:
    case 1: {
      const { options, dueInMs } = trial.budget(20_000);
      const call = channel.send(dice.bytes(dice.of(10, 500, 5_000)), options);
      void trial.track('send', dueInMs, call, options.signal);
      return;
    }
    case 2: {
      const { options } = trial.budget(0);
      const timeoutMs = options.timeoutMs ?? 2_000;
      void trial.track('receive', timeoutMs, channel.receive({ ...options, timeoutMs }), options.signal);
      return;
    }
    case 3: {
      const { options, dueInMs } = trial.budget(20_000);
      void trial.track('flush', dueInMs, channel.flush(options), options.signal);
      return;
    }
    default: {
      const { options, dueInMs } = trial.budget(2_000);
      void trial.track('close a channel', dueInMs, channel.disconnect(options), options.signal);
    }
  }
};

/** One call about L2CAP channels, by chance. */
export const channelCall = (trial: Trial, host: TrialHost, connection: Connection): void => {
  const channel = trial.dice.pick(kept(host));
  if (channel === undefined || trial.dice.chance(0.3)) open(trial, host, connection);
  else use(trial, channel);
};
