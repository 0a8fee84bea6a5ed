/** Our host as the one who opens bearers, which it does when the link becomes encrypted. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RemoteCharacteristic } from 'jelling';
import { digest } from '../bytes.ts';
import { MeetingCentral } from '../jelling-meeting.ts';
import { bearerCount, type CharacteristicKey, commands, contract, longValue } from './contract.ts';

/** Waits until a link has as many bearers, or gives up; and gives how many it has. */
const countBearers = async (connection: Connection, wanted: number): Promise<number> => {
  for (let left = contract.holdMs; left > 0 && connection.bearers !== wanted; left -= 10) await sleep(10);
  return connection.bearers;
};

export class BearersCentral extends MeetingCentral {
  protected override async talk(connection: Connection): Promise<void> {
    await this.step('open', async () => {
      await connection.pair();
      this.saw('open', { bearers: await countBearers(connection, bearerCount) });
    });
    const service = await connection.service(contract.service);
    const at = (key: CharacteristicKey): Promise<RemoteCharacteristic> =>
      service.characteristic(contract.characteristics[key].uuid);
    const [awaited, long, commanded] = [await at('awaited'), await at('long'), await at('commanded')];
    const [notified, closing] = [await at('notified'), await at('closing')];
    await this.step('at once', async () => {
      const reads = Array.from({ length: bearerCount }, () => awaited.read({ timeoutMs: 4_000 }));
      this.saw('at once', digest(await Promise.all(reads)));
    });
    await this.step('write long', () => long.write(longValue));
    await this.step('read long', async () => this.saw('read long', digest([await long.read()])));
    await this.step('write commands', async () => {
      for (const value of commands) await commanded.write(value);
    });
    await this.step('notifications', async () => {
      const { notifications } = contract.counts;
      await notified.subscribe({ depth: notifications });
      const got: Uint8Array[] = [];
      while (got.length < notifications) got.push(await notified.notified());
      this.saw('notifications', digest(got));
    });
    await this.step('close', async () => {
      const before = connection.bearers;
      await closing.write(Uint8Array.of(1));
      const missed = before - (await countBearers(connection, before - 1));
      this.saw('close', { ...digest([await long.read()]), missed });
    });
  }
}
