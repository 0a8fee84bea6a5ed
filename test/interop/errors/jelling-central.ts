/** Our host as the client that is refused. */
import { AttError, type Connection, type RemoteCharacteristic } from 'jelling';
import { fromHex, pattern, toHex } from '../bytes.ts';
import { MeetingCentral } from '../jelling-meeting.ts';
import { type CharacteristicKey, contract } from './contract.ts';

const { codes, applicationError } = contract;

type Refusal = [status: number, where: string];

export class ErrorsCentral extends MeetingCentral {
  readonly #names = new Map<number, string>();

  protected override async talk(connection: Connection): Promise<void> {
    const service = await connection.service(contract.service);
    const at = async (key: CharacteristicKey): Promise<RemoteCharacteristic> => {
      const characteristic = await service.characteristic(contract.characteristics[key].uuid);
      this.#names.set(characteristic.handle, key);
      return characteristic;
    };
    const [reads, writes, long, plain] = [
      await at('refusingReads'),
      await at('refusingWrites'),
      await at('long'),
      await at('plain'),
    ];
    await this.#collect(
      'refused reads',
      codes.map((code) => async () => {
        await reads.write(Uint8Array.of(code));
        await reads.read();
      }),
    );
    await this.#collect(
      'refused writes',
      codes.map((code) => () => writes.write(Uint8Array.of(code))),
    );
    await this.#collect('refused second part', [() => long.read()]);
    const refused = pattern(applicationError, 400);
    await this.#collect('refused long write', [() => writes.write(refused)]);
    await this.#collect('refused reliable write', [
      () =>
        connection.writeReliably([
          [plain, fromHex(contract.plain)],
          [writes, refused.subarray(0, 10)],
        ]),
    ]);
    const notified = await at('notified');
    const [configuration] = await notified.descriptors();
    if (configuration !== undefined) this.#names.set(configuration.handle, 'configuration');
    await this.#collect('refused subscription', [() => notified.subscribe()]);
    const { uuid } = await at('failing');
    await this.#collect('refused read by uuid', [() => connection.readByUuid(uuid)]);
    const guarded = [await at('encrypted'), await at('authenticated'), await at('authorized')];
    await this.#collect(
      'security',
      guarded.flatMap((each) => [() => each.read(), () => each.write(Uint8Array.of(1))]),
    );
    await this.step('goes on', async () => this.saw('goes on', { value: toHex(await plain.read()) }));
  }

  /** Does what must be refused, and reports the refusals. */
  async #collect(procedure: string, attempts: readonly (() => Promise<unknown>)[]): Promise<void> {
    await this.step(procedure, async () => {
      const errors: Refusal[] = [];
      for (const attempt of attempts) {
        const refusal = await attempt().then(
          () => undefined,
          (error: unknown) => error,
        );
        if (!(refusal instanceof AttError)) throw refusal ?? new Error('it was not refused');
        errors.push([refusal.status, this.#names.get(refusal.handle) ?? String(refusal.handle)]);
      }
      this.saw(procedure, { errors });
    });
  }
}
