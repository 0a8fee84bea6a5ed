import type { HciTransport } from '../core/transport.ts';
import { createSnoopFile, type SnoopFileOptions } from './snoop-file.ts';
import { tap } from './tap.ts';

/** The same transport, captured in a file that ends when it is closed. Rejects with InvalidArgumentError when the file cannot be written. */
export const tapToFile = async (
  transport: HciTransport,
  path: string,
  options?: SnoopFileOptions,
): Promise<HciTransport> => tap(transport, await createSnoopFile(path, options));
