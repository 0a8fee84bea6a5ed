import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttOpcode } from '../../src/att/att-codes.ts';
import { readU16 } from '../../src/core/bytes.ts';
import { AttError } from '../../src/core/errors.ts';
import { Characteristic } from '../../src/gatt/server/characteristic.ts';
import { Descriptor } from '../../src/gatt/server/descriptor.ts';
import { Service } from '../../src/gatt/server/service.ts';
import { bytes, connectPair, ManualClock, newServer, RawClient, turn } from '../support/gatt-pair.ts';

const SEED = 0x6a77;

const requests: readonly number[] = [
  AttOpcode.exchangeMtuRequest,
  AttOpcode.findInformationRequest,
  AttOpcode.findByTypeValueRequest,
  AttOpcode.readByTypeRequest,
  AttOpcode.readRequest,
  AttOpcode.readBlobRequest,
  AttOpcode.readMultipleRequest,
  AttOpcode.readByGroupTypeRequest,
  AttOpcode.writeRequest,
  AttOpcode.prepareWriteRequest,
  AttOpcode.executeWriteRequest,
  AttOpcode.readMultipleVariableRequest,
];

/** Where the handle of a request that names just one stands behind the opcode. */
const singleHandle = new Set<number>([
  AttOpcode.readRequest,
  AttOpcode.readBlobRequest,
  AttOpcode.writeRequest,
  AttOpcode.prepareWriteRequest,
]);

const little = (value: number): number[] => [value & 0xff, value >> 8];
const handle = fc.oneof(fc.integer({ min: 0, max: 0x24 }), fc.constantFrom(0xff, 0xfffe, 0xffff));
const type = fc.oneof(
  fc.constantFrom(0x2800, 0x2801, 0x2802, 0x2803, 0x2900, 0x2901, 0x2902, 0x2a00, 0xaa00, 0xaa01).map(little),
  fc.array(fc.nat(255), { minLength: 16, maxLength: 16 }),
);
const octets = fc.array(fc.nat(255), { maxLength: 24 });
const offset = fc.oneof(fc.nat(40), fc.constantFrom(0x200, 0x201, 0xffff));

/** Requests and commands of the right form. */
const wellFormed: fc.Arbitrary<number[]> = fc.oneof(
  fc.tuple(handle, handle).map(([start, end]) => [0x04, ...little(start), ...little(end)]),
  fc
    .tuple(handle, handle, type, octets)
    .map(([start, end, [a = 0, b = 0], value]) => [0x06, ...little(start), ...little(end), a, b, ...value]),
  fc
    .tuple(fc.constantFrom(0x08, 0x10), handle, handle, type)
    .map(([opcode, start, end, uuid]) => [opcode, ...little(start), ...little(end), ...uuid]),
  handle.map((at) => [0x0a, ...little(at)]),
  fc.tuple(handle, offset).map(([at, from]) => [0x0c, ...little(at), ...little(from)]),
  fc
    .tuple(fc.constantFrom(0x0e, 0x20), fc.array(handle, { minLength: 2, maxLength: 8 }))
    .map(([opcode, handles]) => [opcode, ...handles.flatMap(little)]),
  fc
    .tuple(fc.constantFrom(0x12, 0x52, 0xd2), handle, octets)
    .map(([opcode, at, value]) => [opcode, ...little(at), ...value]),
  fc
    .tuple(handle, offset, octets)
    .map(([at, from, value]) => [0x16, ...little(at), ...little(from), ...value.slice(0, 18)]),
  fc.nat(2).map((flags) => [0x18, flags]),
  fc.integer({ min: 0, max: 0xffff }).map((mtu) => [0x02, ...little(mtu)]),
);
const pdus = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: wellFormed },
    { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 30 }) },
  ),
  { minLength: 1, maxLength: 25 },
);

const MAX_LENGTH = 30;

const makeServer = () => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x1234);
  const later = async (): Promise<void> => {
    await Promise.resolve();
  };
  const characteristics = [
    new Characteristic(service, 0xaa00, {
      read: true,
      write: true,
      notify: true,
      indicate: true,
      maxLength: MAX_LENGTH,
    }),
    new Characteristic(service, 0xaa00, {
      read: true,
      write: true,
      maxLength: MAX_LENGTH,
      onRead: () => 'x'.repeat(MAX_LENGTH),
      onWrite: (value) => {
        if (value.length % 3 === 0) throw new AttError('by threes', 0x80, 0x7777);
      },
    }),
    new Characteristic(service, 0xaa01, {
      read: true,
      writeNoResponse: true,
      write: true,
      capture: true,
      maxLength: MAX_LENGTH,
      onRead: async () => {
        await later();
        return undefined;
      },
      onWrite: async (value) => {
        await later();
        if (value.length % 2 === 0) throw new Error('a bug of the user');
      },
    }),
    new Characteristic(service, '6e400002-b5a3-f393-e0a9-e50e24dcca9e', { maxLength: MAX_LENGTH }),
  ];
  for (const characteristic of characteristics) {
    new Descriptor(characteristic, 0x2901, { read: true, write: true, maxLength: MAX_LENGTH });
  }
  service.include(new Service(0x180f));
  server.register(service);
  return { clock, server, characteristics };
};

