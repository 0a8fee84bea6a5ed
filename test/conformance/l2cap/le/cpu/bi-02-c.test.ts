import { peripheralCase } from '../../../harness/case.ts';
import { rejectNotUnderstood, Signal, signal } from '../../../harness/signalling.ts';

peripheralCase(
  'L2CAP/LE/CPU/BI-02-C',
  { file: 'src/l2cap/signalling.ts', from: "if (role === 'central') {", to: 'if (role.length > 0) {' },
  async (bench) => {
    // 1. The tester, which is central, sends the request that only peripherals send, and it is not understood.
    const request = signal(Signal.parameterUpdateRequest, 1, 40, 80, 0, 300);
    await bench.signalling.exchange(request, rejectNotUnderstood(1));
  },
);
