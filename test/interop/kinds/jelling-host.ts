/** Our host on a controller of a kind: central first, then peripheral, client and server in both roles. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Adapter,
  BleError,
  Characteristic,
  type Connection,
  MemoryBondStore,
  type OpenOptions,
  open,
  parseUuid,
  Service,
} from 'jelling';
import { fromHex, toHex } from '../bytes.ts';
import { JellingPlayer, reasonOf } from '../jelling-player.ts';
import type { Part } from '../player.ts';
import { contract } from './contract.ts';
import { type Kind, kindOf } from './kinds.ts';

/** The beginning of any HCD file: one command that writes memory, and the one that launches what was written. */
const firmware = Uint8Array.of(0x4c, 0xfc, 0x05, 0, 0, 0, 0, 1, 0x4e, 0xfc, 0x04, 0xff, 0xff, 0xff, 0xff);

export class KindHost extends JellingPlayer {
  readonly #bonds = new MemoryBondStore();
  readonly #kind: Kind;
  readonly #service = new Service(contract.service);
  readonly #written: string[] = [];
  #subscribed = false;

  constructor(part: Part) {
    super(part);
    if (part.kind === undefined) throw new Error('there is no kind to meet');
    this.#kind = kindOf(part.kind);
    this.begin();
  }

  /** Firmware is only there where it is to be refused. */
  protected override get options(): OpenOptions {
    // What opens bearers by itself would be cut by the end of a link.
    return { bonds: this.#bonds, firmware: dirname(this.part.capture), enhancedBearers: false };
  }

  protected override async place(): Promise<string> {
    const file = this.#kind.firmware;
    if (file !== undefined) await this.step('firmware is refused', () => this.#openWith(file));
    return this.part.place;
  }

  /** A chip that knows none of the commands for its firmware: opening it fails with the command that it refused. */
  async #openWith(file: string): Promise<void> {
    const folder = join(dirname(this.part.capture), 'firmware');
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), firmware);
    try {
      await using _ = await open(this.part.place, { firmware: folder, signal: this.signal });
    } catch (error) {
      if (!(error instanceof BleError)) throw error;
      const [, names] = /refused (.+?\))/.exec(error.message) ?? [];
      this.saw('firmware is refused', { code: error.code, names });
      return;
    }
    throw new Error('the controller was opened all the same');
  }

  protected override async play(adapter: Adapter): Promise<void> {
    this.#serve(adapter);
    const { version, manufacturer, features, aclBuffers } = adapter.info;
    this.saw('known', { version, manufacturer, features: [...features], aclBuffers });
    this.take({ event: 'ready', address: adapter.address });
    await this.#central(adapter);
    await this.#peripheral(adapter);
  }

  #serve(adapter: Adapter): void {
    const characteristic = new Characteristic(this.#service, contract.characteristic, {
      read: true,
      write: true,
      notify: true,
      initial: fromHex(contract.value),
      onWrite: (value) => {
        this.#written.push(toHex(value));
      },
      onSubscribe: (connection, { notify }) => {
        if (!notify) return;
        this.#subscribed = true;
        void characteristic.notify(connection, { value: fromHex(contract.notified) }).catch(() => {});
      },
    });
    adapter.registerServices(this.#service);
  }

  async #central(adapter: Adapter): Promise<void> {
    const device = await this.step('scan', async () => {
      await using scanner = adapter.scan({ signal: this.signal });
      for await (const result of scanner) {
        if (!result.services.includes(parseUuid(contract.service))) continue;
        this.saw('scan', { address: result.address });
        return result.device;
      }
      throw new Error('the scan ended before the peripheral was found');
    });
    const connection = device && (await this.step('connect as central', () => device.connect()));
    if (connection === undefined) return;
    this.saw('connect as central', { peer: connection.device.address });
    await this.step('client of central', () => this.#use(connection));
    await this.step('pair as central', () => this.#pair(connection));
    await connection.disconnect();
  }

  async #use(connection: Connection): Promise<void> {
    const characteristic = await (await connection.service(contract.service)).characteristic(
      contract.characteristic,
    );
    const value = toHex(await characteristic.read());
    await characteristic.write(fromHex(contract.written), { response: true });
    const echoed = toHex(await characteristic.read());
    await characteristic.subscribe({ notify: true });
    const notified = toHex(await characteristic.notified({ timeoutMs: 3_000 }));
    this.saw('client of central', { value, echoed, notified });
  }

  async #pair(connection: Connection): Promise<void> {
    await connection.pair();
    const { secureConnections, bonded } = connection.security;
    this.saw('pair as central', { secureConnections, bonded });
  }

  async #peripheral(adapter: Adapter): Promise<void> {
    const connection = await this.step(
      'connect as peripheral',
      () => {
        const coming = adapter.advertise({
          services: [contract.service],
          intervalMs: 30,
          signal: this.signal,
        });
        this.tell({ found: true });
        return coming;
      },
      10_000,
    );
    if (connection === undefined) return;
    this.saw('connect as peripheral', { peer: connection.device.address });
    await this.step('encrypt as peripheral', async () => {
      const { encrypted } = await connection.securityChanged();
      this.saw('encrypt as peripheral', { encrypted });
    });
    const reason = await reasonOf(connection, this.signal);
    this.saw('server of peripheral', { written: this.#written.at(-1), subscribed: this.#subscribed });
    this.saw('parted', { reason });
  }
}
