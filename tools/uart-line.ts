import type { Connection } from 'jelling';
import type { UartChannel } from 'jelling/services';
import type { Context } from './command.ts';
import { flag } from './option.ts';
import type { Output } from './output.ts';
import { printableLines } from './text.ts';

export const lineOptions = {
  raw: flag(
    'let a terminal do what the peer says: colours, cursor movements; pipes always get every octet as it is',
  ),
};

/** Gives out what a peer says, until the channel ends. */
export const listen = async (
  { output, signal }: Context,
  channel: UartChannel,
  raw: boolean,
): Promise<void> => {
  // A character may come in two pieces.
  const decoder = new TextDecoder();
  for await (const octets of channel) {
    await say(output, channel.connection, octets, signal, raw ? undefined : decoder);
  }
};

const say = async (
  output: Output,
  { device: { address } }: Connection,
  octets: Uint8Array,
  signal: AbortSignal,
  decoder: InstanceType<typeof TextDecoder> | undefined,
): Promise<void> => {
  if (output.json) {
    output.event({ event: 'received', address, hex: octets, text: new TextDecoder().decode(octets) });
  } else if (output.columns === undefined || decoder === undefined) {
    await output.octets(octets, signal);
  } else {
    const text = printableLines(decoder.decode(octets, { stream: true }));
    await output.octets(new TextEncoder().encode(text), signal);
  }
};