test('whatever a client sends, each request gets one answer that fits it, and nothing is thrown', async () => {
  await fc.assert(
    fc.asyncProperty(pdus, async (sequence) => {
      const { clock, server, characteristics } = makeServer();
      const client = new RawClient(clock, server);
      for (const pdu of sequence) {
        const [opcode = 0] = pdu;
        const mtu = client.bearer.mtu;
        client.channel.deliver(pdu);
        await turn();
        const answers = client.channel.sent.splice(0);
        const isRequest = requests.includes(opcode);
        if (!isRequest) {
          // Unknown requests are the bearer's to refuse; commands and what goes to a client are never answered by the server.
          for (const [answer] of answers) expect(answer).toBe(opcode === 0x1d ? 0x1e : 0x01);
          continue;
        }
        expect(answers.length).toBe(1);
        const [answer = bytes()] = answers;
        expect(answer.length).toBeLessThanOrEqual(mtu);
        if (answer[0] !== 0x01) {
          expect(answer[0]).toBe(opcode + 1);
          continue;
        }
        expect(answer.length).toBe(5);
        expect(answer[1]).toBe(opcode);
        const status = answer[4] ?? 0;
        expect(status).not.toBe(0);
        const named = readU16(answer, 2);
        if (singleHandle.has(opcode) && status !== 0x04) expect(named).toBe(readU16(Uint8Array.from(pdu), 1));
        else expect(named).not.toBe(0x7777);
      }
      for (const characteristic of characteristics) {
        expect(characteristic.read().length).toBeLessThanOrEqual(MAX_LENGTH);
      }
      client.connection.disconnect();
      expect(clock.pending).toBe(0);
    }),
    { seed: SEED, numRuns: 400 },
  );
}, 60_000);

/** What cannot be written stays as it was, by whatever way a client tries. */
test('no sequence of PDUs changes a value that has no permission for it', async () => {
  await fc.assert(
    fc.asyncProperty(pdus, async (sequence) => {
      const clock = new ManualClock();
      const server = newServer(clock);
      const service = new Service(0x1234);
      const guarded = [
        new Characteristic(service, 0xaa00, { read: true, notify: true, initial: 'one' }),
        new Characteristic(service, 0xaa01, { initial: 'two' }),
      ];
      server.register(service);
      const client = new RawClient(clock, server);
      for (const pdu of sequence) {
        client.channel.deliver(pdu);
        await turn();
        for (const answer of client.channel.takeSent()) {
          // And what cannot be read is not in any answer.
          expect(answer).not.toContain(Buffer.from('two').toString('hex'));
        }
      }
      expect(guarded.map((each) => new TextDecoder().decode(each.read()))).toEqual(['one', 'two']);
      expect(server.deviceName).toBe('test');
      client.connection.disconnect();
    }),
    { seed: SEED, numRuns: 300 },
  );
}, 60_000);

const uuid = fc.oneof(
  fc.integer({ min: 0x3000, max: 0x3008 }).map((value) => value.toString(16)),
  fc.integer({ min: 0, max: 4 }).map((value) => `6e40000${value}-b5a3-f393-e0a9-e50e24dcca9e`),
);
const characteristicShape = fc.record({
  uuid,
  read: fc.boolean(),
  write: fc.boolean(),
  notify: fc.boolean(),
  descriptors: fc.array(uuid, { maxLength: 4 }),
});
const databaseShape = fc.array(
  fc.record({ uuid, characteristics: fc.array(characteristicShape, { maxLength: 6 }) }),
  {
    maxLength: 8,
  },
);

test('a client finds exactly what a server has, at any MTU', async () => {
  await fc.assert(
    fc.asyncProperty(databaseShape, fc.integer({ min: 23, max: 120 }), async (shape, rxMtu) => {
      const clock = new ManualClock();
      const server = newServer(clock);
      for (const each of shape) {
        const service = new Service(each.uuid);
        for (const { uuid: characteristicUuid, descriptors, ...properties } of each.characteristics) {
          const characteristic = new Characteristic(service, characteristicUuid, properties);
          for (const descriptor of descriptors) new Descriptor(characteristic, descriptor, {});
        }
        server.register(service);
      }
      const { client, clientBearer, connection } = connectPair(clock, server, { rxMtu });
      await clientBearer.exchangeMtu();
      expect(clientBearer.mtu).toBe(rxMtu);
      const found: unknown[] = [];
      for (const service of (await client.services()).slice(2)) {
        const characteristics: unknown[] = [];
        for (const characteristic of await service.characteristics()) {
          const descriptors = (await characteristic.descriptors()).map((descriptor) => descriptor.uuid);
          const { read, write, notify } = characteristic.properties;
          characteristics.push({ uuid: characteristic.uuid, read, write, notify, descriptors });
        }
        found.push({ uuid: service.uuid, characteristics });
      }
      const expected = shape.map((each) => ({
        uuid: each.uuid,
        characteristics: each.characteristics.map((characteristic) => ({
          ...characteristic,
          descriptors: [...(characteristic.notify ? ['2902'] : []), ...characteristic.descriptors],
        })),
      }));
      expect(found).toEqual(expected);
      for (const each of shape) {
        const first = shape.find((other) => other.uuid === each.uuid);
        const service = await client.service(each.uuid);
        expect((await service.characteristics()).length).toBe(first?.characteristics.length);
      }
      connection.disconnect();
    }),
    { seed: SEED, numRuns: 150 },
  );
}, 60_000);
