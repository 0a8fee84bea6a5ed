import { expect } from 'vitest';
import { apartCase } from '../../../harness/case.ts';
import { observe, payloadsOf } from '../../../harness/observing.ts';
import { bytes, hex, octetAt } from '../../../harness/pdu.ts';

/** The two most significant bits of a private address: 00 for one that cannot be resolved, 01 for one that can (Vol 6, Part B, 1.3.2.2). */
const isPrivate = (address: string): boolean => octetAt(hex(bytes(address.replaceAll(':', ''))), 0) < 0x80;

apartCase(
  'GAP/BROB/OBSV/BV-05-C',
  {
    file: 'src/gap/privacy/shown-addresses.ts',
    from: "this.#kept('asking', () => nonResolvableAddressFrom(randomBytes(6)))",
    to: 'this.#options.identity',
  },
  async (bench) => {
    // 1. The tester broadcasts, and has a scan response for who asks.
    const [data, scanResponse] = ['02010404ff360201', '0409616263'];
    bench.tester.advertise({ kind: 'scannable', data, scanResponse });
    // 2. The upper tester scans actively, and is told both.
    const heard = await observe(bench, { active: true, durationMs: 1_000 });
    expect(payloadsOf(heard)).toEqual([data, scanResponse]);
    // 3. Every request has come from a private address.
    const requests = bench.sent('scanRequest');
    expect(requests.length).toBeGreaterThan(0);
    for (const { from } of requests) {
      expect(from.type).toBe('random');
      expect(isPrivate(from.address)).toBe(true);
    }
  },
);
