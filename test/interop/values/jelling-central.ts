/** Our host as the client of the values. */
import type { Connection, RemoteCharacteristic } from 'jelling';
import { digest } from '../bytes.ts';
import { MeetingCentral } from '../jelling-meeting.ts';
import { type CharacteristicKey, commands, contract, longValue, reliable } from './contract.ts';

const { counts } = contract;

export class ValuesCentral extends MeetingCentral {
  protected override async talk(connection: Connection): Promise<void> {
    const service = await connection.service(contract.service);
    const at = (key: CharacteristicKey): Promise<RemoteCharacteristic> =>
      service.characteristic(contract.characteristics[key].uuid);
    const [long, first, second, commanded] = [
      await at('long'),
      await at('first'),
      await at('second'),
      await at('commanded'),
    ];
    await this.step('write long', () => long.write(longValue));
    await this.step('read long', async () => this.saw('read long', digest([await long.read()])));
    await this.step('write reliably', () =>
      connection.writeReliably([
        [first, reliable.first],
        [second, reliable.second],
      ]),
    );
    await this.step('read multiple', async () => {
      const lengths = [reliable.first.length, reliable.second.length];
      this.saw('read multiple', digest(await connection.readMultiple([first, second], { lengths })));
    });
    await this.step('read multiple variable', async () => {
      const twin = await service.characteristic(contract.twins.uuid);
      this.saw('read multiple variable', digest(await connection.readMultiple([first, second, twin])));
    });
    await this.step('read by uuid', async () => {
      const found = await service.readByUuid(contract.twins.uuid);
      this.saw('read by uuid', digest(found.map(({ value }) => value)));
    });
    await this.step('write commands', async () => {
      for (const value of commands) await commanded.write(value);
    });
    await this.#takeNotifications(await at('notified'));
    await this.#takeIndications(await at('indicated'));
  }

  async #takeNotifications(notified: RemoteCharacteristic): Promise<void> {
    await this.step('notifications', async () => {
      await notified.subscribe({ depth: counts.notifications });
      const got: Uint8Array[] = [];
      while (got.length < counts.notifications) got.push(await notified.notified());
      await notified.unsubscribe();
      this.saw('notifications', digest(got));
    });
  }

  async #takeIndications(indicated: RemoteCharacteristic): Promise<void> {
    await this.step('indications', async () => {
      await indicated.subscribe();
      const got: Uint8Array[] = [];
      while (got.length < counts.indications) got.push(await indicated.indicated());
      await indicated.unsubscribe();
      this.saw('indications', digest(got));
    });
  }
}
