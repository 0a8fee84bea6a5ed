import type { Connection, RemoteCharacteristic } from 'jelling';
import { channelCall } from './host-channel-calls.ts';
import { linkCalls } from './host-link-calls.ts';
import { type Trial, type TrialHost, withdrawnWithin } from './host-trial.ts';

/** A scan and its loop: to its end, or left early. */
const scan = (trial: Trial, host: TrialHost): void => {
  const { ble } = host;
  if (ble === undefined) return;
  const { dice } = trial;
  const durationMs = dice.number(1, 3_000);
  const most = dice.of(1, 3, Number.POSITIVE_INFINITY);
  const { options } = trial.budget(0);
  const loop = async (): Promise<void> => {
    let heard = 0;
    await using scanner = ble.scan({
      active: dice.chance(0.5),
      filterDuplicates: dice.chance(0.5),
      durationMs,
      signal: options.signal,
    });
    for await (const result of scanner) {
      void result.name;
      void result.services;
      if (++heard >= most) break;
    }
  };
  void trial.track(`scan of ${host.index}`, durationMs + withdrawnWithin, loop(), options.signal);
};

const connect = (trial: Trial, host: TrialHost): void => {
  const { ble } = host;
  const other = trial.dice.pick(trial.hosts);
  if (ble === undefined || other === undefined) return;
  const address = trial.dice.chance(0.1) || other.ble === undefined ? '00:00:00:00:00:99' : other.ble.address;
  const type = other.ble?.addressType ?? 'public';
  const { options, dueInMs } = trial.budget(10_000);
  const { dice } = trial;
  const attempt = ble.device(address, type).connect({
    ...options,
    maxIntervalMs: dice.of(50, 100, 1_000),
    minIntervalMs: 10,
    exchangeMtu: dice.chance(0.7),
  });
  void trial.track(
    `connect of ${host.index} to ${address}`,
    dueInMs + withdrawnWithin + 1_000,
    attempt,
    options.signal,
  );
};

const advertise = (trial: Trial, host: TrialHost): void => {
  const { ble } = host;
  if (ble === undefined) return;
  const { dice } = trial;
  const { options } = trial.budget(0);
  const timeoutMs = options.timeoutMs ?? dice.number(1_000, 8_000);
  const intervalMs = dice.of(20, 100, 1_000);
  const name = `host ${host.index}`;
  const due = timeoutMs + withdrawnWithin;
  switch (dice.number(0, 3)) {
    case 0: {
      const loop = async (): Promise<void> => {
        await using advertising = ble.advertising({ name, intervalMs, timeoutMs, signal: options.signal });
        let heard = 0;
        for await (const connection of advertising) {
          void connection.isConnected;
          if (++heard >= 3) break;
        }
      };
      // Each connection begins the deadline anew.
      void trial.track(`advertising of ${host.index}`, 3 * due, loop(), options.signal);
      return;
    }
    case 1: {
      const call = ble.broadcast({
        name,
        intervalMs,
        durationMs: dice.number(1, 3_000),
        signal: options.signal,
      });
      void trial.track(`broadcast of ${host.index}`, 3_000 + withdrawnWithin, call, options.signal);
      return;
    }
    case 2: {
      const other = dice.pick(trial.hosts)?.ble;
      if (other === undefined) return;
      const directed = {
        address: other.address,
        type: other.addressType,
        highDutyCycle: dice.chance(0.5),
      };
      const call = ble.advertise({ directed, intervalMs, timeoutMs, signal: options.signal });
      void trial.track(`directed advertising of ${host.index}`, due, call, options.signal);
      return;
    }
    default:
      void trial.track(
        `advertise of ${host.index}`,
        due,
        ble.advertise({ name, services: [0x181a], intervalMs, timeoutMs, signal: options.signal }),
        options.signal,
      );
  }
};

/** Discovers down to the characteristics, and keeps them for later calls. */
const discover = (trial: Trial, host: TrialHost, connection: Connection): void => {
  const { options, dueInMs } = trial.budget(60_000);
  const work = async (): Promise<void> => {
    const services = await connection.services(options);
    for (const service of services) {
      for (const remote of await service.characteristics(options)) {
        host.remotes.push(remote);
        if (trial.dice.chance(0.3)) await remote.descriptors(options);
      }
    }
    host.remotes.splice(0, host.remotes.length - 40);
  };
  // The deadline is of each call; there are some ten.
  void trial.track(`discovery of ${host.index}`, dueInMs * 20, work(), options.signal);
};

const service = (trial: Trial, host: TrialHost, connection: Connection): void => {
  const { options, dueInMs } = trial.budget(60_000);
  const work = async (): Promise<void> => {
    const found = await connection.service(trial.dice.of(0x181a, 0x1234), options);
    const remote = await found.characteristic(0x2a6e, options);
    host.remotes.push(remote);
  };
  void trial.track(`service of ${host.index}`, dueInMs * 2, work(), options.signal);
};

