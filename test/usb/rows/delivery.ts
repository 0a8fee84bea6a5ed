import assert from 'node:assert/strict';
import {
  type Adapter,
  AttError,
  AttErrorCode,
  Characteristic,
  type Connection,
  open,
  type RemoteCharacteristic,
  Service,
} from 'jelling';
import type { DongleFaults } from 'jelling/virtual';
import type { Bench, Row, Socket, Stage } from '../row.ts';

type Facts = { readonly socket: Socket; readonly address: string };

interface Delivery {
  readonly name: string;
  readonly what: string;
  /** What kind of dongle it is. */
  readonly become: (faults: DongleFaults) => void;
  /** Behind the port, as `serve()` takes it. */
  readonly nature?: string;
}

const value = Uint8Array.from({ length: 200 }, (_, index) => index);
const patient = { timeoutMs: 20_000 };
const MAX_TRIES = 50;

/** A value for everybody, of each length on both sides of what one and two packets of 64 octets hold, and one for encrypted links alone. */
const serviceOfBoth = (): Service => {
  const service = new Service(0x181a);
  new Characteristic(service, 0x2a6e, { read: true, write: true, initial: value });
  new Characteristic(service, 0x2a6f, { read: { encrypted: true }, initial: value });
  return service;
};

/** ATT opcode, L2CAP header and ACL header are 9 octets: values of 55 and 119 octets fill their packets. */
const lengths = [54, 55, 56, 118, 119, 120, 200];

const useValues = async (connection: Connection): Promise<void> => {
  const service = await connection.service(0x181a, patient);
  const plain = await service.characteristic(0x2a6e, patient);
  for (const length of lengths) {
    await plain.write(value.subarray(0, length), patient);
    assert.deepEqual(await plain.read(patient), value.subarray(0, length));
  }
};

const pairAndRead = async (connection: Connection): Promise<void> => {
  // The link is not encrypted, whatever came before what: nothing may have been taken for it.
  assert.equal(connection.security.encrypted, false);
  await connection.pair(patient);
  const { encrypted, secureConnections, level } = connection.security;
  assert.deepEqual(
    { encrypted, secureConnections, level },
    { encrypted: true, secureConnections: true, level: 2 },
  );
  const service = await connection.service(0x181a, patient);
  assert.deepEqual(await secretOf(await service.characteristic(0x2a6f, patient)), value);
};

/** A request that overtakes the event of the encryption is refused, as on a link that is not encrypted: that is safe, and asking again helps. */
const secretOf = async (secret: RemoteCharacteristic): Promise<Uint8Array> => {
  for (let tries = 1; ; tries++) {
    try {
      return await secret.read({ ...patient, raiseSecurity: false });
    } catch (error) {
      const isEarly = error instanceof AttError && error.status === AttErrorCode.insufficientAuthentication;
      if (!isEarly || tries > MAX_TRIES) throw error;
    }
  }
};

const stageOf =
  ({ become, nature }: Delivery) =>
  async (stage: Stage): Promise<Facts> => {
    const { socket, faults } = await stage.dongle({}, nature);
    become(faults);
    const peer = await stage.host({ security: {}, bonds: false });
    peer.registerServices(serviceOfBoth());
    await stage.advertise(peer);
    stage.on('connect', async (address) => {
      await using connection = await peer.device(String(address)).connect(patient);
      await useValues(connection);
      await pairAndRead(connection);
      return null;
    });
    return { socket, address: peer.address };
  };

const asCentral = async (ble: Adapter, address: string): Promise<void> => {
  await using connection = await ble.device(address).connect(patient);
  await useValues(connection);
  await pairAndRead(connection);
};

const asPeripheral = async (ble: Adapter, { ask }: Bench<Facts>): Promise<void> => {
  ble.registerServices(serviceOfBoth());
  await using advertising = ble.advertising({ intervalMs: 100 });
  const served = (async (): Promise<void> => {
    for await (const connection of advertising) void connection;
  })();
  await Promise.race([advertising.started(), served]);
  await ask('connect', ble.address);
};

const rowOf = (delivery: Delivery): Row<Facts> => ({
  name: delivery.name,
  what: delivery.what,
  timeoutMs: 120_000,
  stage: stageOf(delivery),
  guest: async (bench) => {
    const { attach, facts, say } = bench;
    await attach(facts.socket);
    // Without bonds, so that the second link is paired as the first was.
    await using ble = await open('usb', { security: {}, bonds: false });
    await asCentral(ble, facts.address);
    say('as a central');
    await asPeripheral(ble, bench);
    say('as a peripheral');
  },
});

const deliveries: readonly Delivery[] = [
  {
    name: 'boundaries',
    what: 'values on both sides of what packets of 64 octets hold, and pairing, in both roles',
    become: () => undefined,
  },
  {
    name: 'zephyr-way',
    what: 'the same, of a dongle that sends no empty packets behind events that fill theirs',
    become: (faults) => {
      faults.zeroLengthPackets = 'data';
    },
  },
  {
    name: 'short',
    what: 'the same, with every packet cut into transfers of five octets',
    become: (faults) => {
      faults.cut = (octets) => Array.from(octets.keys()).filter((at) => at % 5 === 0);
    },
  },
  {
    name: 'race',
    what: 'the same, with data that overtakes events',
    become: (faults) => {
      faults.delivery = 'racing';
    },
  },
  {
    name: 'late-race',
    what: 'the same, with data that overtakes events which come 8 ms late, packet by packet',
    become: (faults) => {
      faults.delivery = 'racing';
      faults.eventPollMs = 8;
    },
  },
  {
    name: 'stalls',
    what: 'the same, while each endpoint stalls once',
    become: (faults) => {
      // Behind the start of the adapter: of some 30 events, and of what is read and written by then.
      faults.stall(0x81, 60);
      faults.stall(0x82, 7);
      faults.stall(0x02, 7);
    },
  },
  {
    name: 'serialized',
    what: 'the same, in Bulk Serialization Mode',
    become: () => undefined,
    nature: ',bulk',
  },
];

/** Ways in which dongles deliver, and each has to do. */
export const delivery: readonly Row<Facts>[] = deliveries.map(rowOf);
