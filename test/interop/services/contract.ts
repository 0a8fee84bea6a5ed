/** What both sides agree on about services. The foreign sides read the same file and follow the same rules. */
import { readFileSync } from 'node:fs';
import { pattern } from '../bytes.ts';

interface Contract {
  /** Of the battery: at first, and after the UART has been used. */
  level: number;
  nextLevel: number;
  information: Record<
    | 'manufacturerName'
    | 'modelNumber'
    | 'serialNumber'
    | 'hardwareRevision'
    | 'firmwareRevision'
    | 'softwareRevision',
    string
  >;
  pnpId: { vendorId: number; productId: number; productVersion: number };
  /** What goes over the UART, and comes back with each octet inverted. */
  uartOctets: number;
  /** Names and lengths. */
  files: Record<string, number>;
  /** Of the long one, that are there when the client asks for the rest. */
  partOctets: number;
  uploadOctets: number;
}

export const contract = JSON.parse(
  readFileSync(new URL('contract.json', import.meta.url), 'utf8'),
) as Contract;

/** The octets of a file: no two files are alike. */
export const fileOf = (length: number): Uint8Array<ArrayBuffer> => pattern(length + 3, length);
export const longFile = fileOf(contract.files['long.bin'] ?? 0);
export const uploadFile = fileOf(contract.uploadOctets);
export const uartOctets = pattern(5, contract.uartOctets);
export const inverted = (octets: Uint8Array): Uint8Array => octets.map((octet) => octet ^ 0xff);
