/** How our host meets a foreign one, or itself, where the meeting is not what it is about: by one advertised service, until the central parts. */
import { type Adapter, type Connection, parseUuid } from 'jelling';
import { JellingPlayer } from './jelling-player.ts';
import type { Part } from './player.ts';

/** What the peripheral of every topic but the basics advertises. */
export const meetingService = '181c';

export abstract class MeetingCentral extends JellingPlayer {
  constructor(part: Part) {
    super(part);
    this.begin();
  }

  protected override async play(adapter: Adapter): Promise<void> {
    this.take({ event: 'ready', address: adapter.address });
    await using connection = await this.#meet(adapter);
    await this.talk(connection);
  }

  /** Goes through the topic's procedures. */
  protected abstract talk(connection: Connection): Promise<void>;

  async #meet(adapter: Adapter): Promise<Connection> {
    await using scanner = adapter.scan({ signal: this.signal });
    for await (const { services, device } of scanner) {
      if (services.includes(parseUuid(meetingService))) return await device.connect({ signal: this.signal });
    }
    throw new Error('the scan ended before the peripheral was found');
  }
}

export abstract class MeetingPeripheral extends JellingPlayer {
  /** The link, once there is one. */
  protected connection: Connection | undefined;

  constructor(part: Part) {
    super(part);
    this.begin();
  }

  protected override async play(adapter: Adapter): Promise<void> {
    this.prepare(adapter);
    this.take({ event: 'ready', address: adapter.address });
    const coming = adapter.advertise({ services: [meetingService], intervalMs: 30, signal: this.signal });
    this.take({ event: 'advertising' });
    await using connection = await coming;
    this.connection = connection;
    await connection.disconnected({ signal: this.signal });
  }

  /** Makes what a central will ask for: all of it must be there when one comes. */
  protected abstract prepare(adapter: Adapter): void;
}
