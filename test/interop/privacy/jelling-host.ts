/** Our host that hides: pairs, changes its address, and meets the same peer again. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Adapter,
  type Connection,
  type Device,
  MemoryBondStore,
  type OpenOptions,
  parseUuid,
} from 'jelling';
import { meetingService } from '../jelling-meeting.ts';
import { JellingPlayer } from '../jelling-player.ts';
import type { Part } from '../player.ts';

/** The shortest time that a private address may be shown. */
const rotateMs = 1_000;

abstract class HiddenHost extends JellingPlayer {
  constructor(part: Part) {
    super(part);
    this.begin();
  }

  protected override get options(): OpenOptions {
    // What opens bearers by itself would be cut by the end of a link.
    return { privacy: { rotateMs }, security: {}, bonds: new MemoryBondStore(), enhancedBearers: false };
  }

  /** Shows another address from here on, and has the other side do so. */
  protected async change(): Promise<void> {
    await sleep(rotateMs + 200);
    this.tell({ step: 'change' });
  }

  protected sawAgain(connection: Connection, encrypted: boolean): void {
    this.saw('again', { peer: connection.device.address, encrypted });
  }
}

export class HiddenCentral extends HiddenHost {
  protected override async play(adapter: Adapter): Promise<void> {
    this.take({ event: 'ready', address: adapter.address });
    const device = await this.step('strangers', () => this.#find(adapter));
    if (device === undefined) return;
    this.saw('strangers', { addressKind: device.addressKind });
    await this.step('identity', async () => {
      await using connection = await device.connect();
      await connection.pair();
      // Bumble forgets a pairing whose last key it was just given when the link ends.
      await connection.services();
      this.saw('identity', { peer: device.address });
    });
    await this.change();
    await this.step('again', async () => {
      await using connection = await adapter.device(device.address, device.addressType).connect();
      await connection.encrypt();
      this.sawAgain(connection, connection.security.encrypted);
      await connection.services();
    });
  }

  async #find(adapter: Adapter): Promise<Device> {
    await using scanner = adapter.scan({ signal: this.signal });
    for await (const { services, device } of scanner)
      if (services.includes(parseUuid(meetingService))) return device;
    throw new Error('the scan ended before the peripheral was found');
  }
}

export class HiddenPeripheral extends HiddenHost {
  protected override async play(adapter: Adapter): Promise<void> {
    this.take({ event: 'ready', address: adapter.address });
    await this.#meet(adapter, async (connection) => {
      this.saw('strangers', { addressKind: connection.device.addressKind });
      await this.step('identity', async () => {
        await connection.securityChanged();
        this.saw('identity', { peer: connection.device.address });
      });
    });
    await this.change();
    await this.#meet(adapter, async (connection) => {
      await this.step('again', async () => {
        const { encrypted } = await connection.securityChanged();
        this.sawAgain(connection, encrypted);
      });
    });
  }

  async #meet(adapter: Adapter, talk: (connection: Connection) => Promise<void>): Promise<void> {
    const coming = adapter.advertise({ services: [meetingService], intervalMs: 30, signal: this.signal });
    this.take({ event: 'advertising' });
    await using connection = await coming;
    await talk(connection);
    await connection.disconnected({ signal: this.signal });
  }
}
