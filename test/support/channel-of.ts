import { Connection } from '../../src/gap/link/connection.ts';
import { L2capChannel } from '../../src/gap/link/l2cap-channel.ts';
import type { CreditChannel } from '../../src/l2cap/credit-channel.ts';

/** Of no interest to a test of one channel. */
const connection: Connection = Object.create(Connection.prototype);

/** The public face of a channel that is on no connection. */
export const channelOf = (channel: CreditChannel): L2capChannel => new L2capChannel(channel, connection);
