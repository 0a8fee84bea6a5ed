/** A ble-host peripheral as the server of the values. */
import { digest } from '../bytes.ts';
import { given, peripheral, saw, step, wait } from '../peers/ble-host.ts';
import type { Connection, ServerCharacteristic } from '../peers/ble-host-api.ts';
import { type CharacteristicKey, contract, indications, notifications, twins } from './contract.ts';

const { service, counts } = contract;
const uuidOf = (key: CharacteristicKey): string => contract.characteristics[key].uuid;

const reliable: Uint8Array[] = [];
const commanded: Uint8Array[] = [];

const kept = (key: CharacteristicKey, written: (value: Buffer) => void): ServerCharacteristic => {
  const characteristic: ServerCharacteristic = {
    uuid: uuidOf(key),
    properties: ['read', 'write', 'reliable-write'],
    value: Buffer.alloc(0),
    onWrite: (_connection, _needsResponse, value, answer) => {
      characteristic.value = given(value);
      written(characteristic.value);
      answer(0);
    },
  };
  return characteristic;
};

const onReliable = (value: Buffer): void => {
  reliable.push(value);
  if (reliable.length === 2) saw('write reliably', digest(reliable));
};

const notify = async (connection: Connection): Promise<void> => {
  for (const value of notifications) {
    await wait((sent) => notified.notify?.(connection, given(value), sent));
  }
  saw('notifications', { sent: notifications.length });
};

const indicate = async (connection: Connection): Promise<void> => {
  for (const value of indications) {
    await wait((confirmed) => indicated.indicate?.(connection, given(value), confirmed));
  }
  saw('indications', { confirmed: indications.length });
};

const notified: ServerCharacteristic = {
  uuid: uuidOf('notified'),
  properties: ['notify'],
  onSubscriptionChange: (connection, on) => {
    if (on) void step('notifications', () => notify(connection));
  },
};
const indicated: ServerCharacteristic = {
  uuid: uuidOf('indicated'),
  properties: ['indicate'],
  onSubscriptionChange: (connection, _, on) => {
    if (on) void step('indications', () => indicate(connection));
  },
};

peripheral(({ gattDb }) =>
  gattDb.addServices([
    {
      uuid: service,
      characteristics: [
        kept('long', (value) => saw('write long', digest([value]))),
        kept('first', onReliable),
        kept('second', onReliable),
        {
          uuid: uuidOf('commanded'),
          properties: ['write-without-response'],
          onWrite: (_connection, _needsResponse, value, answer) => {
            commanded.push(given(value));
            if (commanded.length === counts.commands) saw('write commands', digest(commanded));
            answer(0);
          },
        },
        notified,
        indicated,
        ...twins.map((value) => ({ uuid: contract.twins.uuid, properties: ['read'], value: given(value) })),
      ],
    },
  ]),
);
