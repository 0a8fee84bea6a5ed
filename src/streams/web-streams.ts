import type { Bytes } from '../core/bytes.ts';
import { ChannelEnds } from './channel-ends.ts';
import type { OctetChannel } from './octet-channel.ts';

export interface WebStreams {
  /** A byte stream: each chunk is one SDU, or what a BYOB reader has room for of it. */
  readonly readable: ReadableStream<Bytes>;
  /** Each chunk is one SDU, or several where it is longer than the peer takes. */
  readonly writable: WritableStream<Uint8Array>;
}

/** Aborted by `writable.abort()`. The declarations of Node.js 20 do not know it. */
const signalOf = (controller: object): AbortSignal | undefined =>
  'signal' in controller && controller.signal instanceof AbortSignal ? controller.signal : undefined;

/**
 * A channel as a pair of WHATWG streams, which own it from now on. Nothing is read ahead, so that a reader who stops stops the peer; a write is over when
 * its octets are with the controller. `writable.close()` closes the channel behind the last octet, because a channel cannot be closed by halves: what has
 * arrived by then is read first. `writable.abort()` and `readable.cancel()` close it at once, and so does leaving a loop over `readable`. When the peer
 * closes it, `readable` ends and `writable` errors with DisconnectedError; when the link is lost, both error.
 */
export const toWebStreams = (channel: OctetChannel): WebStreams => {
  const ends = new ChannelEnds(channel);
  let isReadableOver = false;

  const endReadable = (controller: ReadableByteStreamController, error?: unknown): void => {
    if (isReadableOver) return;
    isReadableOver = true;
    if (error !== undefined) {
      controller.error(error);
      return;
    }
    controller.close();
    // A reader that brought a buffer gets it back empty.
    controller.byobRequest?.respond(0);
  };

  const readable = new ReadableStream(
    {
      type: 'bytes',
      start: (controller) => {
        void ends.ended.then((error) => {
          if (ends.isExhausted) endReadable(controller, ends.endedInOrder ? undefined : error);
        });
      },
      pull: async (controller) => {
        const octets = await ends.read();
        if (octets === undefined) endReadable(controller);
        else controller.enqueue(octets);
      },
      cancel: (reason) => {
        isReadableOver = true;
        return ends.abort(reason);
      },
    },
    { highWaterMark: 0 },
  );

  const writable = new WritableStream<Uint8Array>({
    start: (controller) => {
      void ends.ended.then((error) => controller.error(error));
    },
    write: (octets, controller) => ends.write(octets, signalOf(controller)),
    close: () => ends.finish(),
    abort: (reason) => ends.abort(reason),
  });

  // What is enqueued is Bytes, which the declaration of byte streams cannot say.
  return { readable: readable as ReadableStream<Bytes>, writable };
};
