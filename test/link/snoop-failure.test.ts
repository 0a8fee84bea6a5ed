import { type LogRecord, open } from 'jelling';
import { expect, test } from 'vitest';

test('a capture that ends for want of room is told to the log, and the adapter goes on', async () => {
  const records: LogRecord[] = [];
  const log = (record: LogRecord): void => void records.push(record);
  // Takes whatever is opened, and has room for nothing.
  await using ble = await open('virtual', { snoop: '/dev/full', log });
  expect(ble.signal.aborted).toBe(false);
  await ble.close();
  expect(records).toContainEqual(expect.objectContaining({ layer: 'snoop', level: 'warn' }));
});
