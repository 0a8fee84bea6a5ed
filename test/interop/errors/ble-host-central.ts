/** A ble-host central as the client that asks for what it must not have. Its callbacks tell the code of an error and not its handle. */
import { fromHex, toHex } from '../bytes.ts';
import { ask, central, saw, seen, step, wait } from '../peers/ble-host.ts';
import type { ClientCharacteristic, ClientService, Connection } from '../peers/ble-host-api.ts';
import { type CharacteristicKey, contract } from './contract.ts';

const { codes, shortLength } = contract;

central(async ({ gatt }: Connection) => {
  await ask((done) => gatt.exchangeMtu(done));
  const services = await wait<ClientService[]>((done) =>
    gatt.discoverServicesByUuid(contract.service, undefined, done),
  );
  const [service] = services;
  if (service === undefined) throw new Error('the service is not there');
  const characteristics = await wait<ClientCharacteristic[]>((done) => service.discoverCharacteristics(done));
  const at = (key: CharacteristicKey): ClientCharacteristic => {
    const { uuid } = contract.characteristics[key];
    const found = characteristics.find((each) => each.uuid.toLowerCase() === uuid);
    if (found === undefined) throw new Error(`${key} is not there`);
    return found;
  };
  const read = (key: CharacteristicKey): Promise<Buffer> => ask<Buffer>((done) => at(key).read(done));
  const write = (key: CharacteristicKey, ...octets: number[]): Promise<void> =>
    ask((done) => at(key).write(Buffer.from(octets), done));

  const refusal = async (key: CharacteristicKey, attempt: Promise<unknown>): Promise<[number, string]> => {
    const { code } = (await attempt.then(
      () => ({ code: 0 }),
      (error: unknown) => error,
    )) as { code: number };
    return [seen(Uint8Array.of(code, code))[1] ?? -1, key];
  };

  await step('refused reads', async () => {
    const errors: unknown[] = [];
    for (const code of codes) {
      await write('refusingReads', code);
      errors.push(await refusal('refusingReads', read('refusingReads')));
    }
    saw('refused reads', { errors });
  });
  await step('refused writes', async () => {
    const errors: unknown[] = [];
    for (const code of codes) errors.push(await refusal('refusingWrites', write('refusingWrites', code)));
    saw('refused writes', { errors });
  });
  await step('not permitted', async () => {
    const errors = [
      await refusal('writeOnly', read('writeOnly')),
      await refusal('readOnly', write('readOnly', ...fromHex('6e6f'))),
    ];
    saw('not permitted', { errors, readOnly: toHex(seen(await read('readOnly'))) });
  });
  await step('too long', async () => {
    const octets = Array.from({ length: shortLength + 1 }, () => 0);
    saw('too long', { errors: [await refusal('short', write('short', ...octets))] });
  });
  await step('failing handler', async () =>
    saw('failing handler', { errors: [await refusal('failing', read('failing'))] }),
  );
  await step('security', async () => {
    const errors: unknown[] = [];
    for (const key of ['encrypted', 'authenticated', 'authorized'] as const) {
      errors.push(await refusal(key, read(key)), await refusal(key, write(key, 1)));
    }
    saw('security', { errors });
  });
  await step('goes on', async () => saw('goes on', { value: toHex(seen(await read('plain'))) }));
});
