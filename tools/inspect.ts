import { collectTree, serviceFields, showTree } from './attribute-tree.ts';
import { defineCommand } from './command.ts';
import { flag } from './option.ts';
import { parsePeer, peerOperand } from './peer.ts';
import { waitFor, withPeer } from './session.ts';
import { printable } from './text.ts';

export const inspect = defineCommand({
  description: [
    'Connects, asks the peer for all its services, characteristics and descriptors, reads every value that can be read, prints the tree and disconnects. What the peer refuses to tell is part of the picture.',
    'Behind each characteristic stand its properties and the handle of its value, by which the other commands take it too. Long values are cut: read prints them whole.',
  ],
  operands: [peerOperand],
  options: {
    'no-values': flag('do not read the values: reading may have effects in the peer'),
  },
  examples: ['jelling inspect temp-sense', 'jelling inspect F0:F1:F2:F3:F4:F5 --json | jq'],
  async run(invocation) {
    const { output, operands, options } = invocation;
    const [peer = ''] = operands;
    parsePeer(peer);
    await withPeer(invocation, peer, async (connection) => {
      const values = !options['no-values'];
      const services = await collectTree(connection, { ...waitFor(invocation), values });
      for (const service of services) output.event({ event: 'service', ...serviceFields(service) });
      const { address, addressType } = connection.device;
      const { style } = output;
      const root = `${style('bold', printable(peer))}  ${style('dim', `${address}/${addressType}`)}`;
      for (const line of showTree([root], services, style)) output.line(line);
    });
    return undefined;
  },
});
