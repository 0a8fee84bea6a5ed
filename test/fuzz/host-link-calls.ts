import type { Connection } from 'jelling';
import type { Trial } from './host-trial.ts';

/** What may be asked of a link as such. */
export const linkCalls: readonly ((trial: Trial, connection: Connection) => void)[] = [
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(2_000);
    void trial.track('disconnect', dueInMs, connection.disconnect(options), options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(5_000);
    const minIntervalMs = trial.dice.of(7.5, 30, 500);
    const request = { minIntervalMs, peripheralLatency: trial.dice.of(0, 3), supervisionTimeoutMs: 5_000 };
    const call = connection.updateParameters(request, options);
    void trial.track('update of parameters', dueInMs, call, options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(2_000);
    void trial.track('RSSI', dueInMs, connection.readRssi(options), options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(5_000);
    const { dice } = trial;
    const preference = { tx: dice.of('1M', '2M', 'coded'), rx: dice.of('1M', '2M', undefined) } as const;
    void trial.track('change of PHY', dueInMs, connection.setPhy(preference, options), options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(2_000);
    const call = connection.setDataLength({ txOctets: trial.dice.number(26, 251) }, options);
    void trial.track('data length', dueInMs, call, options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(1_000);
    void trial.track('MTU exchange', dueInMs, connection.exchangeMtu(options), options.signal);
  },
  (trial, connection) => {
    const { options } = trial.budget(0);
    const timeoutMs = options.timeoutMs ?? 5_000;
    const call = connection.disconnected({ ...options, timeoutMs });
    void trial.track('disconnected', timeoutMs, call, options.signal);
  },
  (trial, connection) => {
    const timeoutMs = trial.dice.number(1, 2_000);
    const work = connection.withTimeout(timeoutMs, (signal) => connection.disconnected({ signal }));
    void trial.track('guarded work', timeoutMs, work);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(20_000);
    const call = connection.pair({ ...options, bond: trial.dice.chance(0.7) });
    void trial.track('pairing', dueInMs, call, options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(5_000);
    void trial.track('encryption', dueInMs, connection.encrypt(options), options.signal);
  },
  (trial, connection) => {
    const { options } = trial.budget(0);
    const timeoutMs = options.timeoutMs ?? 5_000;
    const call = connection.parametersUpdated({ ...options, timeoutMs });
    void trial.track('parameters updated', timeoutMs, call, options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(60_000);
    // The deadline is of each step; there are some ten, and a discovery may begin anew.
    void trial.track('whole discovery', dueInMs * 40, connection.discover(options), options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(30_000);
    void trial.track('reading by UUID', dueInMs * 20, connection.readByUuid(0x2a6e, options), options.signal);
  },
  (trial, connection) => {
    const { options, dueInMs } = trial.budget(1_000);
    void trial.track('opening of bearers', dueInMs, connection.openEnhancedBearers(options), options.signal);
  },
];
