import { TransportError } from '../core/errors.ts';

/** The system's name of an error, such as ECONNREFUSED, where it has one. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What each of the system's refusals means to a user, and what can be done. */
const advice: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'nobody listens there; start the controller first (jelling virtual --listen …), or check the address',
  ENOENT: 'there is no such path; check its spelling, and that the controller which makes it runs',
  ENOTFOUND: 'the host name is not known; check its spelling, or give the number of the address',
  EAI_AGAIN: 'the host name cannot be resolved now; check the network, or give the number of the address',
  EHOSTUNREACH: 'there is no route to the host; check the address and the network',
  ENETUNREACH: 'there is no route to the host; check the address and the network',
  ETIMEDOUT: 'the host does not answer; check the address, the network and its firewall',
  ECONNRESET: 'the other end closed the connection at once; it may serve one host only, and have one already',
  EACCES: 'this user may not; check the permissions of the path, or take a port above 1023',
  EPERM: 'this user may not; check the permissions',
  EADDRINUSE: 'something listens there already; take another address, or end the other program',
  EADDRNOTAVAIL: 'this machine has no such address; 127.0.0.1 serves this machine alone, 0.0.0.0 everybody',
  ENOTSOCK: 'the path is no socket',
  ENAMETOOLONG: 'the path is too long for a socket, which takes about 100 characters',
};

/** The error for `what` ("cannot connect to tcp:…") that the system refused. */
export const connectFailure = (what: string, error: unknown): TransportError => {
  const code = systemCodeOf(error);
  const known = code === undefined ? undefined : advice[code];
  const why = known === undefined ? messageOf(error) : `${code}: ${known}`;
  return new TransportError(`${what}: ${why}`, { cause: error });
};
