import { readU16 } from '../../core/bytes.ts';
import { MalformedPduError } from '../../core/errors.ts';

/** One HCI command of the file: its parameters are a view on it. */
export interface HcdRecord {
  readonly opcode: number;
  readonly parameters: Uint8Array;
}

const HEADER_LENGTH = 3;

/**
 * Reads a patch file of Broadcom's or Cypress's: HCI commands behind one another, each with opcode and length as on the line, the last of which starts the patch.
 *
 * @throws MalformedPduError for a file that is empty or ends within a command.
 */
export const parseHcd = (file: Uint8Array): readonly HcdRecord[] => {
  const records: HcdRecord[] = [];
  let offset = 0;
  while (offset < file.length) {
    const length = file[offset + HEADER_LENGTH - 1];
    const begin = offset + HEADER_LENGTH;
    if (length === undefined || begin + length > file.length) {
      throw new MalformedPduError(`the .hcd file ends within the command at octet ${offset}`);
    }
    records.push({ opcode: readU16(file, offset), parameters: file.subarray(begin, begin + length) });
    offset = begin + length;
  }
  if (records.length === 0) throw new MalformedPduError('the .hcd file is empty');
  return records;
};
