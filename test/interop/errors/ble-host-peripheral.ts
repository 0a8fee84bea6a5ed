/** A ble-host peripheral as the server that refuses. */
import { fromHex } from '../bytes.ts';
import { given, peripheral, sabotage } from '../peers/ble-host.ts';
import type { ServerAttribute, ServerCharacteristic } from '../peers/ble-host-api.ts';
import { type CharacteristicKey, contract } from './contract.ts';

const { applicationError, plain } = contract;

const propertyNames: Record<string, string> = { writeWithoutResponse: 'write-without-response' };

/** A sabotaged one refuses with another code. */
const refusing = (code: number): number => (sabotage ? code ^ 0x40 : code);

let chosen = 0;

const guarded = (permission: string): Partial<ServerAttribute> =>
  sabotage ? {} : { readPerm: permission, writePerm: permission };

const behaviour: Partial<Record<CharacteristicKey, Partial<ServerCharacteristic>>> = {
  refusingReads: {
    onRead: (_connection, answer) => answer(refusing(chosen)),
    onWrite: (_connection, _needsResponse, [code = 0], answer) => {
      chosen = code;
      answer(0);
    },
  },
  refusingWrites: {
    onWrite: (_connection, _needsResponse, [code = 0], answer) => answer(refusing(code)),
  },
  failing: { onRead: (_connection, answer) => answer(refusing(applicationError)) },
  plain: {
    onRead: (_connection, answer) => answer(0, given(fromHex(plain))),
    onWrite: (_connection, _needsResponse, _value, answer) => answer(0),
  },
  notified: {
    descriptors: [
      {
        uuid: 0x2902,
        writePerm: 'custom',
        onAuthorizeWrite: (_connection, answer) => answer(refusing(applicationError)),
      },
    ],
  },
  encrypted: guarded('encrypted'),
  authenticated: guarded('encrypted-mitm'),
  authorized: {
    ...guarded('custom'),
    onAuthorizeRead: (_connection, answer) => answer(0x08),
    onAuthorizeWrite: (_connection, answer) => answer(0x08),
  },
};

peripheral(({ gattDb }) =>
  gattDb.addServices([
    {
      uuid: contract.service,
      characteristics: Object.entries(contract.characteristics).map(([key, { uuid, properties }]) => ({
        uuid,
        properties: [
          ...properties.map((name) => propertyNames[name] ?? name),
          ...(properties.includes('write') ? ['reliable-write'] : []),
        ],
        value: Buffer.alloc(1),
        ...behaviour[key as CharacteristicKey],
      })),
    },
  ]),
);
