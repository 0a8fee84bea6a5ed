import { expect, test } from 'vitest';
import {
  type ConnectionParameters,
  connectionParameterFault,
} from '../../../src/l2cap/connection-parameters.ts';

const good: ConnectionParameters = { intervalMin: 24, intervalMax: 40, latency: 0, timeout: 400 };

test.each<Partial<ConnectionParameters>>([
  {},
  { intervalMin: 6, intervalMax: 6, timeout: 10 },
  { intervalMin: 3200, intervalMax: 3200, timeout: 3200 },
  { latency: 499, intervalMin: 6, intervalMax: 6, timeout: 3200 },
  { intervalMin: 40, intervalMax: 40 },
  // 2 * 1 * 30 ms = 60 ms is less than 70 ms.
  { intervalMin: 24, intervalMax: 24, timeout: 10, latency: 0 },
  { intervalMin: 24, intervalMax: 24, timeout: 13, latency: 1 },
])('%o is in range', (part) => {
  expect(connectionParameterFault({ ...good, ...part })).toBeUndefined();
});

test.each<[Partial<ConnectionParameters>, string]>([
  [{ intervalMin: 5 }, 'intervalMin'],
  [{ intervalMin: 0 }, 'intervalMin'],
  [{ intervalMin: 3201, intervalMax: 3201 }, 'intervalMin'],
  [{ intervalMax: 3201 }, 'intervalMax'],
  [{ intervalMin: 41 }, 'above intervalMax'],
  [{ latency: 500 }, 'latency'],
  [{ latency: 512 }, 'latency'],
  [{ timeout: 9 }, 'timeout'],
  [{ timeout: 3201 }, 'timeout'],
  [{ intervalMin: 24.5 }, 'intervalMin'],
  // Twice 2 * 30 ms is 120 ms: the supervision timeout must be more.
  [{ intervalMin: 24, intervalMax: 24, timeout: 12, latency: 1 }, '120 ms is not more than twice'],
  [{ intervalMin: 6, intervalMax: 400, latency: 3, timeout: 100 }, 'not more than twice'],
])('%o is not: %s', (part, text) => {
  expect(connectionParameterFault({ ...good, ...part })).toContain(text);
});
