import { connectNordicUart, NORDIC_UART_SERVICE, type UartChannel } from 'jelling/services';
import { defineCommand, type Invocation } from './command.ts';
import { findPeer } from './find-peer.ts';
import { duration, withDefault } from './option.ts';
import { type Peer, parsePeer, peerOperand } from './peer.ts';
import { announceConnection, waitFor, withAdapter } from './session.ts';
import { printable } from './text.ts';
import { lineOptions, listen } from './uart-line.ts';
import { untilAborted } from './until-aborted.ts';

const options = {
  ...lineOptions,
  linger: withDefault(
    'TIME',
    'how long to go on listening when standard input has ended; 1s unless given; with forever it goes on until the peer ends the link',
    duration,
    1_000,
  ),
};

const anyPeer: Peer = {
  by: 'service',
  service: NORDIC_UART_SERVICE,
  one: 'a Nordic UART',
  many: 'Nordic UARTs',
};

export const uartConnect = defineCommand({
  description: [
    'Connects to a device that has the Nordic UART service, sends it what comes from standard input and prints what it says. It ends when standard input has, with Ctrl-D on a terminal, or when the peer ends the link.',
  ],
  operands: [
    { ...peerOperand, name: '[PEER]', help: `${peerOperand.help}. Unless given it is whoever has a UART` },
  ],
  options,
  examples: [
    'jelling uart connect',
    'jelling uart connect console < commands.txt > answers.txt',
    'echo help | jelling uart connect F0:F1:F2:F3:F4:F5 --linger 3s',
  ],
  async run(invocation) {
    const { output, operands } = invocation;
    const [given] = operands;
    const peer = given === undefined ? anyPeer : parsePeer(given);
    await withAdapter(invocation, async (ble) => {
      output.remark(`looking for ${printable(given ?? anyPeer.one)} …`);
      const device = await findPeer(ble, peer, waitFor(invocation));
      await using connection = await device.connect(waitFor(invocation));
      announceConnection(output, connection);
      await using channel = await connectNordicUart(connection, waitFor(invocation));
      output.note({ event: 'ready' }, () => output.noteStyle('dim', 'ready: Ctrl-D ends it'));
      await talk(invocation, channel);
    });
    return undefined;
  },
});

/** Both ways at once, until both are over. */
const talk = async (invocation: Invocation<typeof options>, channel: UartChannel): Promise<void> => {
  const { signal } = invocation;
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const listening = listen(invocation, channel, invocation.options.raw);
  const speaking = speak(invocation, channel, both);
  const heardEnd = listening.then(() => 'ended' as const);
  const first = await Promise.race([heardEnd, speaking]).finally(() => over.abort());
  if (first === 'ended') return;
  await channel.close();
  await listening;
};

/** Resolves when standard input has ended, and the time of listening on. */
const speak = async (
  { input, options: { linger }, signal }: Invocation<typeof options>,
  channel: UartChannel,
  both: AbortSignal,
): Promise<'spoken'> => {
  for (let octets = await input.read(both); octets !== undefined; octets = await input.read(both)) {
    await channel.send(octets, { timeoutMs: Number.POSITIVE_INFINITY, signal });
  }
  await untilAborted(both, linger);
  return 'spoken';
};
