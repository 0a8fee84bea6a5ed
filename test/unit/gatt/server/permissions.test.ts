import { describe, expect, it } from 'vitest';
import { AttError, InvalidArgumentError, InvalidStateError } from '../../../../src/core/errors.ts';
import { type LinkSecurity, openLink, type Permission } from '../../../../src/gatt/access.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Descriptor } from '../../../../src/gatt/server/descriptor.ts';
import type { AuthorizeHandler } from '../../../../src/gatt/server/local-attribute.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import {
  bytes,
  ManualClock,
  newServer,
  RawClient,
  type TestConnection,
  turn,
} from '../../../support/gatt-pair.ts';

const encrypted = { ...openLink, encrypted: true, hasKey: true, keySize: 16 };

/** The link as the columns and the halves of Table 10.2 have it, and a key that is short. */
const levels = {
  noKey: openLink,
  key: { ...openLink, hasKey: true },
  unauthenticated: encrypted,
  authenticated: { ...encrypted, authenticated: true },
  secure: { ...encrypted, authenticated: true, secureConnections: true },
  shortKey: { ...encrypted, authenticated: true, secureConnections: true, keySize: 15 },
} satisfies Record<string, LinkSecurity>;
type Level = keyof typeof levels;

const rules = {
  forbidden: false,
  open: true,
  nothing: {},
  encrypted: { encrypted: true },
  authenticated: { authenticated: true },
  secureConnections: { secureConnections: true },
  both: { encrypted: true, authenticated: true, secureConnections: true },
  longKey: { minKeySize: 16 },
} satisfies Record<string, Permission>;
type Rule = keyof typeof rules;

const OK = 'allowed';
const AUTHENTICATION = '05';
const KEY_SIZE = '0c';
const ENCRYPTION = '0f';

/** What a client is told: Vol 3, Part C, Table 10.2, written down by hand. */
const table: Readonly<Record<Exclude<Rule, 'forbidden'>, Readonly<Record<Level, string>>>> = {
  open: { noKey: OK, key: OK, unauthenticated: OK, authenticated: OK, secure: OK, shortKey: OK },
  nothing: { noKey: OK, key: OK, unauthenticated: OK, authenticated: OK, secure: OK, shortKey: OK },
  encrypted: {
    noKey: AUTHENTICATION,
    key: ENCRYPTION,
    unauthenticated: OK,
    authenticated: OK,
    secure: OK,
    shortKey: OK,
  },
  authenticated: {
    noKey: AUTHENTICATION,
    key: ENCRYPTION,
    unauthenticated: AUTHENTICATION,
    authenticated: OK,
    secure: OK,
    shortKey: OK,
  },
  secureConnections: {
    noKey: AUTHENTICATION,
    key: ENCRYPTION,
    unauthenticated: AUTHENTICATION,
    authenticated: AUTHENTICATION,
    secure: OK,
    shortKey: OK,
  },
  both: {
    noKey: AUTHENTICATION,
    key: ENCRYPTION,
    unauthenticated: AUTHENTICATION,
    authenticated: AUTHENTICATION,
    secure: OK,
    shortKey: OK,
  },
  longKey: {
    noKey: AUTHENTICATION,
    key: ENCRYPTION,
    unauthenticated: OK,
    authenticated: OK,
    secure: OK,
    shortKey: KEY_SIZE,
  },
};

const u16 = (value: number): string => Buffer.from([value & 0xff, value >> 8]).toString('hex');

/** Every kind of access has the rule; beside it stands one that is open. */
const fixture = (permission: Permission, authorize?: AuthorizeHandler<TestConnection>) => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const service = new Service(0x1234);
  const plain = new Characteristic(service, 0xaa00, { read: true, write: true, initial: 'x' });
  const guarded = new Characteristic<TestConnection>(service, 0xaa01, {
    read: permission,
    write: permission,
    writeNoResponse: permission,
    notify: permission,
    indicate: permission,
    initial: bytes(0x5e, 0xc5),
    authorize,
  });
  const described = new Characteristic(service, 0xaa02, { read: true });
  const descriptor = new Descriptor<TestConnection>(described, 0xbb00, {
    read: permission,
    write: permission,
    initial: bytes(0x5e, 0xc5),
    authorize,
  });
  server.register(service);
  return { clock, server, plain, guarded, descriptor, client: new RawClient(clock, server) };
};
type Fixture = ReturnType<typeof fixture>;

interface Path {
  /** What the client sends, the last PDU being the one that counts. */
  readonly pdus: (fixture: Fixture) => readonly string[];
  readonly forbidden: string;
  /** Whose handle an error names. */
  readonly about?: (fixture: Fixture) => number;
}
const READ = '02';
const WRITE = '03';
const value = ({ guarded }: Fixture): string => u16(guarded.handle);
const other = ({ plain }: Fixture): string => u16(plain.handle);

