/** The verdict of tshark, a decoder that neither side wrote, on the HCI traffic of a pair. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Fault } from './judge.ts';

const execute = promisify(execFile);

const tshark = async (file: string, ...args: string[]): Promise<string[]> => {
  const { stdout } = await execute('tshark', ['-r', file, ...args], {
    timeout: 30_000,
    maxBuffer: 64 << 20,
  });
  return stdout.split('\n').filter((line) => line !== '');
};

const fields = ['frame.number', '_ws.col.Info', '_ws.expert.message'].flatMap((field) => ['-e', field]);

const codes = ['-e', 'btatt.opcode', '-e', 'btl2cap.cmd_code', '-e', 'bthci_evt.code'];

/** As tshark writes the codes of a packet: ATT, signalling, HCI event. */
const disconnection = '\t\t0x05';
/** Requests of ATT are even, up to 0x40; those of signalling are these (Vol 3, Part F, 3.4.8, and Part A, 4). */
const signallingRequests = ['0x12', '0x14', '0x17'];

const isRequest = (packet: string): boolean => {
  const [att = '', signalling = ''] = packet.split('\t');
  return att === '' ? signallingRequests.includes(signalling) : Number(att) < 0x40 && Number(att) % 2 === 0;
};

/** Without the ends of links, and without a request right before one, which nobody has answered: it may have crossed the air or not. */
const settled = (packets: readonly string[]): string[] =>
  packets.filter(
    (packet, at) => packet !== disconnection && !(isRequest(packet) && packets[at + 1] === disconnection),
  );

/** A UUID of 128 bits is not in an include declaration (Vol 3, Part G, 3.2), and tshark 4.0 looks for one all the same. */
const includeWithoutUuid = 'btatt.opcode == 0x09 && btatt.length == 6';

/** The part that begins at the end of a value is empty (Vol 3, Part F, 3.4.4.6), and tshark wants an octet. */
const emptyPart = 'btatt.opcode == 0x0d && !btatt.value';

/** Who does not know a command knows none of its return parameters but the status, and tshark wants them all. */
const unknownCommand = 'bthci_evt.code == 0x0e && bthci_evt.status == 0x01';

const faultyPackets = `(_ws.malformed || _ws.expert.severity == error) && !(${includeWithoutUuid}) && !(${emptyPart}) && !(${unknownCommand})`;

/** The ATT packets and signalling commands in a capture by their codes, whole again where they were sent in pieces; or what is wrong with it. */
const codesOf = async (file: string): Promise<string[] | Fault> => {
  if (!existsSync(file)) return { text: `no capture was written to ${file}`, tried: false };
  try {
    const faults = await tshark(file, '-Y', faultyPackets, '-T', 'fields', ...fields);
    const first = faults[0];
    if (first !== undefined) {
      return { text: `tshark: ${faults.length} faulty packets, the first: ${first}`, tried: true };
    }
    const wanted = 'btatt || btl2cap.cmd_code || bthci_evt.code == 0x05';
    return settled(await tshark(file, '-Y', wanted, '-T', 'fields', '-E', 'occurrence=f', ...codes));
  } catch (error) {
    return { text: `tshark cannot read ${file}: ${String(error)}`, tried: false };
  }
};

/** Fewer prove nothing. */
const fewestPackets = 10;

const counts = (opcodes: string[]): string => {
  const count = new Map<string, number>();
  for (const opcode of opcodes.sort()) count.set(opcode, (count.get(opcode) ?? 0) + 1);
  return [...count].map(([opcode, times]) => `${times} of ${opcode}`).join(', ');
};

/**
 * Says what tshark finds wrong in the captures of a pair, or nothing. What crossed the air must stand in both, and there must be enough of it
 * to prove anything.
 */
export const judgeCaptures = async (central: string, peripheral: string): Promise<Fault | undefined> => {
  const seen: string[] = [];
  for (const file of [central, peripheral]) {
    const opcodes = await codesOf(file);
    if (!Array.isArray(opcodes)) return opcodes;
    if (opcodes.length < fewestPackets)
      return { text: `only ${opcodes.length} ATT packets and signalling commands in ${file}`, tried: false };
    seen.push(counts(opcodes));
  }
  if (seen[0] === seen[1]) return undefined;
  return {
    text: `the central's capture has ATT packets and signalling commands ${seen[0]}, the peripheral's ${seen[1]}`,
    tried: true,
  };
};
