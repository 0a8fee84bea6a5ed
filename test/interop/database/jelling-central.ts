/** Our host as the one who discovers. */
import type { Connection, RemoteCharacteristic, RemoteService } from 'jelling';
import { MeetingCentral } from '../jelling-meeting.ts';
import { propertyList } from '../properties.ts';
import { contract, plan, primaries } from './contract.ts';

const configuration = '2902';
const ours = new Set(primaries.map(({ uuid }) => uuid));

/** What the tree of a service has for each of its characteristics. */
const perCharacteristic = async <T>(
  services: readonly RemoteService[],
  what: (characteristic: RemoteCharacteristic) => T | Promise<T>,
): Promise<T[][]> => {
  const tree: T[][] = [];
  for (const service of services) {
    const branch: T[] = [];
    for (const characteristic of await service.characteristics()) branch.push(await what(characteristic));
    tree.push(branch);
  }
  return tree;
};

const uuidsOf = (items: readonly { readonly uuid: string }[]): string[] => items.map(({ uuid }) => uuid);

export class DatabaseCentral extends MeetingCentral {
  protected override async talk(connection: Connection): Promise<void> {
    await this.step('service by uuid', async () => {
      const service = await connection.service(plan[contract.twin.of]?.uuid ?? '');
      this.saw('service by uuid', { characteristics: uuidsOf(await service.characteristics()) });
    });
    const services = await this.step('services', async () => {
      const found = (await connection.services()).filter(({ uuid }) => ours.has(uuid));
      this.saw('services', { uuids: uuidsOf(found) });
      return found;
    });
    if (services === undefined) return;
    await this.#included(services);
    await this.step('characteristics', async () => {
      const tree = await perCharacteristic(services, (each) => [each.uuid, propertyList(each)]);
      this.saw('characteristics', { tree });
    });
    await this.step('descriptors', async () => {
      const tree = await perCharacteristic(services, async (each) =>
        uuidsOf(await each.descriptors()).filter((uuid) => uuid !== configuration),
      );
      this.saw('descriptors', { tree });
    });
    await this.step('service handles', async () => {
      this.saw('service handles', {
        services: services.map(({ handle, endHandle }) => [handle, endHandle]),
      });
    });
    await this.step('handles', async () => {
      const values = await perCharacteristic(services, ({ handle }) => handle);
      this.saw('handles', {
        services: services.map(({ handle, endHandle }, i) => [handle, endHandle, values[i]]),
      });
    });
  }

  async #included(services: readonly RemoteService[]): Promise<void> {
    const longIncluder = services.find(({ uuid }) => uuid === plan[contract.longIncluder]?.uuid);
    await this.step('included services', async () => {
      const included: string[][] = [];
      for (const service of services) {
        if (service !== longIncluder) included.push(uuidsOf(await service.includedServices()));
      }
      this.saw('included services', { uuids: included });
    });
    await this.step('included 128-bit service', async () => {
      this.saw('included 128-bit service', {
        uuids: uuidsOf((await longIncluder?.includedServices()) ?? []),
      });
    });
  }
}
