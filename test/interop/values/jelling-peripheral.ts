/** Our host as the server of the values. */
import { type Adapter, Characteristic, type CharacteristicOptions, type Connection, Service } from 'jelling';
import { digest } from '../bytes.ts';
import { MeetingPeripheral } from '../jelling-meeting.ts';
import { type CharacteristicKey, contract, indications, notifications, twins } from './contract.ts';

export class ValuesPeripheral extends MeetingPeripheral {
  protected override prepare(adapter: Adapter): void {
    const service = new Service(contract.service);
    const make = <C extends CharacteristicOptions>(key: CharacteristicKey, options: C): Characteristic =>
      new Characteristic(service, contract.characteristics[key].uuid, options);

    make('long', { read: true, write: true, onWrite: (value) => this.saw('write long', digest([value])) });
    const written: Uint8Array[] = [];
    const onWrite = (value: Uint8Array): void => {
      written.push(value);
      if (written.length === 2) this.saw('write reliably', digest(written));
    };
    make('first', { read: true, write: true, onWrite });
    make('second', { read: true, write: true, onWrite });
    const commanded: Uint8Array[] = [];
    make('commanded', {
      writeNoResponse: true,
      onWrite: (value) => {
        commanded.push(value);
        if (commanded.length === contract.counts.commands) this.saw('write commands', digest(commanded));
      },
    });
    const notified = make('notified', {
      notify: true,
      onSubscribe: (connection, { notify }) => {
        if (notify) void this.step('notifications', () => this.#notify(notified, connection));
      },
    });
    const indicated = make('indicated', {
      indicate: true,
      onSubscribe: (connection, { indicate }) => {
        if (indicate) void this.step('indications', () => this.#indicate(indicated, connection));
      },
    });
    for (const initial of twins) new Characteristic(service, contract.twins.uuid, { read: true, initial });
    adapter.registerServices(service);
  }

  async #notify(characteristic: Characteristic, connection: Connection): Promise<void> {
    for (const value of notifications) await characteristic.notify(connection, { value });
    this.saw('notifications', { sent: notifications.length });
  }

  async #indicate(characteristic: Characteristic, connection: Connection): Promise<void> {
    for (const value of indications) await characteristic.indicate(connection, { value });
    this.saw('indications', { confirmed: indications.length });
  }
}
