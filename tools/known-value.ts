import { textOf } from './value.ts';

/** What a value means, where its UUID tells. */
export interface Meaning {
  /** For people: `21.50 °C`. */
  readonly text: string;
  /** For programs: the number in `unit`, or a word. */
  readonly value: number | string | boolean;
  readonly unit?: string | undefined;
}

type Decode = (view: DataView, bytes: Uint8Array) => Meaning | undefined;

/** A number and its unit, with as many decimals as its resolution has. */
const quantity = (value: number, unit: string, decimals = 0): Meaning => ({
  text: `${value.toFixed(decimals)} ${unit}`,
  value: Number(value.toFixed(decimals)),
  unit,
});

const word = (value: string): Meaning => ({ text: value, value });

const asText: Decode = (_view, bytes) => {
  const text = textOf(bytes);
  return text === undefined ? undefined : word(text);
};

const number = (octets: number, unit: string, decimals: number, read: (view: DataView) => number): Decode => {
  const scale = 10 ** decimals;
  return (view) => (view.byteLength < octets ? undefined : quantity(read(view) / scale, unit, decimals));
};

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

const heartRate: Decode = (view) => {
  if (view.byteLength < 2) return undefined;
  const wide = (view.getUint8(0) & 1) !== 0;
  if (wide && view.byteLength < 3) return undefined;
  return quantity(wide ? view.getUint16(1, true) : view.getUint8(1), 'bpm');
};

/** Vol 3, Part C, 12.3. */
const preferredParameters: Decode = (view) => {
  if (view.byteLength < 8) return undefined;
  const [least, most, latency, timeout] = [0, 2, 4, 6].map((at) => view.getUint16(at, true));
  const interval = (slots = 0): string => (slots === 0xffff ? 'any' : `${slots * 1.25}`);
  const timeoutText = timeout === 0xffff ? 'any' : `${(timeout ?? 0) * 10} ms`;
  return word(
    `interval ${interval(least)} to ${interval(most)} ms, latency ${latency}, supervision time-out ${timeoutText}`,
  );
};

/** Vol 3, Part G, 7.1. */
const serviceChanged: Decode = (view) =>
  view.byteLength < 4
    ? undefined
    : word(`handles ${hex(view.getUint16(0, true), 4)} to ${hex(view.getUint16(2, true), 4)}`);

/** Vol 3, Part G, 3.3.3.3. */
const configuration: Decode = (view) => {
  if (view.byteLength < 2) return undefined;
  const bits = view.getUint16(0, true);
  const wanted = [bits & 1 ? 'notifications' : '', bits & 2 ? 'indications' : ''].filter(
    (each) => each !== '',
  );
  return word(wanted.length === 0 ? 'off' : wanted.join(' and '));
};

/** Device Information Service, 3.9. */
const pnpId: Decode = (view) => {
  if (view.byteLength < 7) return undefined;
  const source = view.getUint8(0) === 1 ? 'Bluetooth' : 'USB';
  const [vendor = 0, product = 0, version = 0] = [1, 3, 5].map((at) => view.getUint16(at, true));
  return word(`${source} vendor ${hex(vendor, 4)}, product ${hex(product, 4)}, version ${hex(version, 4)}`);
};

const yesOrNo: Decode = (view) => {
  if (view.byteLength < 1) return undefined;
  const value = view.getUint8(0) !== 0;
  return { text: value ? 'yes' : 'no', value };
};

const decoders: Readonly<Record<string, Decode>> = {
  '2a00': asText,
  '2a01': (view) => (view.byteLength < 2 ? undefined : word(hex(view.getUint16(0, true), 4))),
  '2a04': preferredParameters,
  '2a05': serviceChanged,
  '2a07': number(1, 'dBm', 0, (view) => view.getInt8(0)),
  '2a19': number(1, '%', 0, (view) => view.getUint8(0)),
  '2a24': asText,
  '2a25': asText,
  '2a26': asText,
  '2a27': asText,
  '2a28': asText,
  '2a29': asText,
  '2a37': heartRate,
  '2a50': pnpId,
  '2a6d': number(4, 'Pa', 1, (view) => view.getUint32(0, true)),
  '2a6e': number(2, '°C', 2, (view) => view.getInt16(0, true)),
  '2a6f': number(2, '%', 2, (view) => view.getUint16(0, true)),
  '2aa6': yesOrNo,
  '2901': asText,
  '2902': configuration,
};

/** What a value of this characteristic or descriptor means; undefined where nothing is known of it, or it is too short. */
export const meaningOf = (uuid: string, bytes: Uint8Array): Meaning | undefined =>
  decoders[uuid]?.(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), bytes);
