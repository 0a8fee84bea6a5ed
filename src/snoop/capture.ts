import type { HciTransport } from '../core/transport.ts';
import { createSnoopFile, type SnoopFileOptions } from './snoop-file.ts';
import type { PacketWriter } from './snoop-record.ts';
import { tap } from './tap.ts';

/** One file for what passes over several transports, one after the other. */
export interface Capture {
  /** The same transport, captured. Closing it leaves the file open for the next one. */
  tap(transport: HciTransport): HciTransport;
  close(): Promise<void>;
}

/** Rejects with InvalidArgumentError when the file cannot be written. */
export const openCapture = async (path: string, options?: SnoopFileOptions): Promise<Capture> => {
  const file = await createSnoopFile(path, options);
  const writer: PacketWriter = {
    record: (direction, packet) => file.record(direction, packet),
    close: () => Promise.resolve(),
  };
  return { tap: (transport) => tap(transport, writer), close: () => file.close() };
};
