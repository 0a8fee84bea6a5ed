import { type AccessRule, Characteristic, Service } from 'jelling';
import { expect } from 'vitest';
import { error, Request, read, readResponse } from './att.ts';
import type { Bench } from './bench.ts';
import { bytes, type Hex, u16At } from './pdu.ts';
import type { Protection } from './protected.ts';
import { creditRequest, Result, SPSM } from './signalling.ts';
import { findValue } from './steps.ts';

const TYPE = 0xb001;
const VALUE: Hex = 'beef';

/** What a link must offer that is to have this protection. */
const ruleFor = ({ authenticated, secureConnections }: Protection): AccessRule => ({
  encrypted: true,
  authenticated,
  secureConnections,
});

/** The implementation under test serves a characteristic and listens for L2CAP channels, both for links that have this protection. */
export const guard = ({ iut }: Bench, protection: Protection): void => {
  const service = new Service(0xffb0);
  new Characteristic(service, TYPE, { read: ruleFor(protection), initial: bytes(VALUE) });
  iut.registerServices(service);
  iut.l2capListen({ psm: SPSM, security: ruleFor(protection) });
};

/** How a service request is refused: the ATT error code, and the result of a request for a channel. */
export interface Refusal {
  readonly att: number;
  readonly l2cap: number;
}

export const refusals = {
  authentication: { att: 0x05, l2cap: Result.insufficientAuthentication },
  encryption: { att: 0x0f, l2cap: Result.insufficientEncryption },
} as const satisfies Record<string, Refusal>;

/** The tester makes service requests of both kinds: it reads the characteristic and opens a channel. Both succeed, or are refused alike. */
export const requestServices = async ({ att, signalling }: Bench, refusal?: Refusal): Promise<void> => {
  const handle = await findValue(att, TYPE);
  const answer = refusal === undefined ? readResponse(VALUE) : error(Request.read, handle, refusal.att);
  await att.exchange(read(handle), answer);
  const opening = await signalling.exchange(creditRequest(0x21), '1521 0a00 *');
  expect(u16At(opening, 12)).toBe(refusal?.l2cap ?? Result.success);
};
