import { expect } from 'vitest';
import { centralCase } from '../../../harness/case.ts';

centralCase(
  'GAP/CONN/TERM/BV-01-C',
  {
    file: 'src/gap/link/link-control.ts',
    from: 'hci.disconnect(acl, HciErrorCode.remoteUserTerminatedConnection, wait)',
    to: 'hci.disconnect(acl, 0x15, wait)',
  },
  async (bench) => {
    const { connection, tester } = bench;
    // 1. The upper tester ends the link.
    await bench.run(connection.disconnect());
    expect(connection.isConnected).toBe(false);
    // 2. The tester sees its end, by the user of the other side.
    await bench.clock.advance(100);
    expect([tester.isConnected, tester.endReason]).toEqual([false, 0x13]);
    bench.linkMayEnd = true;
  },
);
