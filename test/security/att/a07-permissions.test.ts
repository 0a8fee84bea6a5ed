import {
  AttError,
  Characteristic,
  type Connection,
  type PairOptions,
  type Permission,
  type RemoteCharacteristic,
  type SecurityPolicy,
  Service,
} from 'jelling';
import { describe, expect, test } from 'vitest';
import { type Host, Hosts, linked } from '../../support/hosts.ts';

// The matrix of permission, request and link by octets is in test/unit/gatt/server/permissions.test.ts. Here are whole hosts, whose links are made by pairing alone.

const AUTHENTICATION = 0x05;
const ENCRYPTION = 0x0f;

const rules = {
  open: true,
  encrypted: { encrypted: true },
  authenticated: { authenticated: true },
  secureConnections: { secureConnections: true, authenticated: true },
} satisfies Record<string, Permission>;
type Rule = keyof typeof rules;

/** How a link comes to be what it is. */
const links = [
  'not paired',
  'paired, nobody has vouched',
  'legacy, with a passkey',
  'secure, with a passkey',
] as const;
type Link = (typeof links)[number];

/** What a client is told (Vol 3, Part C, 10.3.1); undefined where it is served. */
const refusals: Readonly<Record<Rule, Readonly<Record<Link, number | undefined>>>> = {
  open: {
    'not paired': undefined,
    'paired, nobody has vouched': undefined,
    'legacy, with a passkey': undefined,
    'secure, with a passkey': undefined,
  },
  encrypted: {
    'not paired': AUTHENTICATION,
    'paired, nobody has vouched': undefined,
    'legacy, with a passkey': undefined,
    'secure, with a passkey': undefined,
  },
  authenticated: {
    'not paired': AUTHENTICATION,
    'paired, nobody has vouched': AUTHENTICATION,
    'legacy, with a passkey': undefined,
    'secure, with a passkey': undefined,
  },
  secureConnections: {
    'not paired': AUTHENTICATION,
    'paired, nobody has vouched': AUTHENTICATION,
    'legacy, with a passkey': AUTHENTICATION,
    'secure, with a passkey': undefined,
  },
};

/** A person who reads the passkey from one device and enters it on the other. */
const person = () => {
  let show: (passkey: string) => void = () => undefined;
  const shown = new Promise<string>((resolve) => {
    show = resolve;
  });
  const display: SecurityPolicy = { ui: { showPasskey: (passkey) => show(passkey) } };
  const keyboard: PairOptions = { ui: { enterPasskey: () => shown } };
  return { display, keyboard };
};

/** Two hosts with a link of that kind. */
const linkOf = async (hosts: Hosts, link: Link) => {
  const { display, keyboard } = person();
  const withPasskey = link.endsWith('passkey');
  const central = await hosts.host();
  const peripheral = await hosts.host({ open: { security: withPasskey ? display : {} } });
  const ends = await linked(hosts, central, peripheral);
  ends.atCentral.raisesSecurity = false;
  if (link !== 'not paired') {
    const secureConnections = link !== 'legacy, with a passkey';
    await hosts.run(
      ends.atCentral.pair(withPasskey ? { ...keyboard, secureConnections } : { secureConnections }),
    );
  }
  return { central, peripheral, ...ends };
};

const serve = ({ ble }: Host, permission: Permission) => {
  const service = new Service(0xffb0);
  const all = { read: permission, write: permission, writeNoResponse: permission };
  const guarded = new Characteristic(service, 0xb001, {
    ...all,
    notify: permission,
    indicate: permission,
    initial: 'secret',
  });
  const plain = new Characteristic(service, 0xb002, { read: true, write: true, initial: 'plain' });
  ble.registerServices(service);
  return { guarded, plain };
};

interface Reached {
  readonly connection: Connection;
  readonly guarded: RemoteCharacteristic;
  readonly plain: RemoteCharacteristic;
}

