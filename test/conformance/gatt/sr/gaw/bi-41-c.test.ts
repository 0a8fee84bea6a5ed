import { Characteristic, Service } from 'jelling';
import {
  Code,
  error,
  executeWrite,
  executeWriteResponse,
  prepareWrite,
  prepareWriteResponse,
  Request,
} from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';

serverCase(
  'GATT/SR/GAW/BI-41-C',
  {
    file: 'src/gatt/server/server-write.ts',
    from: 'if (context.database.get(handle) !== attribute) throw outOfSync(context, handle);',
    to: 'if (context.database.get(handle) === undefined) throw refusal(context, AttErrorCode.invalidHandle, handle);',
  },
  async ({ att, iut }) => {
    const service = new Service(0xffee);
    const characteristic = new Characteristic(service, 0xbeef, { write: true });
    iut.registerServices(service);
    const { handle } = characteristic;
    // 1. The tester prepares another value.
    await att.exchange(prepareWrite(handle, 0, 'abcd'), prepareWriteResponse(handle, 0, 'abcd'));
    // 2. The database changes: the attribute goes.
    iut.unregisterServices(service);
    // 3. and 4. The tester has the value written, and is told that it is out of sync.
    await att.exchange(executeWrite, error(Request.executeWrite, handle, Code.databaseOutOfSync));
    // 5. Nothing is left of what it has prepared.
    await att.exchange(executeWrite, executeWriteResponse);
  },
);
