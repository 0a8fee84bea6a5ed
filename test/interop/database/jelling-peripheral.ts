/** Our host as the one who is discovered. */
import { type Adapter, Characteristic, Descriptor, Service } from 'jelling';
import { MeetingPeripheral } from '../jelling-meeting.ts';
import { propertyOptions } from '../properties.ts';
import { plan } from './contract.ts';

export class DatabasePeripheral extends MeetingPeripheral {
  protected override prepare(adapter: Adapter): void {
    const made: { service: Service; characteristics: Characteristic[] }[] = [];
    for (const { uuid, secondary, includes, characteristics } of plan) {
      const service = new Service(uuid, { secondary });
      for (const index of includes) {
        const other = made[index]?.service;
        if (other !== undefined) service.include(other);
      }
      made.push({
        service,
        characteristics: characteristics.map(({ uuid, properties, descriptors }) => {
          const characteristic = new Characteristic(service, uuid, propertyOptions(properties));
          for (const descriptor of descriptors) new Descriptor(characteristic, descriptor, { read: true });
          return characteristic;
        }),
      });
    }
    adapter.registerServices(...made.map(({ service }) => service));
    const primary = made.filter((_, index) => plan[index]?.secondary === false);
    this.saw('handles', {
      services: primary.map(({ service, characteristics }) => [
        service.handle,
        service.endHandle,
        characteristics.map(({ handle }) => handle),
      ]),
    });
  }
}
