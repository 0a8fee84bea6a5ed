import { Characteristic, type RemoteCharacteristic, Service } from 'jelling';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { bond } from './encrypted.ts';
import { bytes, type Hex, u16 } from './pdu.ts';
import { PeerDatabase } from './peer-database.ts';
import { Keys } from './smp.ts';
import { cmac, wire } from './smp-crypto.ts';

/** SignCounter and MAC of a message, as on the air (Vol 3, Part H, 2.4.5). */
const signatureOf = (csrk: Hex, message: Hex, counter: number): Hex => {
  const signCounter = u16(counter & 0xffff) + u16(counter >>> 16);
  return signCounter + wire(cmac(csrk, wire(message + signCounter)).slice(0, 16));
};

export const signedWrite = (csrk: Hex, handle: number, value: Hex, counter: number): Hex => {
  const message = `d2${u16(handle)}${value}`;
  return message + signatureOf(csrk, message, counter);
};

/** Both have made a bond by Just Works with signing keys both ways, and are on a new link that is not encrypted. Gives both keys. */
export const bondToSign = async (bench: Bench): Promise<{ readonly own: Hex; readonly iut: Hex }> => {
  const isCentral = bench.connection.role === 'central';
  const { own, iut } = await bond(bench, Keys.enc | Keys.sign);
  await bench.part();
  await (isCentral ? bench.connectToTester(undefined, { encrypt: false }) : bench.connectFromTester());
  return { own: own.csrk ?? '', iut: iut.csrk ?? '' };
};

/** What a server under test has: values that can be read, and written signed. */
export interface SignedDatabase {
  readonly signed: Characteristic;
  /** For a bond that somebody has vouched for. */
  readonly authenticated: Characteristic;
  /** The key by which the tester signs. */
  readonly csrk: Hex;
}

/** A case of a server whose client signs, in the role of central or peripheral. */
export const signedServerCase = (
  id: string,
  role: 'central' | 'peripheral',
  mutation: Mutation,
  procedure: (bench: Bench, database: SignedDatabase) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    const service = new Service(0xffb3);
    const [read, initial] = [true, bytes('f0f1f2f3')];
    const signed = new Characteristic(service, 0xb301, { read, signedWrite: true, maxLength: 4, initial });
    const rule = { authenticated: true };
    const authenticated = new Characteristic(service, 0xb302, { read, signedWrite: rule, initial });
    await using bench = await Bench[role]({ services: [service] });
    const { own } = await bondToSign(bench);
    await procedure(bench, { signed, authenticated, csrk: own });
    await bench.verdict();
  });

/** A case of a client that signs, as central; it has discovered a value that can be written so. `csrk` is its key. */
export const signingClientCase = (
  id: string,
  mutation: Mutation,
  procedure: (bench: Bench, characteristic: RemoteCharacteristic, csrk: Hex) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    await using bench = await Bench.central();
    const { iut } = await bondToSign(bench);
    const database = new PeerDatabase([
      { uuid: 0xffb0, characteristics: [{ uuid: 0xb001, properties: 0x42 }], at: 0x0010 },
    ]);
    bench.att.responder = database.answer;
    const service = await bench.run(bench.connection.service(0xffb0));
    const characteristic = await bench.run(service.characteristic(0xb001));
    bench.att.responder = undefined;
    await procedure(bench, characteristic, iut);
    await bench.verdict();
  });
