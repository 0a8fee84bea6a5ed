/** Discovery of a large database with the smallest MTU, so that every list takes many requests. */
import { isDeepStrictEqual } from 'node:util';
import { type Expectations, type Fault, failureOf, type Topic, wrongly } from '../judge.ts';
import type { Report } from '../report.ts';
import type { Host } from '../table.ts';
import { contract, includedBy, plan, primaries } from './contract.ts';

const twin = plan[contract.twin.of];
const longIncluder = plan[contract.longIncluder];
const longIncluded = longIncluder === undefined ? [] : includedBy(longIncluder);

/** Handles are the server's to give: the client must have found what the server says. */
const sameHandles =
  (procedure: string) =>
  (central: Report, peripheral: Report): Fault | undefined => {
    const failure =
      failureOf('central', procedure, central) ?? failureOf('peripheral', procedure, peripheral);
    if (failure !== undefined) return failure;
    const [seen, given] = [central.seen(procedure), peripheral.seen(procedure)];
    if (isDeepStrictEqual(seen, given)) return undefined;
    return wrongly(`central saw ${JSON.stringify(seen)}, and peripheral has ${JSON.stringify(given)}`);
  };

/** What refers to other services; ble-host can neither refer nor follow. */
const included = (central: Host, peripheral: Host): Expectations => ({
  'included services': {
    central: { uuids: primaries.filter((service) => service !== longIncluder).map(includedBy) },
  },
  'included 128-bit service':
    central === 'bumble'
      ? {
          central: { error: 'InvalidArgumentError' },
          defect: 'Bumble reads a UUID out of every include declaration, also where there is none',
        }
      : {
          central: { uuids: longIncluded },
          ...(peripheral === 'bumble' && {
            defect:
              'Bumble puts two octets of the UUID into the include declaration; the service itself says it all',
          }),
        },
});

export const database: Topic = ({ central, peripheral }) => ({
  'service by uuid': { central: { characteristics: twin?.characteristics.map(({ uuid }) => uuid) } },
  services: { central: { uuids: primaries.map(({ uuid }) => uuid) } },
  ...(central !== 'ble-host' && peripheral !== 'ble-host' && included(central, peripheral)),
  characteristics: {
    central: {
      tree: primaries.map(({ characteristics }) =>
        characteristics.map(({ uuid, properties }) => [uuid, properties]),
      ),
    },
  },
  descriptors: {
    central: {
      tree: primaries.map(({ characteristics }) => characteristics.map(({ descriptors }) => descriptors)),
    },
  },
  // What ble-host tells of its own database.
  ...(peripheral === 'ble-host'
    ? { 'service handles': sameHandles('service handles') }
    : { handles: sameHandles('handles') }),
});