/** Every request by which a client reaches a value. */
const paths: Readonly<Record<string, Path>> = {
  read: { pdus: (f) => [`0a ${value(f)}`], forbidden: READ },
  'read blob': { pdus: (f) => [`0c ${value(f)} 0100`], forbidden: READ },
  'read by type': { pdus: () => ['08 0100 ffff 01aa'], forbidden: READ },
  'read multiple, first': { pdus: (f) => [`0e ${value(f)} ${other(f)}`], forbidden: READ },
  'read multiple, last': { pdus: (f) => [`0e ${other(f)} ${value(f)}`], forbidden: READ },
  'read multiple variable': { pdus: (f) => [`20 ${other(f)} ${value(f)}`], forbidden: READ },
  write: { pdus: (f) => [`12 ${value(f)} 99`], forbidden: WRITE },
  'prepare write': { pdus: (f) => [`16 ${value(f)} 0000 99`], forbidden: WRITE },
  'read a descriptor': {
    pdus: (f) => [`0a ${u16(f.descriptor.handle)}`],
    forbidden: READ,
    about: (f) => f.descriptor.handle,
  },
  'write a descriptor': {
    pdus: (f) => [`12 ${u16(f.descriptor.handle)} 99`],
    forbidden: WRITE,
    about: (f) => f.descriptor.handle,
  },
};

/** `allowed`, or the error, which must name request and handle; a value that may not be read must not be in the answer. */
const ask = async (f: Fixture, { pdus, about }: Path): Promise<string> => {
  let asked = '';
  let answer = '';
  for (const pdu of pdus(f)) {
    asked = pdu;
    answer = (await f.client.ask(pdu))[0] ?? 'silence';
  }
  const error = `01${asked.slice(0, 2)}${u16((about ?? (({ guarded }) => guarded.handle))(f))}`;
  if (!answer.startsWith('01')) return OK;
  expect(answer).not.toContain('5ec5');
  expect(answer.slice(0, -2)).toBe(error);
  return answer.slice(-2);
};

const grid = (Object.keys(rules) as Rule[]).flatMap((rule) =>
  (Object.keys(levels) as Level[]).map((level) => ({ rule, level })),
);
const expected = (rule: Rule, level: Level, forbidden: string): string =>
  rule === 'forbidden' ? forbidden : table[rule][level];

describe.each(grid)('a rule of $rule over a link with $level (A7)', ({ rule, level }) => {
  const make = (): Fixture => {
    const made = fixture(rules[rule]);
    made.client.connection.security = levels[level];
    return made;
  };

  it('holds on every path', async () => {
    const told: Record<string, string> = {};
    const right: Record<string, string> = {};
    for (const [name, path] of Object.entries(paths)) {
      told[name] = await ask(make(), path);
      right[name] = expected(rule, level, path.forbidden);
    }
    expect(told).toEqual(right);
  });

  it('write command', async () => {
    const { client, guarded, server } = make();
    const before = guarded.read();
    expect(await client.ask(`52 ${u16(guarded.handle)} 99`)).toEqual([]);
    const allowed = expected(rule, level, WRITE) === OK;
    expect(guarded.read()).toEqual(allowed ? bytes(0x99) : before);
    expect(server.counters.commandsDropped).toBe(allowed ? 0 : 1);
  });

  it('execute write, where the link was better when it was prepared', async () => {
    const { client, guarded } = make();
    if (rule === 'forbidden') return;
    client.connection.security = levels.secure;
    expect((await client.ask(`16 ${u16(guarded.handle)} 0000 99`))[0]?.slice(0, 2)).toBe('17');
    client.connection.security = levels[level];
    const code = expected(rule, level, WRITE);
    expect(await client.ask('18 01')).toEqual([code === OK ? '19' : `0118${u16(guarded.handle)}${code}`]);
    expect(guarded.read()).toEqual(code === OK ? bytes(0x99) : bytes(0x5e, 0xc5));
  });

  it('subscribe, which everybody may read', async () => {
    const { client, guarded } = make();
    const handle = u16(guarded.configurationHandle);
    if (rule === 'forbidden') return expect(handle).toBe('0000');
    const code = expected(rule, level, WRITE);
    expect(await client.ask(`12 ${handle} 0100`)).toEqual([code === OK ? '13' : `0112${handle}${code}`]);
    expect(await client.ask(`0a ${handle}`)).toEqual([code === OK ? '0b0100' : '0b0000']);
  });

  it.each(['notify', 'indicate'] as const)(
    '%s, where the link was better when it subscribed',
    async (kind) => {
      const { clock, client, guarded } = make();
      const { connection } = client;
      if (rule !== 'forbidden') {
        connection.security = levels.secure;
        await client.ask(`12 ${u16(guarded.configurationHandle)} 0300`);
        connection.security = levels[level];
      }
      const allowed = rule !== 'forbidden' && table[rule][level] === OK;
      const sent: string[] = [];
      const confirm = async (): Promise<void> => {
        await turn();
        sent.push(...client.channel.takeSent());
        if (kind === 'indicate') sent.push(...(await client.ask('1e')));
      };
      for (const force of [false, true]) {
        const sending = guarded[kind](connection, { force });
        sending.catch(() => undefined);
        await confirm();
        if (allowed) await clock.run(sending);
        else await expect(sending).rejects.toThrow(InvalidStateError);
      }
      const all = guarded[kind]().catch(() => undefined);
      await confirm();
      await clock.run(all);
      guarded.write(bytes(0x5e, 0xc5), { sendUpdate: true });
      await confirm();
      const opcode = kind === 'notify' ? '1b' : '1d';
      const own = `${opcode}${u16(guarded.handle)}5ec5`;
      expect(sent).toEqual(allowed ? [own, own, own, `1b${u16(guarded.handle)}5ec5`] : []);
    },
  );
});

