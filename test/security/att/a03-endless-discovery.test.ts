import { MalformedPduError } from 'jelling';
import { expect, test } from 'vitest';
import { DISCOVERY_LIMIT } from '../../../src/gatt/client/discovery.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { type Hex, slice, u16, u16At } from '../../conformance/harness/pdu.ts';
import { ManualClock, ScriptedServer } from '../../support/gatt-pair.ts';

type Lie = (pdu: Hex) => Hex;

/** A service at handles 1 to 5 with one characteristic, as the honest part of what a liar says. */
const service = '11 06 0100 0500 0f18';
const characteristic = '09 07 0200 12 0300 192a';

/** What is asked, and how a peer answers it for ever. */
const endless: readonly (readonly [string, (bench: Bench) => Promise<unknown>, Hex, Lie])[] = [
  ['the same service again and again', ({ connection }) => connection.services(), '10', () => service],
  [
    'a service that ends before it begins',
    ({ connection }) => connection.services(),
    '10',
    () => '11 06 0500 0100 0f18',
  ],
  [
    'services in front of what was asked for',
    ({ connection }) => connection.services(),
    '10',
    (pdu) => `11 06 ${u16(Math.max(1, u16At(pdu, 1) - 1))} ${u16(u16At(pdu, 1))} 0f18`,
  ],
  [
    'two services of which the second stands before the first',
    ({ connection }) => connection.services(),
    '10',
    () => '11 06 0600 0700 0f18 0100 0500 0f18',
  ],
  [
    'the same service by its UUID',
    ({ connection }) => connection.service(0x2222),
    '06',
    () => '07 0500 0100',
  ],
  ['the same characteristic', withService((found) => found.characteristics()), '08', () => characteristic],
  [
    'a characteristic at handle 0',
    withService((found) => found.characteristics()),
    '08',
    () => '09 07 0000 12 0300 192a',
  ],
  [
    'a characteristic behind the service',
    withService((found) => found.characteristics()),
    '08',
    () => '09 07 0700 12 0800 192a',
  ],
  [
    'a characteristic whose value stands before it',
    withService((found) => found.characteristics()),
    '08',
    (pdu) => (pdu.endsWith('0328') && u16At(pdu, 1) === 1 ? '09 07 0300 12 0200 192a' : '01 08 0400 0a'),
  ],
  [
    'the same included service',
    withService((found) => found.includedServices()),
    '08',
    () => '09 08 0200 0700 0900 0a18',
  ],
  ['the same descriptor', withCharacteristic((found) => found.descriptors()), '04', () => '05 01 0400 0229'],
  [
    'descriptors in front of the characteristic',
    withCharacteristic((found) => found.descriptors()),
    '04',
    () => '05 01 0100 0229',
  ],
  ['the same value by UUID', ({ connection }) => connection.readByUuid(0x2a19), '08', () => '09 03 0300 64'],
];

type Found = Awaited<ReturnType<Bench['connection']['service']>>;
type FoundCharacteristic = Awaited<ReturnType<Found['characteristic']>>;

function withService(work: (service: Found) => Promise<unknown>) {
  return async ({ connection }: Bench): Promise<unknown> => {
    const [first] = await connection.services();
    return first === undefined ? undefined : work(first);
  };
}

function withCharacteristic(work: (characteristic: FoundCharacteristic) => Promise<unknown>) {
  return withService(async (found) => work(await found.characteristic(0x2a19)));
}

/** The honest answers of that one service. */
const honest = (pdu: Hex): Hex => {
  const from = u16At(pdu, 1);
  if (pdu.startsWith('10') && from === 1) return service;
  if (pdu.startsWith('08') && pdu.endsWith('0328') && from <= 2) return characteristic;
  return `01 ${slice(pdu, 0, 1)} ${u16(from)} 0a`;
};

test.each(endless)('A3: %s ends the discovery with an error', async (_, work, request, lie) => {
  await using bench = await Bench.central();
  let lies = 0;
  bench.att.responder = (pdu) => {
    if (!pdu.startsWith(request)) return honest(pdu);
    lies++;
    return lie(pdu);
  };
  expect(await bench.failure(work(bench))).toBeInstanceOf(MalformedPduError);
  expect(lies).toBeLessThanOrEqual(3);
  await bench.verdict();
});

test('A3: handles that rise by one for ever are believed up to a limit, and no further', async () => {
  const server = new ScriptedServer(new ManualClock(), (pdu) => {
    const from = u16At(pdu, 1);
    return `1106${[from, from + 1, from + 2].map((at) => `${u16(at)}${u16(at)}0f18`).join('')}`;
  });
  const failure = await server.client.services().catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'BLE_MALFORMED_PDU',
    message: expect.stringContaining(`more than ${DISCOVERY_LIMIT}`),
  });
  expect(server.asked.length).toBeLessThanOrEqual(DISCOVERY_LIMIT / 3 + 1);
});

test.each([
  ['10', (bench: Bench) => bench.connection.services(), '11 06 0100 ffff 0f18', 1],
  ['08', (bench: Bench) => bench.connection.readByUuid(0x2a19), '09 03 ffff 64', 1],
] as const)('A3: what ends at 0xFFFF ends there (%s)', async (_, work, answer, found) => {
  await using bench = await Bench.central();
  let asked = 0;
  bench.att.responder = () => {
    asked++;
    return answer;
  };
  expect(await bench.run<readonly unknown[]>(work(bench))).toHaveLength(found);
  expect(asked).toBe(1);
  await bench.verdict();
});
