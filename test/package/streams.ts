import { pipeline } from 'node:stream/promises';
import type { Connection } from 'jelling';
import { type OctetChannel, toDuplex, toWebStreams, type WebStreams } from 'jelling/streams';

/** Octets over a channel, as a stranger with the types of Node.js sends them. */
export async function send(connection: Connection, source: NodeJS.ReadableStream): Promise<void> {
  await pipeline(source, toDuplex(await connection.l2capConnect({ psm: 0x80 })));
}

export async function echo(channel: OctetChannel): Promise<void> {
  const { readable, writable }: WebStreams = toWebStreams(channel);
  await readable.pipeTo(writable);
}
