import { attributeOperand, parseAttributePath } from './attribute-path.ts';
import { defineCommand } from './command.ts';
import { describeCharacteristic } from './describe.ts';
import { findCharacteristic } from './find-characteristic.ts';
import { flag } from './option.ts';
import { parsePeer, peerOperand } from './peer.ts';
import { waitFor, withPeer } from './session.ts';
import { chosenValue, hexOf, valueOptions } from './value.ts';

export const write = defineCommand({
  description: [
    'Connects, writes the value and disconnects. It succeeds when the peer has confirmed the write; a write without response is confirmed by nobody, and succeeds when the controller has taken it.',
  ],
  operands: [peerOperand, attributeOperand],
  options: {
    ...valueOptions,
    'no-response': flag('write without response, also where the characteristic has both'),
  },
  examples: [
    'jelling write X 2a06 --number u8:2',
    "jelling write X 180a/2a00 --text 'kitchen'",
    'jelling write X @0x0012 --hex 0a0b0c --no-response',
  ],
  async run(invocation) {
    const { output, operands, options } = invocation;
    const [peer = '', given = ''] = operands;
    parsePeer(peer);
    const path = parseAttributePath(given);
    const value = chosenValue(options);
    await withPeer(invocation, peer, async (connection) => {
      const characteristic = await findCharacteristic(connection, path, given, waitFor(invocation));
      const response = options['no-response'] ? false : undefined;
      await characteristic.write(value, { ...waitFor(invocation), response });
      const { uuid, handle, service } = characteristic;
      output.data({ event: 'written', service: service.uuid, uuid, handle, hex: value }, () => {
        const octets = value.length === 0 ? 'an empty value' : hexOf(value);
        return `wrote ${octets} to ${describeCharacteristic(uuid)}`;
      });
    });
    return undefined;
  },
});
