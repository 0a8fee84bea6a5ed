/** Enhanced ATT bearers on an encrypted link: opened, used at once and in order, and closed. */
import { digest } from '../bytes.ts';
import type { Topic } from '../judge.ts';
import { awaitedValue, bearerCount, commands, longValue, notifications } from './contract.ts';

export const bearers: Topic = ({ central }) => ({
  open: { central: { bearers: bearerCount } },
  // None of these reads is answered before the last has been asked.
  'at once': {
    central: digest(Array.from({ length: bearerCount }, () => awaitedValue)),
    peripheral: { atOnce: bearerCount },
  },
  'write long': { peripheral: digest([longValue]) },
  'read long': { central: digest([longValue]) },
  'write commands': { peripheral: digest(commands) },
  notifications: { central: digest(notifications), peripheral: { sent: notifications.length } },
  // The foreign side closes one, ours misses it, and the long value is read once more.
  close:
    central === 'jelling'
      ? { central: { ...digest([longValue]), missed: 1 } }
      : { central: digest([longValue]), peripheral: { missed: 1 } },
});
