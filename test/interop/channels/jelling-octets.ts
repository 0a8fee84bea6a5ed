/** What our host does with a channel where credits are what it is about. */
import type { L2capChannel } from 'jelling';
import { contract } from './contract.ts';

/** So many octets, in however many SDUs they come. */
export const receiveAll = async (channel: L2capChannel, count: number): Promise<Uint8Array> => {
  const octets = new Uint8Array(count);
  for (let at = 0; at < count; ) at += await channel.receiveInto(octets.subarray(at));
  return octets;
};

/** Sends more than there are credits for, and says whether that took as long as the receiver held them back. */
export const sendHeldUp = async (channel: L2capChannel, octets: Uint8Array): Promise<boolean> => {
  const start = performance.now();
  await channel.send(octets);
  return performance.now() - start > contract.holdMs / 2;
};