describe('authorize', () => {
  const answers: Readonly<Record<string, [AuthorizeHandler<TestConnection>, string]>> = {
    'says yes': [() => true, OK],
    'says yes later': [async () => turn().then(() => true), OK],
    'says no': [() => false, '08'],
    'says no later': [async () => turn().then(() => false), '08'],
    'names an error': [
      () => {
        throw new AttError('not today', 0x81);
      },
      '81',
    ],
  };

  it.each(Object.entries(answers))('that %s decides on every path', async (_name, [authorize, code]) => {
    for (const [path, { pdus, forbidden }] of Object.entries(paths)) {
      const f = fixture(true, authorize);
      const [pdu = ''] = pdus(f);
      const handle = path.endsWith('descriptor') ? f.descriptor.handle : f.guarded.handle;
      const answered = await f.client.ask(pdu);
      for (let i = 0; i < 3; i++) await turn();
      const [told = ''] = [...answered, ...f.client.channel.takeSent()];
      if (code === OK) expect(told.slice(0, 2), path).not.toBe('01');
      else expect(told, path).toBe(`01${pdu.slice(0, 2)}${u16(handle)}${code}`);
      if (forbidden === WRITE && code !== OK) expect(f.guarded.read()).toEqual(bytes(0x5e, 0xc5));
    }
  });

  it('is asked with the client and what it wants, once the link is good enough', async () => {
    const asked: unknown[] = [];
    const f = fixture(
      { encrypted: true },
      (connection, operation) => asked.push([connection, operation]) > 0,
    );
    const { client, guarded } = f;
    const handle = u16(guarded.handle);
    await client.ask(`0a ${handle}`);
    await client.ask(`52 ${handle} 01`);
    expect(asked).toEqual([]);
    client.connection.security = levels.unauthenticated;
    for (const pdu of [
      `0a ${handle}`,
      `12 ${handle} 01`,
      `52 ${handle} 02`,
      `16 ${handle} 0000 03`,
      '18 01',
    ]) {
      await client.ask(pdu);
    }
    await client.ask(`12 ${u16(guarded.configurationHandle)} 0100`);
    await client.ask(`0a ${u16(guarded.configurationHandle)}`);
    const { connection } = client;
    expect(asked).toEqual(
      ['read', 'write', 'write', 'write', 'write', 'subscribe'].map((operation) => [connection, operation]),
    );
    expect(guarded.read()).toEqual(bytes(3));
  });

  it('that says no leaves commands, prepared parts and subscriptions without effect', async () => {
    let allowed = false;
    const f = fixture(true, async () => allowed);
    const { client, guarded, server } = f;
    const handle = u16(guarded.handle);
    const configuration = u16(guarded.configurationHandle);
    await client.ask(`52 ${handle} 01`);
    expect(server.counters.commandsDropped).toBe(1);
    expect(await client.ask(`12 ${configuration} 0100`)).toEqual([`0112${configuration}08`]);
    expect(guarded.subscription(client.connection)).toEqual({ notify: false, indicate: false });
    allowed = true;
    expect(await client.ask(`16 ${handle} 0000 99`)).toEqual([`17${handle}000099`]);
    allowed = false;
    expect(await client.ask('18 01')).toEqual([`0118${handle}08`]);
    expect(guarded.read()).toEqual(bytes(0x5e, 0xc5));
    allowed = true;
    expect(await client.ask('18 01')).toEqual(['19']);
    expect(guarded.read()).toEqual(bytes(0x5e, 0xc5));
  });

  it('that takes its time keeps commands in order, and the octets as they came', async () => {
    const gates: ((allowed: boolean) => void)[] = [];
    const f = fixture(true, () => new Promise<boolean>((resolve) => gates.push(resolve)));
    const { client, guarded } = f;
    const handle = u16(guarded.handle);
    await client.ask(`52 ${handle} 01`);
    await client.ask(`52 ${handle} 02`);
    expect(gates).toHaveLength(1);
    for (const expected of [bytes(1), bytes(2)]) {
      gates.shift()?.(true);
      await turn();
      expect(guarded.read()).toEqual(expected);
    }
  });

  it('that throws or never answers leaves no request without one', async () => {
    const broken = fixture(true, () => {
      throw new Error('a bug of the user');
    });
    const handle = u16(broken.guarded.handle);
    expect(await broken.client.ask(`0a ${handle}`)).toEqual(['010a00000e']);
    const silent = fixture(true, () => new Promise(() => undefined));
    expect(await silent.client.ask(`0a ${handle}`)).toEqual([]);
    await silent.clock.advance(10_000);
    expect(silent.client.channel.takeSent()).toEqual(['010a00000e']);
  });

  it('that says yes too late, when the link is worse or the service gone, is not believed', async () => {
    const service = new Service(0x1234);
    let answer: (allowed: boolean) => void = () => undefined;
    const characteristic = new Characteristic(service, 0xaa00, {
      read: { encrypted: true },
      initial: bytes(0x5e),
      authorize: () =>
        new Promise<boolean>((resolve) => {
          answer = resolve;
        }),
    });
    const clock = new ManualClock();
    const server = newServer(clock);
    server.register(service);
    const client = new RawClient(clock, server);
    const handle = u16(characteristic.handle);
    client.connection.security = levels.unauthenticated;
    await client.ask(`0a ${handle}`);
    client.connection.security = levels.key;
    answer(true);
    await turn();
    expect(client.channel.takeSent()).toEqual([`010a${handle}0f`]);
    client.connection.security = levels.unauthenticated;
    await client.ask(`0a ${handle}`);
    server.unregister(service);
    answer(true);
    await turn();
    expect(client.channel.takeSent()).toEqual([`010a${handle}01`]);
  });
});

