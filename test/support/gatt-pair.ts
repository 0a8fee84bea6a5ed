import { afterEach } from 'vitest';
import { AttBearer } from '../../src/att/att-bearer.ts';
import { Log } from '../../src/core/log.ts';
import { ManualClock } from '../../src/core/manual-clock.ts';
import { type LinkSecurity, openLink } from '../../src/gatt/access.ts';
import { GattClient, type GattClientOptions } from '../../src/gatt/client/gatt-client.ts';
import { type ConnectionRef, type GattLink, gattLink } from '../../src/gatt/server/connection-ref.ts';
import { GattServer, type GattServerOptions } from '../../src/gatt/server/gatt-server.ts';
import { channelPair, FakeChannel } from './fake-att-channel.ts';

/** A connection as gap would make one, with a security that the test sets. */
export class TestConnection implements ConnectionRef {
  readonly [gattLink]: GattLink;
  security: LinkSecurity = openLink;

  readonly channel: FakeChannel;
  readonly name: string;

  constructor(channel: FakeChannel, bearer: AttBearer, name: string, identity?: string) {
    this.channel = channel;
    this.name = name;
    open.add(this);
    this[gattLink] = {
      connection: this,
      bearer,
      scope: channel.scope,
      what: name,
      identity,
      security: () => this.security,
    };
  }

  disconnect(): void {
    open.delete(this);
    this.channel.disconnect();
    this.channel.peer?.disconnect();
  }
}

const open = new Set<TestConnection>();
afterEach(async () => {
  for (const connection of [...open]) connection.disconnect();
  await turn();
});

export const newServer = (clock: ManualClock, options: Partial<GattServerOptions> = {}): GattServer =>
  new GattServer({ clock, log: new Log(), deviceName: 'test', ...options });

export interface Pair {
  readonly client: GattClient;
  readonly clientBearer: AttBearer;
  /** As the server sees it. */
  readonly connection: TestConnection;
  /** The client's end: what it sent is in `sent`. */
  readonly clientChannel: FakeChannel;
  readonly serverChannel: FakeChannel;
}

/** A client and the server's side of a link to it. */
export const connectPair = (
  clock: ManualClock,
  server: GattServer,
  options: {
    readonly name?: string | undefined;
    readonly identity?: string | undefined;
    readonly rxMtu?: number | undefined;
    readonly client?: Partial<GattClientOptions> | undefined;
  } = {},
): Pair => {
  const [clientChannel, serverChannel] = channelPair();
  const log = new Log();
  const { name = 'the client', identity, rxMtu } = options;
  const clientBearer = new AttBearer({ channel: clientChannel, clock, log, peer: 'the server', rxMtu });
  const serverBearer = new AttBearer({ channel: serverChannel, clock, log, peer: name, rxMtu });
  const connection = new TestConnection(serverChannel, serverBearer, name, identity);
  serverBearer.server = server.attach(connection[gattLink]);
  const client = new GattClient({ bearer: clientBearer, clock, log, peer: 'the server', ...options.client });
  return { client, clientBearer, connection, clientChannel, serverChannel };
};

/** The server's side alone: the test sends PDUs and reads the answers, in hexadecimal. */
export class RawClient {
  readonly channel = new FakeChannel(4);
  readonly bearer: AttBearer;
  readonly connection: TestConnection;

  constructor(clock: ManualClock, server: GattServer, identity?: string) {
    this.bearer = new AttBearer({ channel: this.channel, clock, log: new Log(), peer: 'the tester' });
    this.connection = new TestConnection(this.channel, this.bearer, 'the tester', identity);
    this.bearer.server = server.attach(this.connection[gattLink]);
  }

  /** Sends a PDU and gives what came back. */
  async ask(pdu: string): Promise<string[]> {
    this.channel.deliver(Uint8Array.from(Buffer.from(pdu.replaceAll(' ', ''), 'hex')));
    for (let i = 0; i < 20; i++) await Promise.resolve();
    return this.channel.takeSent();
  }
}

/** Lets everything that is under way in microtasks finish. */
export const turn = async (): Promise<void> => {
  for (let i = 0; i < 60; i++) await Promise.resolve();
};

export const bytes = (...octets: number[]): Uint8Array => Uint8Array.from(octets);

export { ManualClock };

/** What a scripted server answers to a PDU, both in hexadecimal without spaces; undefined keeps silent. */
export type Script = (pdu: string) => string | undefined;

/** A client whose server is a script, which may lie. */
export class ScriptedServer {
  readonly channel: FakeChannel;
  readonly client: GattClient;
  readonly bearer: AttBearer;
  /** What the client asked, in hexadecimal. */
  readonly asked: string[] = [];
  script: Script;

  constructor(clock: ManualClock, script: Script, options: Partial<GattClientOptions> = {}) {
    const [channel, far] = channelPair();
    this.channel = channel;
    this.script = script;
    this.bearer = new AttBearer({ channel, clock, log: new Log(), peer: 'the server' });
    const base = { bearer: this.bearer, clock, log: new Log(), peer: 'the server' };
    this.client = new GattClient({ ...base, ...options });
    new TestConnection(channel, this.bearer, 'the server');
    far.receiver = (pdu) => {
      const text = Buffer.from(pdu).toString('hex');
      this.asked.push(text);
      const answer = this.script(text);
      if (answer !== undefined) this.send(answer);
    };
  }

  /** The server sends a PDU. */
  send(pdu: string): void {
    this.channel.deliver(Uint8Array.from(Buffer.from(pdu.replaceAll(' ', ''), 'hex')));
  }

  takeAsked(): string[] {
    return this.asked.splice(0);
  }
}

export type Step = readonly [asked: string, answer: string | undefined];

/** A script that goes through a list of expected PDUs and their answers. */
export const inOrder = (
  ...steps: readonly (readonly [asked: string, answer: string | undefined])[]
): Script => {
  const left = [...steps];
  return (pdu) => {
    const [asked, answer] = left.shift() ?? ['nothing more', undefined];
    const expected = asked.replaceAll(' ', '');
    if (pdu !== expected) throw new Error(`the client asked ${pdu}, not ${expected}`);
    return answer;
  };
};
