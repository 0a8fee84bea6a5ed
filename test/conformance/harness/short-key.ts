import { Characteristic, Service } from 'jelling';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { type Discovered, discover } from './client.ts';
import { encryptLink } from './encrypted.ts';
import { bytes } from './pdu.ts';

/** Octets of the key that the links of these cases are encrypted with: the shortest that there is. */
const SHORT_KEY = 7;

/** A case of GATT/SR on a link whose key is shorter than one of two values needs. */
export const shortKeyServerCase = (
  id: string,
  mutation: Mutation,
  procedure: (
    bench: Bench,
    database: { readonly service: Service; readonly open: Characteristic; readonly guarded: Characteristic },
  ) => Promise<void>,
): void =>
  conformance(id, mutation, async () => {
    const service = new Service(0xffb2);
    const open = new Characteristic(service, 0xb201, { read: true, initial: bytes('0102') });
    const rule = { minKeySize: 16 };
    const guarded = new Characteristic(service, 0xb202, { read: rule, write: rule, initial: bytes('cafe') });
    await using bench = await Bench.peripheral({ services: [service] });
    await encryptLink(bench, SHORT_KEY);
    await procedure(bench, { service, open, guarded });
    await bench.verdict();
  });

/** A case of GATT/CL on an encrypted link, with a key of so many octets. */
export const encryptedClientCase = (
  id: string,
  mutation: Mutation,
  procedure: (bench: Bench, discovered: Discovered) => Promise<void>,
  keySize = SHORT_KEY,
): void =>
  conformance(id, mutation, async () => {
    await using bench = await Bench.central();
    await encryptLink(bench, keySize);
    const discovered = await discover(bench);
    await procedure(bench, discovered);
    await bench.verdict();
  });
