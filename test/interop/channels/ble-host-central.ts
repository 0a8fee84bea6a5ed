/** A ble-host central as the one who opens channels. */
import { setTimeout as sleep } from 'node:timers/promises';
import { digest } from '../bytes.ts';
import { central, given, sabotage, saw, seen, step, wait } from '../peers/ble-host.ts';
import type { Channel, Connection } from '../peers/ble-host-api.ts';
import { receiveAll, sendHeldUp } from './ble-host-octets.ts';
import { contract, flood, sduOf } from './contract.ts';

const { spsms, mtu, sizes, holdMs } = contract;
const go = Buffer.of(1);

central(async ({ l2capCoCManager }: Connection) => {
  const open = (psm: number, withoutCredits = false): Promise<{ result: number; channel?: Channel }> =>
    wait((done) => {
      l2capCoCManager.connect(psm, withoutCredits, mtu, (result, channel) =>
        done(channel === undefined ? { result } : { result, channel }),
      );
    });
  const opened = async (psm: number, withoutCredits = false): Promise<Channel> => {
    const { channel, result } = await open(psm, withoutCredits);
    if (channel === undefined) throw new Error(`refused with ${result}`);
    return channel;
  };

  await step('refused', async () => {
    const { result } = await open(sabotage ? spsms.leave : spsms.nobody);
    saw('refused', { result });
  });
  const channel = await step('open', () => opened(spsms.echo));
  if (channel === undefined) return;
  saw('open', { peerMtu: sabotage ? channel.txMtu - 1 : channel.txMtu });
  for (const size of sizes) {
    await step(`sdu of ${size}`, async () => {
      const echo = wait<Buffer>((done) => channel.once('data', done));
      channel.send(given(sduOf(size)));
      saw(`sdu of ${size}`, digest([Buffer.concat([seen(await echo), Buffer.alloc(sabotage ? 1 : 0)])]));
    });
  }
  if (!sabotage) channel.disconnect();
  await step('credits of central', async () => {
    const flooded = await opened(spsms.flood, true);
    const all = receiveAll(flooded, flood.length);
    flooded.send(go);
    if (!sabotage) await sleep(holdMs);
    flooded.resume();
    saw('credits of central', digest([seen(await all)]));
  });
  await step('credits of peripheral', async () => {
    const slow = await opened(spsms.slow);
    saw('credits of peripheral', { stalled: (await sendHeldUp(slow, given(flood))) && !sabotage });
  });
  await step('close by peripheral', async () => {
    const left = await opened(spsms.leave);
    const closed = wait((done) => left.once('disconnect', () => done()));
    left.send(go);
    await closed;
    saw('close by peripheral', { closed: !sabotage });
  });
});
