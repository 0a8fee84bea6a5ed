/** What every pair goes through, from finding each other to both ways to part. */
import { isDeepStrictEqual } from 'node:util';
import { toHex } from '../bytes.ts';
import { difference, type Expectations, type Fault, failureOf, type Topic, wrongly } from '../judge.ts';
import type { Report } from '../report.ts';
import { contract, longValue } from './contract.ts';

/** Vol 1, Part F, 2: Remote User Terminated Connection, and Connection Terminated By Local Host. */
const endedByPeer = 0x13;
const endedByUs = 0x16;

const description = toHex(new TextEncoder().encode(contract.description));

/** Both sides must have come to the same MTU, and it must be more than what they start with. */
const judgeMtu = (central: Report, peripheral: Report): Fault | undefined => {
  const failure = failureOf('central', 'mtu', central);
  if (failure !== undefined) return failure;
  const mtu = central.seen('mtu')?.['mtu'];
  if (typeof mtu !== 'number' || mtu <= 23) return wrongly(`central has an MTU of ${mtu} after the exchange`);
  return difference('peripheral', 'mtu', peripheral, { mtu });
};

type Tree = [service: string, characteristics: [uuid: string, properties: string[]][]][];

/** The test service and the battery service to the last property; GAP and GATT services by what every server has. */
const judgeTree = (central: Report): Fault | undefined => {
  const failure = failureOf('central', 'discover', central);
  if (failure !== undefined) return failure;
  const tree = central.seen('discover')?.['services'] as Tree;
  const characteristics = Object.values(contract.characteristics);
  const wanted: Tree = [
    [contract.service, characteristics.map(({ uuid, properties }) => [uuid, properties])],
    [contract.batteryService, [[contract.batteryLevel, ['read']]]],
  ];
  const found = tree.filter(([service]) => wanted.some(([uuid]) => uuid === service));
  if (!isDeepStrictEqual(found, wanted)) {
    return wrongly(`central saw ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
  }
  const gap = tree.find(([service]) => service === '1800')?.[1] ?? [];
  if (!gap.some(([uuid]) => uuid === '2a00')) return wrongly('central saw no Device Name in a GAP service');
  return tree.some(([service]) => service === '1801') ? undefined : wrongly('central saw no GATT service');
};

export const basics: Topic = (pair, central, peripheral): Expectations => ({
  scan: {
    central: {
      address: peripheral.address,
      name: contract.name,
      company: contract.company,
      manufacturerData: contract.manufacturerData,
    },
  },
  // Bumble's controllers answer a scan request with the advertising data, so they have no scan response to show.
  ...(pair.controllers !== 'bumble' && { 'scan response': { central: { service: contract.service } } }),
  connect: {
    central: { peer: peripheral.address, own: central.address },
    peripheral: { peer: central.address },
  },
  mtu: judgeMtu,
  discover: judgeTree,
  'discover by uuid': { central: { services: 1, characteristics: [contract.batteryLevel] } },
  descriptors: { central: { description, count: 1 } },
  read: { central: { value: contract.batteryValue } },
  'read long': { central: { value: toHex(longValue) } },
  write: { central: { echoed: contract.written }, peripheral: { value: contract.written } },
  'write without response': {
    central: { echoed: contract.commandWritten },
    peripheral: { value: contract.commandWritten },
  },
  notify: {
    central: { values: contract.notifications },
    peripheral: { sent: contract.notifications.length },
  },
  indicate: {
    central: { values: contract.indications },
    peripheral: { confirmed: contract.indications.length },
  },
  disconnect: {
    // Bumble's controller tells the one who ends a link the reason that it gave.
    central: { reason: pair.controllers === 'bumble' ? endedByPeer : endedByUs },
    peripheral: { reason: endedByPeer },
  },
  'hang up': { central: { reason: endedByPeer } },
});
