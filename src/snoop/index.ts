export { btsnoop, readBtsnoop } from './btsnoop.ts';
export { pcapng } from './pcapng.ts';
export { createSnoopFile, type SnoopFile, type SnoopFileOptions } from './snoop-file.ts';
export type { Direction, PacketWriter, SnoopFormat, SnoopRecord } from './snoop-record.ts';
export { tap } from './tap.ts';
export { tapToFile } from './tap-to-file.ts';
export { type PrintOptions, printPacket, printRecord } from './text.ts';
