import { expect } from 'vitest';
import type { GattClientOptions } from '../../../../src/gatt/client/gatt-client.ts';
import type { RemoteCharacteristic } from '../../../../src/gatt/client/remote-characteristic.ts';
import { inOrder, ManualClock, type Script, ScriptedServer, type Step } from '../../../support/gatt-pair.ts';

/** Octets that count up, in hexadecimal. */
export const part = (length: number, first: number): string =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (first + i) & 0xff)).toString('hex');
/** The same, as a value. */
export const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);
const u16 = (value: number): string => part(1, value) + part(1, value >> 8);

/** A server that expects these PDUs in this order. */
export const scripted = (...steps: readonly Step[]) => {
  const clock = new ManualClock();
  return { clock, server: new ScriptedServer(clock, inOrder(...steps)) };
};

/** Characteristics whose values stand at 000c, 000e, 0010, …; what else is asked goes to `script`. */
export const fixture = async (
  count: number,
  properties: number,
  script: Script,
  mtu = 23,
  options: Partial<GattClientOptions> = {},
) => {
  const clock = new ManualClock();
  const last = 0x0a + 2 * count;
  const served: Script = (pdu) => {
    if (pdu.startsWith('06')) return `07 0a00 ${u16(last)}`;
    if (pdu.startsWith('02')) return `03${u16(mtu)}`;
    if (!pdu.startsWith('08')) return undefined;
    const from = Buffer.from(pdu, 'hex').readUInt16LE(1);
    const handle = from <= 0x0b ? 0x0b : from + (from % 2 === 0 ? 1 : 0);
    return handle > last
      ? `0108${u16(from)}0a`
      : `0907${u16(handle)}${part(1, properties)}${u16(handle + 1)}6e2a`;
  };
  const server = new ScriptedServer(clock, served, options);
  if (mtu !== 23) await clock.run(server.bearer.exchangeMtu());
  const service = await clock.run(server.client.service(0x181a));
  const all = await clock.run(service.characteristics());
  expect(all.map(({ handle }) => handle)).toEqual(Array.from({ length: count }, (_, i) => 0x0c + 2 * i));
  server.takeAsked();
  server.script = script;
  return { clock, server, all, service, client: server.client };
};

export const at = (all: readonly RemoteCharacteristic[], index: number): RemoteCharacteristic => {
  const characteristic = all[index];
  if (characteristic === undefined) throw new Error(`the fixture has no characteristic ${index}`);
  return characteristic;
};

/** What to write where. */
export const pairs = (
  all: readonly RemoteCharacteristic[],
  ...values: (Uint8Array | string)[]
): [RemoteCharacteristic, Uint8Array | string][] =>
  values.map((value, i) => [all[i] as RemoteCharacteristic, value]);

export const READ = 0x02;
export const WRITE = 0x08;
export const EXTENDED = 0x80;
