/** A line that breaks in the middle of a packet: what was under way fails with TransportError, and with `recover` the controller is used again when it is back. */
import type { Topic } from '../judge.ts';
import { lifeValue } from './contract.ts';

export const lines: Topic = () => ({
  'before it breaks': { central: { value: lifeValue(0) } },
  breaks: { central: { read: 'BLE_TRANSPORT', link: 'BLE_TRANSPORT', state: 'lost' } },
  'is back': { central: { state: 'ready', value: lifeValue(1) } },
});
