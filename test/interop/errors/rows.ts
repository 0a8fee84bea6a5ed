/** Every error that a server can give to a client on a link without encryption, and what stands after it: the conversation goes on. */
import type { Expectations, Topic } from '../judge.ts';
import type { Host } from '../table.ts';
import { contract } from './contract.ts';

const { codes, applicationError, plain } = contract;

const everyCode = (key: string): { errors: unknown[] } => ({ errors: codes.map((code) => [code, key]) });

const goesOn = { 'goes on': { central: { value: plain } } };

const unencrypted = (code: number): unknown[] => [
  [code, 'encrypted'],
  [code, 'encrypted'],
  [0x05, 'authenticated'],
  [0x05, 'authenticated'],
  [0x08, 'authorized'],
  [0x08, 'authorized'],
];

/** Our client: each error arrives with its code, and with its handle. */
const ofOurClient = (server: Host): Expectations => ({
  'refused reads': { central: everyCode('refusingReads') },
  'refused writes': { central: everyCode('refusingWrites') },
  // The MTU of ble-host is so large that no value has a second part.
  ...(server !== 'ble-host' && {
    'refused second part': { central: { errors: [[applicationError, 'long']] } },
    'refused long write': { central: { errors: [[applicationError, 'refusingWrites']] } },
  }),
  'refused reliable write': { central: { errors: [[applicationError, 'refusingWrites']] } },
  'refused subscription': { central: { errors: [[applicationError, 'configuration']] } },
  'refused read by uuid': { central: { errors: [[applicationError, 'failing']] } },
  // Without a key the answer is Insufficient Authentication (Vol 3, Part C, 10.3.1).
  security:
    server === 'bumble'
      ? {
          central: { errors: unencrypted(0x0f) },
          defect: 'Bumble says Insufficient Encryption where there is no key to encrypt with',
        }
      : { central: { errors: unencrypted(0x05) } },
  ...goesOn,
});

/** Our server, asked by a client that sends whole procedures alone. */
const ofOurServerShortly: Expectations = {
  'refused reads': { central: everyCode('refusingReads') },
  'refused writes': { central: everyCode('refusingWrites') },
  'not permitted': {
    central: {
      errors: [
        [0x02, 'writeOnly'],
        [0x03, 'readOnly'],
      ],
      readOnly: '72656164',
    },
  },
  'too long': { central: { errors: [[0x0d, 'short']] } },
  'failing handler': { central: { errors: [[0x0e, 'failing']] } },
  security: { central: { errors: unencrypted(0x05) } },
  ...goesOn,
};

/** Our server: each request that a client can send wrongly gets the error that the specification has for it. */
const ofOurServer: Expectations = {
  'refused reads': { central: everyCode('refusingReads') },
  'refused writes': { central: everyCode('refusingWrites') },
  'not permitted': {
    central: {
      errors: [
        [0x02, 'writeOnly'],
        [0x02, 'writeOnly'],
        [0x02, 'writeOnly'],
        [0x02, 'writeOnly'],
        [0x03, 'readOnly'],
        [0x03, 'readOnly'],
      ],
      readOnly: '72656164',
    },
  },
  'invalid handles': {
    central: {
      errors: [
        [0x01, '0000'],
        [0x01, 'fff0'],
        [0x01, 'fff0'],
        [0x01, 'fff0'],
        [0x01, 'fff0'],
        [0x01, 'fff0'],
        [0x01, '0000'],
        [0x01, '0005'],
        [0x01, '0000'],
        [0x01, '0006'],
      ],
    },
  },
  'invalid offsets': {
    central: {
      errors: [
        [0x07, 'long'],
        [0x07, 'short'],
      ],
      atTheEnd: '',
    },
  },
  'too long': {
    central: {
      errors: [
        [0x0d, 'short'],
        [0x0d, 'short'],
      ],
    },
  },
  'queue full': { central: { errors: [[0x09, 'short']] } },
  'unknown requests': {
    central: {
      errors: [
        [0x06, '0000'],
        [0x10, '0001'],
        [0x0a, '0001'],
        [0x0a, '0001'],
      ],
    },
  },
  subscriptions: { central: { errors: [[0x13, 'configuration']] } },
  // An Unlikely Error names no handle (Vol 3, Part F, 3.3).
  'failing handler': { central: { errors: [[0x0e, '0000']] } },
  security: { central: { errors: unencrypted(0x05) } },
  ...goesOn,
};

export const errors: Topic = ({ central, peripheral }) => {
  if (central === 'jelling') return ofOurClient(peripheral);
  return central === 'ble-host' ? ofOurServerShortly : ofOurServer;
};