/** Every way of a client to a value. */
const ways: Readonly<Record<string, (at: Reached) => Promise<unknown>>> = {
  read: ({ guarded }) => guarded.read(),
  'read by UUID': ({ connection }) => connection.readByUuid(0xb001),
  'read with others, first': ({ connection, guarded, plain }) => connection.readMultiple([guarded, plain]),
  'read with others, last': ({ connection, guarded, plain }) => connection.readMultiple([plain, guarded]),
  write: ({ guarded }) => guarded.write('x', { response: true }),
  'long write': ({ guarded }) => guarded.write(new Uint8Array(512), { response: true }),
  'reliable write with others': ({ connection, guarded, plain }) =>
    connection.writeReliably([
      [plain, 'y'],
      [guarded, 'x'],
    ]),
  subscribe: ({ guarded }) => guarded.subscribe({ notify: true, indicate: true }),
};

const statusOf = (call: Promise<unknown>): Promise<number | undefined> =>
  call.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof AttError) return error.status;
      throw error;
    },
  );

const find = async (hosts: Hosts, connection: Connection): Promise<Reached> => {
  const [guarded, plain] = await hosts.run(
    connection.service(0xffb0).then((found) => found.characteristics()),
  );
  if (guarded === undefined || plain === undefined) throw new Error('not found');
  return { connection, guarded, plain };
};

describe.each(links)('A7: on a link that is %s', (link) => {
  test.each(Object.keys(rules) as Rule[])('every way to a value asks the rule: %s', async (rule) => {
    await using hosts = new Hosts();
    const { peripheral, atCentral, atPeripheral } = await linkOf(hosts, link);
    const { guarded, plain } = serve(peripheral, rules[rule]);
    const at = await find(hosts, atCentral);
    const expected = refusals[rule][link];
    const outcomes: Record<string, number | undefined> = {};
    for (const [name, go] of Object.entries(ways)) outcomes[name] = await hosts.run(statusOf(go(at)));
    expect(outcomes).toEqual(Object.fromEntries(Object.keys(ways).map((name) => [name, expected])));
    // A write without response is dropped where it may not be.
    guarded.write('secret');
    await hosts.run(at.guarded.write('command', { response: false }));
    await hosts.clock.advance(10);
    const text = new TextDecoder().decode(guarded.read());
    expect(text).toBe(expected === undefined ? 'command' : 'secret');
    expect(new TextDecoder().decode(plain.read())).toBe(expected === undefined ? 'y' : 'plain');
    // What is sent is asked too, whoever has subscribed; force does not pass by a rule.
    for (const send of [guarded.notify.bind(guarded), guarded.indicate.bind(guarded)]) {
      const sent = await hosts.run(
        send(atPeripheral, { force: true }).then(
          () => 'sent',
          () => 'refused',
        ),
      );
      expect(sent).toBe(expected === undefined ? 'sent' : 'refused');
    }
  });
});

test('A7: who comes by the address of a bonded peer and cannot encrypt is told to encrypt, and gets nothing', async () => {
  await using hosts = new Hosts();
  const { central, peripheral, atCentral, atPeripheral } = await linkOf(hosts, 'secure, with a passkey');
  const { guarded } = serve(peripheral, { encrypted: true });
  await hosts.run((await find(hosts, atCentral)).guarded.subscribe({ notify: true }));
  await hosts.run(atCentral.disconnect());
  await hosts.run(atPeripheral.disconnected());
  // The same controller, and so the same address, with a host that has no bonds.
  await hosts.run(central.ble.close());
  const impostor = await hosts.hostOn(central.controller);
  const again = await linked(hosts, impostor, peripheral);
  expect(again.atPeripheral.device.address).toBe(central.ble.address);
  again.atCentral.raisesSecurity = false;
  const at = await find(hosts, again.atCentral);
  for (const [name, go] of Object.entries(ways)) {
    expect([name, await hosts.run(statusOf(go(at)))]).toEqual([name, ENCRYPTION]);
  }
  // What the bonded peer has subscribed to is not sent to it either.
  const waiting = at.guarded.notified({ timeoutMs: 100 }).then(
    () => 'got it',
    ({ code }) => code,
  );
  guarded.write('secret', { sendUpdate: true });
  await hosts.run(guarded.notify().catch(() => undefined));
  expect(await hosts.run(waiting)).toBe('BLE_TIMEOUT');
});
