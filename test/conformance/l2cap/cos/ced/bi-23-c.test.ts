import { noChannelsCase, shortRequest } from '../../../harness/no-channels.ts';

// The request is followed by an octet which it does not count.
noChannelsCase('L2CAP/COS/CED/BI-23-C', ({ signalling }) => signalling.send(`${shortRequest(0x20)}00`));
