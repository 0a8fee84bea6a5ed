/** Values that do not fit into one PDU, several at once, and many one after the other. */
import { digest } from '../bytes.ts';
import type { Topic } from '../judge.ts';
import { commands, contract, indications, longValue, notifications, reliable, twins } from './contract.ts';

export const values: Topic = (pair) => {
  const both = [reliable.first, reliable.second];
  // Bumble gives what stands in the response; a client that asks on for the rest is not asked for by Vol 3, Part G, 4.8.2.
  const room = pair.central === 'bumble' ? contract.mtu - 4 : 512;
  return {
    'write long': { peripheral: digest([longValue]) },
    'read long': { central: digest([longValue]) },
    'write reliably': { peripheral: digest(both) },
    'read multiple': { central: digest(both) },
    'read multiple variable': { central: digest([...both, twins[0] ?? new Uint8Array()]) },
    'read by uuid': { central: digest(twins.map((twin) => twin.subarray(0, room))) },
    'write commands': { peripheral: digest(commands) },
    notifications: { central: digest(notifications), peripheral: { sent: notifications.length } },
    indications: { central: digest(indications), peripheral: { confirmed: indications.length } },
  };
};
