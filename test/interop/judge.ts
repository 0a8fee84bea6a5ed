/** Compares what the two sides of a pair saw with what they agreed on. No side is asked whether it went well. */
import { isDeepStrictEqual } from 'node:util';
import { contract, longValue, toHex } from './contract.ts';
import type { Report, Seen } from './report.ts';
import type { Pair, Procedure, Role } from './table.ts';

/** Vol 1, Part F, 2: Remote User Terminated Connection, and Connection Terminated By Local Host. */
const endedByPeer = 0x13;
const endedByUs = 0x16;

interface Expectation {
  central?: Seen;
  peripheral?: Seen;
}

type Judged = Exclude<Procedure, 'capture' | 'mtu' | 'discover'>;

const description = toHex(new TextEncoder().encode(contract.description));

const expectations = (pair: Pair, central: Report, peripheral: Report): Record<Judged, Expectation> => ({
  scan: {
    central: {
      address: peripheral.address,
      name: contract.name,
      company: contract.company,
      manufacturerData: contract.manufacturerData,
    },
  },
  'scan response': { central: { service: contract.service } },
  connect: {
    central: { peer: peripheral.address, own: central.address },
    peripheral: { peer: central.address },
  },
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

/** What is wrong with a row. `tried` is false when the pair never came to it, which proves nothing about the row. */
export interface Fault {
  text: string;
  tried: boolean;
}

const wrongly = (text: string): Fault => ({ text, tried: true });

/** Why a side has nothing to show for a procedure, or nothing that counts. */
const failureOf = (side: Role, procedure: Procedure, report: Report): Fault | undefined => {
  const failure = report.failure(procedure);
  if (failure !== undefined) return wrongly(`${side}: ${failure}`);
  if (report.seen(procedure) !== undefined) return undefined;
  return { text: `${side}: ${report.ended ?? 'saw nothing of it'}`, tried: false };
};

const difference = (side: Role, procedure: Procedure, report: Report, expected: Seen): Fault | undefined => {
  const seen = report.seen(procedure);
  const failure = failureOf(side, procedure, report);
  if (failure !== undefined || isDeepStrictEqual(seen, expected)) return failure;
  return wrongly(`${side} saw ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`);
};

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

/** Says what is wrong with a row, or nothing. */
export const judge = (
  pair: Pair,
  procedure: Exclude<Procedure, 'capture'>,
  central: Report,
  peripheral: Report,
): Fault | undefined => {
  if (procedure === 'mtu') return judgeMtu(central, peripheral);
  if (procedure === 'discover') return judgeTree(central);
  const expected = expectations(pair, central, peripheral)[procedure];
  return (
    (expected.central && difference('central', procedure, central, expected.central)) ??
    (expected.peripheral && difference('peripheral', procedure, peripheral, expected.peripheral))
  );
};
