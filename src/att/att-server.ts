import type { AttCommand, AttServerRequest } from './codec/requests.ts';

/** The database behind a bearer. What it throws is answered, never passed on. */
export interface AttServer {
  /**
   * Answers one request with the packet of its response: see `encodePacket`, `errorResponse`, `valueResponse`, and the list writers.
   * At most `mtu` octets of PDU; `mtu` is the one that this response must keep to, whatever the bearer's becomes meanwhile
   * (Vol 3, Part F, 3.4.2.2). The request's byte fields are views that are valid until the call returns: what works on after an `await` copies them first.
   * An AttError thrown, or rejected with, becomes an ATT_ERROR_RSP with its status and handle, any other error Unlikely Error (0x0E).
   * There is never a second request while one is in work.
   */
  handleRequest(request: AttServerRequest, mtu: number): Uint8Array | Promise<Uint8Array>;
  /** Commands are never answered (Vol 3, Part F, 3.3.2). Views are valid until the call returns. */
  handleCommand(command: AttCommand): void;
}
