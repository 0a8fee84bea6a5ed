import { attributeOperand, parseAttributePath } from './attribute-path.ts';
import { defineCommand } from './command.ts';
import { findCharacteristic } from './find-characteristic.ts';
import { parsePeer, peerOperand } from './peer.ts';
import { waitFor, withPeer } from './session.ts';
import { showValue, valueFields } from './show-value.ts';

export const read = defineCommand({
  description: [
    'Connects, reads the whole value, however long, prints it and disconnects: what it means where that is known, its octets in hexadecimal, its text where it is one.',
  ],
  operands: [peerOperand, attributeOperand],
  options: {},
  examples: [
    'jelling read temp-sense 2a6e',
    "jelling read F0:F1:F2:F3:F4:F5/random 'Battery Level' --json",
    'jelling read X 180a/2a29 --adapter serial:/dev/ttyACM0,1000000',
  ],
  async run(invocation) {
    const { output, operands } = invocation;
    const [peer = '', given = ''] = operands;
    parsePeer(peer);
    const path = parseAttributePath(given);
    await withPeer(invocation, peer, async (connection) => {
      const characteristic = await findCharacteristic(connection, path, given, waitFor(invocation));
      const value = await characteristic.read(waitFor(invocation));
      const { uuid, handle, service } = characteristic;
      output.data({ event: 'value', service: service.uuid, uuid, handle, ...valueFields(uuid, value) }, () =>
        showValue(uuid, value, output.style),
      );
    });
    return undefined;
  },
});
