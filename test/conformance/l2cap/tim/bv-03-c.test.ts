import { expect } from 'vitest';
import { peripheralCase } from '../../harness/case.ts';
import { encryptLink } from '../../harness/encrypted.ts';
import { enhancedRefusal, enhancedRequest, enhancedResponse } from '../../harness/enhanced.ts';
import { octet, octetAt, u16 } from '../../harness/pdu.ts';
import { Result } from '../../harness/signalling.ts';

const EATT = 0x0027;

peripheralCase(
  'L2CAP/TIM/BV-03-C',
  {
    file: 'src/att/bearer-collision.ts',
    from: "return role === 'central' ? 0 :",
    to: "return role === 'peripheral' ? 0 :",
  },
  async (bench) => {
    await encryptLink(bench);
    // 1. All Enhanced bearers but one are there, opened by the tester.
    const cids = [0x0041, 0x0042, 0x0043, 0x0044];
    await bench.signalling.exchange(enhancedRequest(1, { spsm: EATT, cids }), '1801 *');
    expect(bench.connection.bearers).toBe(5);
    // 2. The upper tester opens one more, and the request comes.
    const opened = bench.connection.openEnhancedBearers({ timeoutMs: 10_000 });
    const first = await bench.signalling.expect(`17.. 0a00 ${u16(EATT)} *`);
    // 3. The tester has asked for one too, and is refused for want of resources; it refuses the other.
    const own = enhancedRequest(2, { spsm: EATT, cids: [0x0045] });
    await bench.signalling.exchange(own, `18 02 0a00 ${'.'.repeat(12)} ${u16(Result.noResources)} 0000`);
    bench.signalling.send(enhancedRefusal(octetAt(first, 1), Result.noResources));
    // 4. Nothing comes for two times interval times one plus latency, and for 100 ms at the least; then the request comes again.
    const { interval, latency } = bench.tester.parameters;
    const backOffMs = Math.max(100, 2 * (latency + 1) * interval * 1.25);
    await bench.signalling.silent(backOffMs - 1);
    const second = await bench.signalling.expect(`17.. 0a00 ${u16(EATT)} *`);
    // 5. The tester accepts, and the bearer is there.
    const terms = { spsm: EATT, cids: [0x0046] };
    bench.signalling.send(enhancedResponse(octetAt(second, 1), Result.success, terms));
    expect(await bench.run(opened)).toBe(1);
    expect(bench.connection.bearers).toBe(6);
    expect(octet(octetAt(second, 1))).not.toBe(octet(octetAt(first, 1)));
  },
  { enhancedBearers: true },
);
