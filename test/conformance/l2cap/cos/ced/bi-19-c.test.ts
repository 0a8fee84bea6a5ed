import { Cid } from '../../../harness/lower-tester.ts';
import { noChannelsCase, shortRequest } from '../../../harness/no-channels.ts';
import { u16 } from '../../../harness/pdu.ts';

// The frame says that it is one octet shorter than it is.
noChannelsCase('L2CAP/COS/CED/BI-19-C', ({ tester }) =>
  tester.sendRaw(`${u16(7)}${u16(Cid.signalling)}${shortRequest(0x20)}`),
);
