import { Code, error, Request, readByType } from '../../../harness/att.ts';
import { expectRefused } from '../../../harness/client.ts';
import { encryptedClientCase } from '../../../harness/short-key.ts';

encryptedClientCase(
  'GATT/CL/GAR/BI-11-C',
  {
    file: 'src/att/transaction-lane.ts',
    from: '`, status, handle)',
    to: '`, status === 0x0a ? status : 0x0e, handle)',
  },
  async (bench, { characteristic: { service, handle } }) => {
    // 1. The upper tester has the values of a UUID read in a service over a link with a short key, and the client asks for them in its range.
    const values = service.readByUuid(0xb001);
    await bench.att.expect(readByType(service.handle, service.endHandle, 0xb001));
    // 2. The tester answers that the value needs a longer key, and the upper tester learns that.
    bench.att.send(error(Request.readByType, handle, Code.keySizeTooShort));
    await expectRefused(bench, values, Code.keySizeTooShort, handle);
  },
);
