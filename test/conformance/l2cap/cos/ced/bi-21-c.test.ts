import { noChannelsCase, shortRequest } from '../../../harness/no-channels.ts';
import { slice, u16 } from '../../../harness/pdu.ts';

// The request says that it has one octet of data more than the frame holds.
noChannelsCase('L2CAP/COS/CED/BI-21-C', ({ signalling }) =>
  signalling.send(`17 20 ${u16(5)} ${slice(shortRequest(0x20), 4)}`),
);
