/** Our host as the one to whom bearers are opened. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Adapter, Characteristic, type CharacteristicOptions, type Connection, Service } from 'jelling';
import { digest } from '../bytes.ts';
import { MeetingPeripheral } from '../jelling-meeting.ts';
import {
  awaitedValue,
  bearerCount,
  type CharacteristicKey,
  commands,
  contract,
  notifications,
} from './contract.ts';

export class BearersPeripheral extends MeetingPeripheral {
  #mostBearers = 0;

  protected override prepare(adapter: Adapter): void {
    const service = new Service(contract.service);
    const make = <C extends CharacteristicOptions>(key: CharacteristicKey, options: C): Characteristic =>
      new Characteristic(service, contract.characteristics[key].uuid, options);

    make('awaited', { read: true, onRead: () => this.#answerTogether() });
    make('long', { read: true, write: true, onWrite: (value) => this.saw('write long', digest([value])) });
    const commanded: Uint8Array[] = [];
    make('commanded', {
      writeNoResponse: true,
      onWrite: (value) => {
        commanded.push(value);
        if (commanded.length === commands.length) this.saw('write commands', digest(commanded));
      },
    });
    const notified = make('notified', {
      notify: true,
      onSubscribe: (connection, { notify }) => {
        if (notify) void this.step('notifications', () => this.#notify(notified, connection));
      },
    });
    // A foreign central has closed one before it writes this by another.
    make('closing', {
      write: true,
      onWrite: () => this.saw('close', { missed: this.#mostBearers - (this.connection?.bearers ?? 0) }),
    });
    adapter.registerServices(service);
    // The central opens bearers on an encrypted link only.
    adapter.security = { bond: false };
  }

  #waiting = 0;
  readonly #all = new AbortController();

  /** Answers when as many wait as there are bearers, or when nobody else comes. */
  async #answerTogether(): Promise<Uint8Array> {
    const { signal } = this.#all;
    this.#mostBearers = this.connection?.bearers ?? 0;
    this.#waiting += 1;
    if (this.#waiting === bearerCount) this.#all.abort();
    await sleep(contract.holdMs, undefined, { signal }).catch(() => {});
    // Those who come later do not wait with these.
    if (this.#waiting > 0) this.saw('at once', { atOnce: this.#waiting });
    this.#all.abort();
    this.#waiting = 0;
    return awaitedValue;
  }

  async #notify(characteristic: Characteristic, connection: Connection): Promise<void> {
    for (const value of notifications) await characteristic.notify(connection, { value });
    this.saw('notifications', { sent: notifications.length });
  }
}
