/** What ble-host does with a channel where its octets are what it is about. */
import { setTimeout as sleep } from 'node:timers/promises';
import { wait } from '../peers/ble-host.ts';
import type { Channel } from '../peers/ble-host-api.ts';
import { contract } from './contract.ts';

/** So many octets, in however many SDUs they come. To be called in the turn in which the channel comes: what nobody listens for is lost. */
export const receiveAll = async (channel: Channel, count: number): Promise<Uint8Array> => {
  const sdus: Buffer[] = [];
  let length = 0;
  await wait((done) => {
    channel.on('data', (sdu: Buffer) => {
      sdus.push(sdu);
      length += sdu.length;
      if (length >= count) done();
    });
  });
  return Buffer.concat(sdus);
};

/** Sends more than there are credits for, and says whether they ran out and stayed so. */
export const sendHeldUp = async (channel: Channel, octets: Uint8Array): Promise<boolean> => {
  for (let at = 0; at < octets.length; at += channel.txMtu) {
    channel.send(Buffer.from(octets.subarray(at, at + channel.txMtu)));
  }
  await sleep(contract.holdMs / 2);
  return channel.txCredits < 0;
};
