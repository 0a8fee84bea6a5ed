import type { HciTransport } from '../core/transport.ts';

/**
 * Called for each host that connects, with the controller's end of its line: an HciTransport on which commands, ACL and ISO data
 * come in and events, ACL and ISO data go out. It must be started. Its `closed` says that the host has gone.
 */
export type OnHost = (port: HciTransport) => void;

export interface HostServer {
  /** Where hosts connect, as a moniker that they can use: `tcp:127.0.0.1:9001`, `unix:/tmp/hci`, `serial:/tmp/ble0,h5`. */
  readonly address: string;
  /** The TCP port, also where 0 was asked for; undefined on other servers. */
  readonly port: number | undefined;
  /** Ends listening and every line that was accepted. Idempotent; never rejects. */
  close(): Promise<void>;
}
