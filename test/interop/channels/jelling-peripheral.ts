/** Our host as the one to whom channels are opened. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter, L2capChannel } from 'jelling';
import { digest } from '../bytes.ts';
import { MeetingPeripheral } from '../jelling-meeting.ts';
import { contract, flood } from './contract.ts';
import { receiveAll, sendHeldUp } from './jelling-octets.ts';

const { spsms, mtu, sizes, holdMs, enhancedCount } = contract;

export class ChannelsPeripheral extends MeetingPeripheral {
  protected override prepare(adapter: Adapter): void {
    this.#listen(adapter, spsms.echo, (channel, index) =>
      index === 0 ? this.#echo(channel) : this.#echoEnhanced(channel, index),
    );
    this.#listen(adapter, spsms.flood, (channel) => this.#flood(channel));
    this.#listen(adapter, spsms.slow, (channel) => this.#takeSlowly(channel));
    this.#listen(adapter, spsms.leave, async (channel) => {
      await channel.receive();
      await channel.disconnect();
    });
  }

  /** Serves every channel to one SPSM. */
  #listen(
    adapter: Adapter,
    psm: number,
    serve: (channel: L2capChannel, index: number) => Promise<void>,
  ): void {
    const listener = adapter.l2capListen({ psm, mtu });
    const serveAll = async (): Promise<void> => {
      let index = 0;
      // What goes wrong with a channel, or with the link, is what the rows miss.
      for await (const channel of listener) serve(channel, index++).catch(() => {});
    };
    serveAll().catch(() => {});
  }

  async #echo(channel: L2capChannel): Promise<void> {
    this.saw('open', { peerMtu: channel.peerMtu });
    for (const size of sizes) {
      const sdu = await channel.receive();
      this.saw(`sdu of ${size}`, digest([sdu]));
      await channel.send(sdu.reverse());
    }
    const { reason } = await channel.disconnected();
    this.saw('close by central', {
      closed: reason === 0x13 && this.connection?.isConnected === true,
    });
  }

  readonly #enhancedSdus: Uint8Array[] = [];

  async #echoEnhanced(channel: L2capChannel, index: number): Promise<void> {
    if (index === enhancedCount) this.saw('enhanced open', { count: index });
    const sdu = await channel.receive();
    this.#enhancedSdus[index - 1] = sdu.slice();
    if (Object.keys(this.#enhancedSdus).length === enhancedCount) {
      this.saw('enhanced sdus', digest(this.#enhancedSdus));
    }
    await channel.send(sdu.reverse());
    // The first is told of another MTU before it gets one more.
    await channel.receive();
    this.saw('reconfigure', { peerMtu: channel.peerMtu });
  }

  async #flood(channel: L2capChannel): Promise<void> {
    await channel.receive();
    this.saw('credits of central', { stalled: await sendHeldUp(channel, flood) });
  }

  async #takeSlowly(channel: L2capChannel): Promise<void> {
    await sleep(holdMs);
    this.saw('credits of peripheral', digest([await receiveAll(channel, flood.length)]));
    await channel.send(Uint8Array.of(1));
  }
}
