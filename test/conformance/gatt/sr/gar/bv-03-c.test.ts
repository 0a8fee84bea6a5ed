import { readByType } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { ramp, slice, u16 } from '../../../harness/pdu.ts';
import { LONG_VALUE, longUuid } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAR/BV-03-C',
  {
    file: 'src/att/codec/response-list-writers.ts',
    from: '? Math.min(told, room) : told',
    to: '? told : told',
  },
  async ({ att }, { main, readOnly, longFixed, long }) => {
    const values = async (type: number | string, pattern: string): Promise<string> =>
      att.exchange(readByType(main.handle, main.endHandle, type), pattern);
    // 1. The tester reads by a UUID of 128 bits; the value is longer than fits and is cut to ATT_MTU - 4 octets.
    await values(longUuid(0xb009), `09 15 ${u16(longFixed.handle)} ${ramp(19)}`);
    // 2. It reads by a UUID of 16 bits.
    await values(0xb004, `09 04 ${u16(readOnly.handle)} aa55`);
    await values(0xb002, `09 15 ${u16(long.handle)} ${slice(LONG_VALUE, 0, 19)}`);
  },
);
