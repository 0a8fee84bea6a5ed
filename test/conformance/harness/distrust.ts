import type { RemoteCharacteristic } from 'jelling';
import { expect } from 'vitest';
import { confirmation, indication, notification, write, writeResponse } from './att.ts';
import { Bench } from './bench.ts';
import { conformance, type Mutation } from './case.ts';
import { discover } from './client.ts';
import { authOf, encryptAgain, level3, type Protection, pairWith, reconnect } from './protected.ts';
import { Auth } from './smp.ts';

/** How the tester sends a value, and what the implementation under test must answer. */
export interface Sending {
  readonly kind: 'notify' | 'indicate';
  readonly configuration: string;
  pdu(handle: number, value: string): string;
  readonly answer: string | undefined;
}

export const notifications: Sending = {
  kind: 'notify',
  configuration: '0100',
  pdu: notification,
  answer: undefined,
};
export const indications: Sending = {
  kind: 'indicate',
  configuration: '0200',
  pdu: indication,
  answer: confirmation,
};

/** A case of values that a bonded tester sends before the link is encrypted, and after. */
export const distrustCase = (
  id: string,
  role: 'central' | 'peripheral',
  sending: Sending,
  protection: Protection,
  mutation: Mutation,
): void =>
  conformance(id, mutation, async () => {
    await using bench = await Bench[role]();
    await sendToEarly(bench, sending, protection);
    await bench.verdict();
  });

const sendToEarly = async (bench: Bench, sending: Sending, protection: Protection): Promise<void> => {
  const { att, tester } = bench;
  const { kind, pdu, answer } = sending;
  // 1. The upper tester pairs for that mode and level: both say so, and make a bond. The tester would use Secure Connections, but with notifications at level 3.
  const withoutSecure = sending === notifications && protection === level3;
  const auth = authOf(protection) | (withoutSecure ? 0 : Auth.sc);
  const { auth: asked, iut, key } = await pairWith(bench, protection, { by: 'iut', features: { auth } });
  for (const flags of [asked, iut.auth])
    expect(flags & (Auth.bonding | Auth.mitm)).toBe(authOf(protection) & ~Auth.sc);
  // 2. The upper tester subscribes: the tester's descriptor is written.
  const { handle } = await subscribe(bench, sending);
  // 3. The tester ends the link, and there is another. At once, before the link is encrypted, the tester sends a value.
  tester.longTermKey = key.ltk;
  tester.greeting = pdu(handle, 'dead');
  await reconnect(bench);
  // 4. An indication is confirmed. The upper tester gets neither.
  if (answer !== undefined) await att.expect(answer);
  await att.silent(0);
  expect(bench.connection.counters).toMatchObject({ attValuesDistrusted: 1 });
  // 5. The central encrypts the link with the key of the bond.
  await encryptAgain(bench, key);
  // 6. The tester sends a value, and the upper tester gets that one.
  const characteristic = await subscribe(bench, sending);
  att.send(pdu(characteristic.handle, 'cafe'));
  if (answer !== undefined) await att.expect(answer);
  const got = kind === 'notify' ? characteristic.notified() : characteristic.indicated();
  expect(await bench.run(got)).toEqual(Uint8Array.of(0xca, 0xfe));
};

/** The upper tester subscribes, and the tester's Client Characteristic Configuration is written. */
const subscribe = async (bench: Bench, { kind, configuration }: Sending): Promise<RemoteCharacteristic> => {
  const { characteristic } = await discover(bench);
  const subscribing = characteristic.subscribe({ [kind]: true });
  await bench.att.expect(write(characteristic.handle + 1, configuration));
  bench.att.send(writeResponse);
  await bench.run(subscribing);
  return characteristic;
};
