/** A ble-host central as the client of the values. */
import { digest } from '../bytes.ts';
import { ask, central, given, saw, seen, step, wait } from '../peers/ble-host.ts';
import type { ClientCharacteristic, ClientService, Connection } from '../peers/ble-host-api.ts';
import { type CharacteristicKey, commands, contract, longValue, reliable } from './contract.ts';

const { counts } = contract;

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

  const receive = async (key: CharacteristicKey, indicate: boolean, count: number): Promise<Uint8Array[]> => {
    const characteristic = at(key);
    const values: Uint8Array[] = [];
    const all = wait((done) => {
      characteristic.on('change', (value: Buffer, _isIndication: boolean, confirm: () => void) => {
        values.push(seen(value));
        if (indicate) confirm();
        if (values.length === count) done();
      });
    });
    await ask((done) => characteristic.writeCCCD(!indicate, indicate, done));
    await all;
    return values;
  };

  await step('write long', () => ask((done) => at('long').write(given(longValue), done)));
  await step('read long', async () =>
    saw('read long', digest([seen(await ask<Buffer>((done) => at('long').read(done)))])),
  );
  await step('write reliably', async () => {
    gatt.beginReliableWrite();
    await ask((done) => at('first').write(given(reliable.first), done));
    await ask((done) => at('second').write(given(reliable.second), done));
    await ask((done) => gatt.commitReliableWrite(done));
  });
  await step('write commands', async () => {
    for (const value of commands)
      await wait((done) => at('commanded').writeWithoutResponse(given(value), done));
  });
  await step('notifications', async () =>
    saw('notifications', digest(await receive('notified', false, counts.notifications))),
  );
  await step('indications', async () =>
    saw('indications', digest(await receive('indicated', true, counts.indications))),
  );
});
