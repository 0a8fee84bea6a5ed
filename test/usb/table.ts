/** The rows of test:usb, in the order in which they run. */
import type { Row } from './row.ts';
import { adapters } from './rows/adapters.ts';
import { attach } from './rows/attach.ts';
import { delivery } from './rows/delivery.ts';
import { judged } from './rows/judged.ts';
import { kernel } from './rows/kernel.ts';
import { pair } from './rows/pair.ts';
import { read } from './rows/read.ts';
import { removal, replug } from './rows/removal.ts';
import { rival } from './rows/rival.ts';
import { scan } from './rows/scan.ts';
import { speed } from './rows/speed.ts';
import { twoDongles } from './rows/two-dongles.ts';
import { userChannel } from './rows/user-channel.ts';
import { userChannelGone } from './rows/user-channel-gone.ts';
import { userChannelRefused } from './rows/user-channel-refused.ts';

export const rows: readonly Row[] = [
  kernel,
  attach,
  adapters,
  scan,
  read,
  pair,
  userChannel,
  userChannelRefused,
  userChannelGone,
  rival,
  removal,
  replug,
  twoDongles,
  ...delivery,
  judged,
  speed,
];
