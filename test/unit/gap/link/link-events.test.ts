import { afterEach, expect, test } from 'vitest';
import { DisconnectedError } from '../../../../src/core/errors.ts';
import { Log } from '../../../../src/core/log.ts';
import { WaitScope } from '../../../../src/core/wait-scope.ts';
import { type FollowedLink, LinkEvents } from '../../../../src/gap/link/link-events.ts';
import type { AclLink } from '../../../../src/hci/acl-link.ts';
import { HciCommand } from '../../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../../src/hci/codec/events.ts';
import type { HciController } from '../../../../src/hci/hci-controller.ts';

const scopes: WaitScope[] = [];
afterEach(() => {
  for (const scope of scopes.splice(0)) scope.end(new DisconnectedError('gone', 0x13));
});

/** A controller of which nothing is there but its links and its events. */
const setUp = () => {
  const handlers = new Map<unknown, (parameters: unknown) => void>();
  const links = new Map<number, AclLink>();
  const sent: unknown[] = [];
  const hci = {
    links,
    on: (event: unknown, handler: (parameters: unknown) => void) => handlers.set(event, handler),
    send: (command: unknown) => {
      sent.push(command);
      return Promise.resolve({});
    },
  };
  const events = new LinkEvents(hci as unknown as HciController, new Log());
  const scope = new WaitScope();
  scopes.push(scope);
  const link = { handle: 1, scope } as unknown as AclLink;
  links.set(1, link);
  const told: unknown[] = [];
  const followed = {
    control: { updated: (status: number) => told.push(status) },
    security: {
      keyRequested: (request: unknown) => told.push(request),
      encryptionChanged: (status: number, isOn: boolean) => told.push([status, isOn]),
    },
  } as unknown as FollowedLink;
  const key = (connectionHandle: number): void => {
    const randomNumber = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    handlers.get(HciEvent.leLongTermKeyRequest)?.({
      connectionHandle,
      randomNumber,
      encryptedDiversifier: 9,
    });
    // The view is the transport's again.
    randomNumber.fill(0xee);
  };
  const update = (status: number): void =>
    handlers.get(HciEvent.leConnectionUpdateComplete)?.({
      connectionHandle: 1,
      status,
      connectionInterval: 24,
      peripheralLatency: 0,
      supervisionTimeout: 400,
    });
  return { events, link, scope, followed, told, sent, key, update };
};

test('what happens to a link before somebody follows it is told when somebody does, in its order', () => {
  const { events, link, followed, told, sent, key, update } = setUp();
  update(0);
  key(1);
  expect(sent).toEqual([]);
  events.follow(link, followed);
  const request = { ediv: 9, rand: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1) };
  expect(told).toEqual([0, request]);
  update(7);
  expect(told).toEqual([0, request, 7]);
});

test('so much is kept; a request for a key that is not kept is answered at once', () => {
  const { events, link, followed, told, sent, key, update } = setUp();
  for (let i = 0; i < 8; i++) update(i);
  key(1);
  expect(sent).toEqual([HciCommand.leLongTermKeyRequestNegativeReply]);
  expect(events.counters.get('earlyLinkEventsDropped')).toBe(1);
  events.follow(link, followed);
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('for a link that there is not there is no key', () => {
  const { sent, key } = setUp();
  key(2);
  expect(sent).toEqual([HciCommand.leLongTermKeyRequestNegativeReply]);
});

test('what was kept goes with its link', () => {
  const { events, link, scope, followed, told, update } = setUp();
  update(0);
  scope.end(new DisconnectedError('gone', 0x13));
  events.follow(link, followed);
  expect(told).toEqual([]);
});
