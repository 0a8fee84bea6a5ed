import { Characteristic, MemoryBondStore, Service } from 'jelling';
import { expect, test } from 'vitest';
import { write, writeCommand } from '../../conformance/harness/att.ts';
import { Bench } from '../../conformance/harness/bench.ts';
import { bond } from '../../conformance/harness/encrypted.ts';
import { type Hex, hex } from '../../conformance/harness/pdu.ts';
import { bondToSign, signedWrite } from '../../conformance/harness/signing.ts';
import { fieldsOf, Keys, pairingFailed } from '../../conformance/harness/smp.ts';
import { PairingTester } from '../../conformance/harness/smp-tester.ts';
import { benchOf } from './bench.ts';

/** A server with a value that can be written signed, and a tester as its central. Another with the same store is the same device after a restart. */
const served = async (bonds = new MemoryBondStore()) => {
  const service = new Service(0xffb3);
  const value = new Characteristic(service, 0xb301, { signedWrite: true });
  const bench = await Bench.peripheral({ services: [service], bonds });
  const send = async (pdu: Hex, at = bench.att): Promise<string> => {
    at.send(pdu);
    await at.silent();
    return hex(value.read());
  };
  const dropped = (): number | undefined => bench.iut.counters['gattSignedWritesDropped'];
  return { bench, bonds, value, send, dropped };
};

test('P20: what was signed once is taken once: not again on the same link, the next link, or after a restart', async () => {
  const { bench, bonds, value, send, dropped } = await served();
  const { own } = await bondToSign(bench);
  const once = signedWrite(own, value.handle, '01', 7);
  expect(await send(once)).toBe('01');
  expect(await send(signedWrite(own, value.handle, '02', 8))).toBe('02');
  expect(await send(once)).toBe('02');
  await bench.reconnectFromTester();
  expect(await send(once)).toBe('02');
  expect(dropped()).toBe(2);
  await bench[Symbol.asyncDispose]();

  const restarted = await served(bonds);
  expect(restarted.bench.connection.security.bonded).toBe(true);
  expect(await restarted.send(once)).toBe('');
  expect(restarted.dropped()).toBe(1);
  expect(await restarted.send(signedWrite(own, value.handle, '03', 9))).toBe('03');
  await restarted.bench[Symbol.asyncDispose]();
});

test('P20: a value is delivered when its counter is in the store, and not where the store fails', async () => {
  const bonds = new MemoryBondStore();
  const { bench, value, send, dropped } = await served(bonds);
  const { own } = await bondToSign(bench);
  const save = bonds.save.bind(bonds);
  const read: string[] = [];
  bonds.save = async (...args) => {
    read.push(hex(value.read()));
    await save(...args);
  };
  expect(await send(signedWrite(own, value.handle, '01', 0))).toBe('01');
  expect(read).toEqual(['']);
  bonds.save = () => Promise.reject(new Error('disk full'));
  expect(await send(signedWrite(own, value.handle, '02', 1))).toBe('01');
  expect(dropped()).toBe(1);
  await bench[Symbol.asyncDispose]();
});

test('P20: what is signed wrongly, cut short, or by somebody without a bond is ignored, and nothing is answered', async () => {
  const { bench, value, send, dropped } = await served();
  const { own } = await bondToSign(bench);
  const right = signedWrite(own, value.handle, '01', 0);
  const { tester } = await bench.connectAnother();
  expect(await send(right, tester.att)).toBe('');
  expect(await send(signedWrite('ff'.repeat(16), value.handle, '01', 0))).toBe('');
  expect(dropped()).toBe(2);
  // One that is cut into its signature has no value of its own, and one without room for a signature is no PDU.
  expect(await send(right.slice(0, -2))).toBe('');
  expect(await send(right.slice(0, 28))).toBe('');
  expect(dropped()).toBe(3);
  expect(bench.connection.counters['attMalformedPdus']).toBe(1);
  expect(await send(right)).toBe('01');
  await bench[Symbol.asyncDispose]();
});

test('P20: on a link that is encrypted nothing signed is taken', async () => {
  const { bench, value, send, dropped } = await served();
  const { own } = await bond(bench, Keys.enc | Keys.sign);
  expect(bench.connection.security.encrypted).toBe(true);
  expect(await send(signedWrite(own.csrk ?? '', value.handle, '01', 0))).toBe('');
  expect(dropped()).toBe(1);
  await bench[Symbol.asyncDispose]();
});

test('P20: what is declared for signed writes alone takes no other over a link that is not encrypted', async () => {
  const { bench, value, send } = await served();
  await bondToSign(bench);
  expect(await send(writeCommand(value.handle, '01'))).toBe('');
  await bench.att.exchange(write(value.handle, '01'), '01 12 .... 03');
  await bench[Symbol.asyncDispose]();
});

test('P20: no signing keys are given or taken unless that is wanted', async () => {
  await using bench = await benchOf('peripheral');
  const tester = new PairingTester(bench);
  const all = Keys.enc | Keys.id | Keys.sign;
  await tester.ask({ auth: 1, initiatorKeys: all, responderKeys: all });
  const { initiatorKeys, responderKeys } = fieldsOf(tester.response);
  expect((initiatorKeys | responderKeys) & Keys.sign).toBe(0);
});

test('P20: a signing key of zeros is refused', async () => {
  await using bench = await benchOf('peripheral');
  bench.iut.security = { takeKeys: ['signing'], giveKeys: [], secureConnections: false };
  const tester = new PairingTester(bench);
  await tester.ask({ auth: 1, initiatorKeys: Keys.sign });
  await tester.encrypt(await tester.legacy());
  tester.smp.send(`0a${'00'.repeat(16)}`);
  expect(await tester.smp.next()).toBe(pairingFailed(0x0f));
  expect(bench.iut.bonds).toEqual([]);
});
