/** A ble-host peripheral as the one to whom channels are opened. */
import { setTimeout as sleep } from 'node:timers/promises';
import { digest } from '../bytes.ts';
import { given, peripheral, sabotage, saw } from '../peers/ble-host.ts';
import type { Channel, Connection } from '../peers/ble-host-api.ts';
import { receiveAll, sendHeldUp } from './ble-host-octets.ts';
import { contract, flood } from './contract.ts';

const { spsms, sizes, holdMs } = contract;
/** A sabotaged one tells of another. */
const mtu = sabotage ? contract.mtu + 1 : contract.mtu;

const echo = (channel: Channel): void => {
  saw('open', { peerMtu: channel.txMtu });
  const left = [...sizes];
  channel.on('data', (sdu: Buffer) => {
    saw(`sdu of ${left.shift()}`, digest([given(sdu)]));
    channel.send(given(sdu).reverse());
  });
  channel.on('disconnect', () => saw('close by central', { closed: !sabotage }));
};

const flooded = (channel: Channel): void => {
  channel.once('data', async () => {
    saw('credits of central', { stalled: await sendHeldUp(channel, given(flood)) });
  });
};

/** It was opened without credits. */
const takeSlowly = async (channel: Channel): Promise<void> => {
  const all = receiveAll(channel, flood.length);
  channel.pause();
  if (!sabotage) await sleep(holdMs);
  channel.resume();
  saw('credits of peripheral', digest([given(await all)]));
  channel.send(Buffer.of(1));
};

/** A sabotaged one stays. */
const leave = (channel: Channel): void => {
  channel.once('data', () => {
    if (!sabotage) channel.disconnect();
  });
};

peripheral(
  () => {},
  ({ l2capCoCManager }: Connection) => {
    const listen = (psm: number, serve: (channel: Channel) => void, withoutCredits = false): void => {
      l2capCoCManager.registerLePsm(psm, (_peerMtu, answer) => {
        const channel = answer(0, withoutCredits, mtu);
        if (channel !== undefined) serve(channel);
      });
    };
    listen(spsms.echo, echo);
    listen(spsms.flood, flooded);
    listen(spsms.slow, (channel) => void takeSlowly(channel), true);
    listen(spsms.leave, leave);
    if (sabotage) listen(spsms.nobody, leave);
  },
);
