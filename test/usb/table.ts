/** The rows of test:usb, in the order in which they run. */
import type { Row } from './row.ts';
import { kernel } from './rows/kernel.ts';

export const rows: readonly Row[] = [kernel];
