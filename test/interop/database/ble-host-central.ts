/** A ble-host central as the one who discovers. It never exchanges the MTU, and looks for no included services: ble-host asks for the first without end. */
import { central, sabotage, saw, step, wait } from '../peers/ble-host.ts';
import type {
  ClientCharacteristic,
  ClientDescriptor,
  ClientService,
  Connection,
} from '../peers/ble-host-api.ts';
import { contract, plan, primaries } from './contract.ts';

const configuration = '2902';
const base = /^0000([0-9a-f]{4})-0000-1000-8000-00805f9b34fb$/;
const ours = new Set(primaries.map(({ uuid }) => uuid));

/** As the contract writes it. */
const canonical = ({ uuid }: { readonly uuid: string }): string => {
  const text = uuid.toLowerCase();
  return base.exec(text)?.[1] ?? text;
};

const seenList = <T>(items: readonly T[]): readonly T[] => (sabotage ? items.slice(1) : items);

const propertyList = ({ properties }: ClientCharacteristic): string[] =>
  ['read', 'writeWithoutResponse', 'write', 'notify', 'indicate'].filter((name) => properties[name]);

/** A UUID as ble-host takes it. */
const long = (uuid: string): string => (uuid.length === 4 ? `0000${uuid}-0000-1000-8000-00805f9b34fb` : uuid);

central(async ({ gatt }: Connection) => {
  const characteristicsOf = (service: ClientService): Promise<ClientCharacteristic[]> =>
    wait((done) => service.discoverCharacteristics(done));

  await step('service by uuid', async () => {
    const [service] = await wait<ClientService[]>((done) =>
      gatt.discoverServicesByUuid(long(plan[contract.twin.of]?.uuid ?? ''), 1, done),
    );
    const found = service === undefined ? [] : await characteristicsOf(service);
    saw('service by uuid', { characteristics: seenList(found.map(canonical)) });
  });
  const services = await step('services', async () => {
    const all = await wait<ClientService[]>((done) => gatt.discoverAllPrimaryServices(done));
    const found = all.filter((service) => ours.has(canonical(service)));
    saw('services', { uuids: seenList(found.map(canonical)) });
    return found;
  });
  if (services === undefined) return;
  const tree = await step('characteristics', async () => {
    const found: ClientCharacteristic[][] = [];
    for (const service of services) found.push(await characteristicsOf(service));
    saw('characteristics', {
      tree: seenList(found.map((items) => items.map((each) => [canonical(each), propertyList(each)]))),
    });
    return found;
  });
  if (tree === undefined) return;
  await step('descriptors', async () => {
    const lists: string[][][] = [];
    for (const items of tree) {
      const branch: string[][] = [];
      for (const each of items) {
        const found = await wait<ClientDescriptor[]>((done) => each.discoverDescriptors(done));
        branch.push(found.map(canonical).filter((uuid) => uuid !== configuration));
      }
      lists.push(branch);
    }
    saw('descriptors', { tree: seenList(lists) });
  });
  const handles = services.map(({ startHandle, endHandle }, i) => [
    startHandle,
    endHandle,
    (tree[i] ?? []).map(({ valueHandle }) => valueHandle),
  ]);
  saw('handles', { services: seenList(handles) });
});
