/** A ble-host peripheral as the one who is discovered. It includes nothing: ble-host fails on the first service that does. */
import { peripheral, sabotage, saw } from '../peers/ble-host.ts';
import type { ServerService } from '../peers/ble-host-api.ts';
import { plan } from './contract.ts';

const propertyNames: Record<string, string> = { writeWithoutResponse: 'write-without-response' };

/** As ble-host takes it: a number where it is short. */
const uuidOf = (uuid: string): string | number => (uuid.length === 4 ? Number.parseInt(uuid, 16) : uuid);

const made: ServerService[] = plan.map(({ uuid, secondary, characteristics }) => ({
  uuid: uuidOf(uuid),
  isSecondaryService: secondary,
  // A sabotaged one has lost the first characteristic of each service.
  characteristics: characteristics.slice(sabotage ? 1 : 0).map(({ uuid, properties, descriptors }) => ({
    uuid: uuidOf(uuid),
    properties: properties.map((name) => propertyNames[name] ?? name),
    value: Buffer.alloc(0),
    descriptors: descriptors.map((descriptor) => ({ uuid: uuidOf(descriptor), value: Buffer.alloc(0) })),
  })),
}));

peripheral(({ gattDb }) => {
  gattDb.addServices(sabotage ? made.slice(0, -1) : made);
  const primary = made.filter((_, index) => plan[index]?.secondary === false);
  // It tells where its services stand, and not where their characteristics do.
  saw('service handles', {
    services: primary.map(({ startHandle = 0, endHandle }) => [startHandle + Number(sabotage), endHandle]),
  });
});
