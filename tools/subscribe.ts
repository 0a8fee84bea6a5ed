import { attributeOperand, parseAttributePath } from './attribute-path.ts';
import { defineCommand } from './command.ts';
import { describeCharacteristic } from './describe.ts';
import { findCharacteristic } from './find-characteristic.ts';
import { flag, optional, whole } from './option.ts';
import { parsePeer, peerOperand } from './peer.ts';
import { waitFor, withPeer } from './session.ts';
import { showValue, valueFields } from './show-value.ts';
import { padStart } from './text.ts';

export const subscribe = defineCommand({
  description: [
    'Connects, subscribes, and prints each value that the peer sends, with the seconds since it subscribed. It ends with Ctrl-C, after --count values, or with status 4 when --timeout passes without a value.',
  ],
  operands: [peerOperand, attributeOperand],
  options: {
    count: optional('N', 'end after N values', whole(1, Number.MAX_SAFE_INTEGER)),
    indicate: flag('ask for indications, which are confirmed one by one, also where there are notifications'),
  },
  examples: [
    'jelling subscribe temp-sense 2a6e',
    'jelling subscribe X 180d/2a37 --count 10 --json',
    'jelling subscribe X 2a05 --indicate --timeout 1m',
  ],
  async run(invocation) {
    const { output, operands, options, signal } = invocation;
    const [peer = '', given = ''] = operands;
    parsePeer(peer);
    const path = parseAttributePath(given);
    await withPeer(invocation, peer, async (connection) => {
      const characteristic = await findCharacteristic(connection, path, given, waitFor(invocation));
      const { uuid, handle, service, properties } = characteristic;
      const indicate = options.indicate || (properties.indicate && !properties.notify);
      await characteristic.subscribe({ ...waitFor(invocation), notify: !indicate, indicate });
      const kind = indicate ? 'indications' : 'notifications';
      output.note({ event: 'ready', service: service.uuid, uuid, handle, kind }, () =>
        output.noteStyle('dim', `ready: subscribed to ${kind} of ${describeCharacteristic(uuid)}`),
      );
      const start = performance.now();
      const wait = { timeoutMs: invocation.common.timeout, signal };
      const values = indicate ? characteristic.indications(wait) : characteristic.notifications(wait);
      let left = options.count ?? Number.POSITIVE_INFINITY;
      for await (const value of values) {
        const elapsedMs = Math.round(performance.now() - start);
        output.data({ event: 'value', elapsedMs, ...valueFields(uuid, value) }, () => {
          const elapsed = padStart((elapsedMs / 1_000).toFixed(2), 8);
          return `${output.style('dim', elapsed)}  ${showValue(uuid, value, output.style)}`;
        });
        left--;
        if (left === 0) break;
      }
    });
    return undefined;
  },
});