describe('a rule', () => {
  it.each([6, 17, Number.NaN])('of a key of %d octets makes no sense', (minKeySize) => {
    const service = new Service(0x1234);
    expect(() => new Characteristic(service, 0xaa00, { read: { minKeySize } })).toThrow(InvalidArgumentError);
    const characteristic = new Characteristic(service, 0xaa00);
    expect(() => new Descriptor(characteristic, 0xbb00, { write: { minKeySize } })).toThrow(
      InvalidArgumentError,
    );
  });

  it.each<[unknown]>([
    ['encrypted'],
    [1],
    [null],
    [['encrypted']],
    [() => true],
    [{ encryption: true }],
    [{ toString: true }],
    [{ encrypted: 1 }],
    [{ authenticated: 'yes' }],
    [{ minKeySize: '16' }],
  ])('that is none is refused, for it would guard nothing: %o', (read) => {
    const service = new Service(0x1234);
    const declare = () => new Characteristic(service, 0xaa00, { read: read as Permission });
    expect(declare).toThrow(InvalidArgumentError);
    expect(declare).toThrow(/rule of access/);
  });

  it('of notify and one of indicate hold together for the subscription, and each alone when its values are sent', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const service = new Service(0x1234);
    const characteristic = new Characteristic(service, 0xaa00, {
      notify: { encrypted: true },
      indicate: { authenticated: true, minKeySize: 16 },
    });
    server.register(service);
    const client = new RawClient(clock, server);
    const handle = u16(characteristic.configurationHandle);
    client.connection.security = levels.unauthenticated;
    expect(await client.ask(`12 ${handle} 0100`)).toEqual([`0112${handle}05`]);
    client.connection.security = levels.shortKey;
    expect(await client.ask(`12 ${handle} 0300`)).toEqual([`0112${handle}0c`]);
    client.connection.security = levels.authenticated;
    expect(await client.ask(`12 ${handle} 0300`)).toEqual(['13']);
    client.connection.security = levels.unauthenticated;
    await characteristic.notify(client.connection);
    await expect(characteristic.indicate(client.connection)).rejects.toThrow(
      /does not offer what characteristic aa00 of service 1234 needs to indicate, Insufficient Authentication \(0x05\): pair with the peer first/,
    );
    expect(client.channel.takeSent()).toEqual([`1b${u16(characteristic.handle)}`]);
  });
});
