/** Our host on a line that breaks. */
import { type Adapter, BleError, type Connection, parseUuid, type RemoteService } from 'jelling';
import { toHex } from '../bytes.ts';
import { JellingPlayer } from '../jelling-player.ts';
import type { Part } from '../player.ts';
import { characteristics, service } from './contract.ts';

const backMs = 8_000;

const codeOf = (error: unknown): string => (error instanceof BleError ? error.code : String(error));

export class LineHost extends JellingPlayer {
  constructor(part: Part) {
    super(part);
    this.begin();
  }

  protected override get options() {
    return { recover: true, enhancedBearers: false };
  }

  protected override async play(adapter: Adapter): Promise<void> {
    this.take({ event: 'ready', address: adapter.address });
    const first = await this.step('before it breaks', () => this.#meet(adapter));
    if (first === undefined) return;
    this.saw('before it breaks', { value: first.value });
    await this.step('breaks', async () => {
      const ends = await this.#break(first);
      this.saw('breaks', { ...ends, state: adapter.state });
    });
    const second = await this.step(
      'is back',
      async () => {
        await adapter.ready({ timeoutMs: backMs });
        return this.#meet(adapter);
      },
      2 * backMs,
    );
    if (second === undefined) return;
    this.saw('is back', { state: adapter.state, value: second.value });
  }

  /** Finds the peer of this life of the controller, and asks which it is. */
  async #meet(adapter: Adapter): Promise<Meeting> {
    await using scanner = adapter.scan({ signal: this.signal });
    for await (const { services, device } of scanner) {
      if (!services.includes(parseUuid(service))) continue;
      const connection = await device.connect({ signal: this.signal });
      const remote = await connection.service(service);
      const life = await remote.characteristic(characteristics.life);
      return { connection, remote, value: toHex(await life.read()) };
    }
    throw new Error('the scan ended before the peripheral was found');
  }

  async #break({ connection, remote }: Meeting): Promise<{ read: string; link: string }> {
    const never = await remote.characteristic(characteristics.never);
    const reading = never.read({ timeoutMs: 4_000 }).then(() => 'an answer', codeOf);
    const ending = connection.disconnected({ timeoutMs: 4_000 }).then(() => 'an end', codeOf);
    this.tell({ step: 'break' });
    return { read: await reading, link: await ending };
  }
}

interface Meeting {
  readonly connection: Connection;
  readonly remote: RemoteService;
  readonly value: string;
}
