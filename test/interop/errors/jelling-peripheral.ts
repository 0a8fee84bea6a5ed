/** Our host as the server that refuses. */
import { type Adapter, AttError, Characteristic, type CharacteristicOptions, Service } from 'jelling';
import { fromHex, pattern } from '../bytes.ts';
import { MeetingPeripheral } from '../jelling-meeting.ts';
import { propertyOptions } from '../properties.ts';
import { type CharacteristicKey, contract } from './contract.ts';

const refuse = (code: number): never => {
  throw new AttError('refused on purpose', code, 0);
};

const options: Partial<Record<CharacteristicKey, CharacteristicOptions>> = {
  refusingWrites: { onWrite: ([code = 0]) => refuse(code) },
  readOnly: { initial: new TextEncoder().encode('read') },
  short: { maxLength: contract.shortLength },
  long: { initial: pattern(2, contract.longLength) },
  failing: {
    onRead: () => {
      throw new Error('the handler fails on purpose');
    },
  },
  plain: { initial: fromHex(contract.plain) },
  encrypted: { read: { encrypted: true }, write: { encrypted: true } },
  authenticated: { read: { authenticated: true }, write: { authenticated: true } },
  authorized: { authorize: () => false },
};

export class ErrorsPeripheral extends MeetingPeripheral {
  protected override prepare(adapter: Adapter): void {
    const service = new Service(contract.service);
    for (const [key, { uuid, properties }] of Object.entries(contract.characteristics)) {
      const made: Characteristic = new Characteristic(service, uuid, {
        ...propertyOptions(properties),
        ...options[key as CharacteristicKey],
        ...(key === 'refusingReads' && { onRead: () => refuse(made.read()[0] ?? 0) }),
      });
    }
    adapter.registerServices(service);
  }
}
