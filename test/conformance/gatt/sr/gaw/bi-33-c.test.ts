import { expect } from 'vitest';
import { Code, error, executeWrite, Request } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { hex, ramp } from '../../../harness/pdu.ts';
import { prepare } from '../../../harness/steps.ts';

serverCase(
  'GATT/SR/GAW/BI-33-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'if (length <= attribute.source.maxLength) return;',
    to: 'if (length <= 512) return;',
  },
  async ({ att }, { longFixed }) => {
    // 1. The tester prepares in parts more octets than the value may have.
    await prepare(att, longFixed.handle, ramp(41, 0x80));
    // 2. It executes, and is refused; the value stays.
    await att.exchange(executeWrite, error(Request.executeWrite, longFixed.handle, Code.invalidLength));
    expect(hex(longFixed.read())).toBe(ramp(40));
  },
);
