import { Service } from 'jelling';
import { confirmation, Type, write, writeResponse } from '../../../harness/att.ts';
import { bondedServerCase } from '../../../harness/bonded.ts';
import { u16 } from '../../../harness/pdu.ts';
import { findValue } from '../../../harness/steps.ts';

bondedServerCase(
  'GATT/SR/GAS/BV-01-C',
  {
    file: 'src/gatt/server/client-state.ts',
    from: 'if (wantsIndications(this.configuration(serviceChangedConfiguration))) {',
    to: 'if (!wantsIndications(this.configuration(serviceChangedConfiguration))) {',
  },
  async ({ att, iut }, _, comeBack) => {
    const serviceChanged = await findValue(att, Type.serviceChanged);
    // Preamble: the bond is from an earlier link.
    await comeBack();
    // 1. The upper tester changes the services.
    iut.registerServices(new Service(0xffee));
    // 2. The tester, which has not asked to be told, hears nothing.
    await att.silent();
    // 3. It asks to be told.
    await att.exchange(write(serviceChanged + 1, '0200'), writeResponse);
    await att.silent();
    // 4. The upper tester changes the services.
    const added = new Service(0xffef);
    iut.registerServices(added);
    // 5. The tester is told which handles have changed.
    await att.expect(`1d${u16(serviceChanged)} ${u16(added.handle)} ${u16(added.endHandle)}`);
    // 6. It confirms that.
    att.send(confirmation);
    await att.silent();
  },
);
