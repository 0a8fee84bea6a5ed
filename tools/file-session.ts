import type { Device } from 'jelling';
import { FILE_SERVICE, FileClient, FileError, FileErrorReason } from 'jelling/services';
import type { Context } from './command.ts';
import type { CommonOptions } from './common-options.ts';
import { codeOf } from './exit.ts';
import { findPeer } from './find-peer.ts';
import { optional, text, type Values, whole, withDefault } from './option.ts';
import { type Peer, parsePeer, peerOperand } from './peer.ts';
import { announceConnection, waitFor, withAdapter } from './session.ts';
import { printable } from './text.ts';
import { untilAborted } from './until-aborted.ts';

export const fileOptions = {
  peer: optional('PEER', `the server: ${peerOperand.help}. Unless given it is whoever serves files`, text),
  retries: withDefault(
    'N',
    'how often a lost link is made again before it is given up; 5 unless given',
    whole(0, 1_000),
    5,
  ),
};

interface Invoked extends Context {
  readonly common: Values<CommonOptions>;
  readonly options: Values<typeof fileOptions>;
}

/** A controller that has just lost a link, or a server that has not noticed yet, needs a moment. */
const PAUSE_MS = 1_000;
const passing: readonly (string | undefined)[] = ['BLE_DISCONNECTED', 'BLE_TIMEOUT', 'BLE_HCI'];

/** Finds the server and works with it. When the link is lost it is made again, and the work begins again, after `lost` was called. */
export const withFiles = async <T>(
  invoked: Invoked,
  work: (client: FileClient) => Promise<T>,
  lost: () => void = () => undefined,
): Promise<T> => {
  const { output, options, signal } = invoked;
  const anyServer: Peer = {
    by: 'service',
    service: FILE_SERVICE,
    one: 'a file server',
    many: 'file servers',
  };
  const peer = options.peer === undefined ? anyServer : parsePeer(options.peer);
  return withAdapter(invoked, async (ble) => {
    output.remark(`looking for ${options.peer === undefined ? 'a file server' : printable(options.peer)} …`);
    const device = await findPeer(ble, peer, waitFor(invoked));
    let hasConnected = false;
    const connected = (): void => {
      hasConnected = true;
    };
    for (let left = options.retries; ; left--) {
      try {
        return await onOneLink(invoked, device, connected, work);
      } catch (error) {
        if (signal.aborted || !hasConnected || left === 0 || !isPassing(error)) throw error;
        lost();
        const message = error instanceof Error ? error.message : String(error);
        output.note({ event: 'retry', left, message }, () =>
          output.noteStyle('yellow', `${message}; connecting again`),
        );
      }
      await untilAborted(signal, PAUSE_MS);
    }
  });
};

const onOneLink = async <T>(
  invoked: Invoked,
  device: Device,
  connected: () => void,
  work: (client: FileClient) => Promise<T>,
): Promise<T> => {
  // Where the peer has fallen silent the link before could not be ended in order, and ends by itself soon.
  await device.connection?.disconnected(waitFor(invoked));
  await using connection = await device.connect(waitFor(invoked));
  connected();
  announceConnection(invoked.output, connection);
  return await work(await FileClient.find(connection, waitFor(invoked)));
};

/** Whether it may be otherwise in a moment. A server is busy that has not noticed yet that the link before was lost. */
const isPassing = (error: unknown): boolean =>
  error instanceof FileError ? error.reason === FileErrorReason.busy : passing.includes(codeOf(error));