const remoteCalls: readonly ((trial: Trial, remote: RemoteCharacteristic) => void)[] = [
  (trial, remote) => {
    const { options, dueInMs } = trial.budget(30_000);
    void trial.track('read', dueInMs, remote.read(options), options.signal);
  },
  (trial, remote) => {
    const { options, dueInMs } = trial.budget(60_000);
    const value = trial.dice.bytes(trial.dice.of(20, 512));
    void trial.track('write', dueInMs, remote.write(value, { ...options, response: true }), options.signal);
  },
  (trial, remote) => {
    for (let burst = trial.dice.number(1, 8); burst > 0; burst--) {
      const { options, dueInMs } = trial.budget(1_000);
      const call = remote.write(trial.dice.bytes(20), { ...options, response: false });
      void trial.track('write without response', dueInMs, call, options.signal);
    }
  },
  (trial, remote) => {
    const { options, dueInMs } = trial.budget(30_000);
    const { notify, indicate } = remote.properties;
    const kinds = trial.dice.of({ notify: true }, { indicate: true }, { notify, indicate });
    void trial.track('subscribe', dueInMs, remote.subscribe({ ...options, ...kinds }), options.signal);
  },
  (trial, remote) => {
    const { options, dueInMs } = trial.budget(30_000);
    void trial.track('unsubscribe', dueInMs, remote.unsubscribe(options), options.signal);
  },
  (trial, remote) => {
    const { options } = trial.budget(0);
    const timeoutMs = options.timeoutMs ?? 3_000;
    const call = trial.dice.chance(0.5)
      ? remote.notified({ ...options, timeoutMs })
      : remote.indicated({ ...options, timeoutMs });
    void trial.track('notified', timeoutMs, call, options.signal);
  },
  (trial, remote) => {
    const { options } = trial.budget(0);
    const timeoutMs = options.timeoutMs ?? 1_000;
    const loop = async (): Promise<void> => {
      let heard = 0;
      for await (const value of remote.notifications({ ...options, timeoutMs })) {
        void value;
        if (++heard === 5) break;
      }
    };
    void trial.track('notifications', 5 * timeoutMs, loop(), options.signal);
  },
];

/** Calls of a server to one of its clients. */
const serve = (trial: Trial, host: TrialHost, connection: Connection): void => {
  const { value } = host;
  if (value === undefined) return;
  const { options, dueInMs } = trial.budget(1_000);
  const { dice } = trial;
  const to = dice.chance(0.8) ? connection : undefined;
  const force = dice.chance(0.3);
  switch (dice.number(0, 4)) {
    case 0:
      for (let burst = dice.number(1, 20); burst > 0; burst--) {
        const call = value.notify(to, { ...options, force, value: dice.bytes(200) });
        void trial.track('notify', dueInMs, call, options.signal);
      }
      return;
    case 1: {
      const call = value.indicate(to, { ...options, force, value: dice.bytes(20) });
      void trial.track('indicate', dueInMs, call, options.signal);
      return;
    }
    case 2:
      value.write(dice.bytes(512), { sendUpdate: dice.chance(0.7) });
      return;
    case 3: {
      const timeoutMs = options.timeoutMs ?? 2_000;
      const call = value.subscribed(connection, { ...options, timeoutMs });
      void trial.track('subscribed', timeoutMs, call, options.signal);
      return;
    }
    default: {
      const timeoutMs = options.timeoutMs ?? 2_000;
      void trial.track('written', timeoutMs, value.written({ ...options, timeoutMs }), options.signal);
    }
  }
};

/** One call of a user, by chance. */
export const call = async (trial: Trial): Promise<void> => {
  const { dice } = trial;
  const host = dice.pick(trial.hosts);
  if (host === undefined) return;
  if (host.ble === undefined || host.ble.signal.aborted) {
    await trial.run(trial.closed(host));
    await trial.run(trial.opened(host));
    return;
  }
  const connection = dice.pick(trial.connectionsOf(host));
  const kind = dice.number(0, 99);
  if (kind < 8) scan(trial, host);
  else if (kind < 20) advertise(trial, host);
  else if (kind < 34) connect(trial, host);
  else if (kind < 36) {
    void trial.track(`close ${host.index}`, 6_000, host.ble.close());
  } else if (connection === undefined) {
    advertise(trial, host);
    const other = dice.pick(trial.hosts);
    if (other !== undefined) connect(trial, other);
  } else if (kind < 44) dice.pick(linkCalls)?.(trial, connection);
  else if (kind < 48) channelCall(trial, host, connection);
  else if (kind < 52) service(trial, host, connection);
  else if (kind < 56) discover(trial, host, connection);
  else if (kind < 75) serve(trial, host, connection);
  else {
    const remote = dice.pick(host.remotes);
    if (remote === undefined) service(trial, host, connection);
    else dice.pick(remoteCalls)?.(trial, remote);
  }
};
