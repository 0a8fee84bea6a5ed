/** The kernel as QEMU starts it fastest: the ELF file inside Debian's boot image, entered by PVH. */
import { readFileSync, writeFileSync } from 'node:fs';
import { run } from './command.ts';

/** Of the setup header (Documentation/arch/x86/boot.rst in the kernel's tree). */
const SETUP_SECTORS = 0x1f1;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const SECTOR = 512;
/** The size of what was packed follows it. */
const SIZE_FIELD = 4;

const packers = [
  { magic: 'fd377a585a00', program: 'xz' },
  { magic: '28b52ffd', program: 'zstd' },
];

/** Unpacks the kernel in the boot image at `from` to a file at `to`. */
export const unpackKernel = async (from: string, to: string, signal: AbortSignal): Promise<void> => {
  const image = readFileSync(from);
  const start = (image.readUInt8(SETUP_SECTORS) + 1) * SECTOR + image.readUInt32LE(PAYLOAD_OFFSET);
  const length = image.readUInt32LE(PAYLOAD_LENGTH) - SIZE_FIELD;
  const payload = image.subarray(start, start + length);
  const packer = packers.find(({ magic }) => payload.toString('hex', 0, 8).startsWith(magic));
  if (packer === undefined)
    throw new Error(`${from} is packed by none of ${packers.map(({ program }) => program).join(', ')}`);
  writeFileSync(to, await run(packer.program, ['-dc'], { input: payload, signal }));
};
