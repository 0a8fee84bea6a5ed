/** Our host as the one who opens channels. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, L2capError } from 'jelling';
import { digest } from '../bytes.ts';
import { MeetingCentral } from '../jelling-meeting.ts';
import { contract, enhancedSdus, flood, sduOf } from './contract.ts';
import { receiveAll, sendHeldUp } from './jelling-octets.ts';

const { spsms, mtu, largerMtu, sizes, holdMs, enhancedCount } = contract;

const go = Uint8Array.of(1);

/** The result by which an opening was refused, or the result of success. */
const resultOf = async (opening: Promise<unknown>): Promise<number> => {
  try {
    await opening;
    return 0;
  } catch (error) {
    if (!(error instanceof L2capError)) throw error;
    return error.result;
  }
};

export class ChannelsCentral extends MeetingCentral {
  protected override async talk(connection: Connection): Promise<void> {
    await this.step('refused', async () => {
      this.saw('refused', { result: await resultOf(connection.l2capConnect({ psm: spsms.nobody })) });
    });
    await this.#echo(connection);
    await this.step('credits of central', async () => {
      await using channel = await connection.l2capConnect({ psm: spsms.flood, mtu });
      await channel.send(go);
      await sleep(holdMs);
      this.saw('credits of central', digest([await receiveAll(channel, flood.length)]));
    });
    await this.step('credits of peripheral', async () => {
      await using channel = await connection.l2capConnect({ psm: spsms.slow, mtu });
      this.saw('credits of peripheral', { stalled: await sendHeldUp(channel, flood) });
      await channel.receive();
    });
    await this.step('close by peripheral', async () => {
      await using channel = await connection.l2capConnect({ psm: spsms.leave, mtu });
      await channel.send(go);
      const { reason } = await channel.disconnected();
      this.saw('close by peripheral', { closed: reason === 0x13 });
    });
    await this.#enhanced(connection);
  }

  async #echo(connection: Connection): Promise<void> {
    const channel = await this.step('open', () => connection.l2capConnect({ psm: spsms.echo, mtu }));
    if (channel === undefined) return;
    this.saw('open', { peerMtu: channel.peerMtu });
    for (const size of sizes) {
      await this.step(`sdu of ${size}`, async () => {
        await channel.send(sduOf(size));
        this.saw(`sdu of ${size}`, digest([await channel.receive()]));
      });
    }
    await this.step('close by central', () => channel.disconnect());
  }

  async #enhanced(connection: Connection): Promise<void> {
    await this.step('enhanced refused', async () => {
      const result = await resultOf(connection.l2capConnectEnhanced({ psm: spsms.nobody, count: 2 }));
      this.saw('enhanced refused', { result });
    });
    const channels = await this.step('enhanced open', () =>
      connection.l2capConnectEnhanced({ psm: spsms.echo, mtu, count: enhancedCount }),
    );
    if (channels === undefined) return;
    this.saw('enhanced open', { count: channels.length });
    await this.step('enhanced sdus', async () => {
      const echoes = channels.map(async (channel, i) => {
        await channel.send(enhancedSdus[i] ?? go);
        return channel.receive();
      });
      this.saw('enhanced sdus', digest(await Promise.all(echoes)));
    });
    await this.step('reconfigure', async () => {
      const [channel] = channels;
      try {
        await channel?.reconfigure({ mtu: largerMtu });
        this.saw('reconfigure', { result: 0 });
      } catch (error) {
        this.saw('reconfigure', { error: error instanceof L2capError ? 'L2capError' : String(error) });
      }
    });
  }
}
