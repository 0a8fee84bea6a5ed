import type { Adapter, Connection, OpenOptions } from 'jelling';
import type { Context } from './command.ts';
import type { CommonOptions } from './common-options.ts';
import { describeKey } from './describe-key.ts';
import { findPeer } from './find-peer.ts';
import type { Values } from './option.ts';
import type { Output } from './output.ts';
import { parsePeer } from './peer.ts';
import { printable } from './text.ts';

interface Invoked extends Context {
  readonly common: Values<CommonOptions>;
}

/** What each step of the work may take, as the user wishes. */
export const waitFor = ({
  common,
  signal,
}: Invoked): { timeoutMs: number | undefined; signal: AbortSignal } => ({
  timeoutMs: common.timeout,
  signal,
});

/** Works with the adapter that was asked for, and closes it whatever happens. */
export const withAdapter = async <T>(
  invoked: Invoked,
  work: (ble: Adapter) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> => {
  const { common, env, output } = invoked;
  const { open } = await import('jelling');
  const moniker = common.adapter ?? (env['JELLING_ADAPTER'] || 'usb');
  await using ble = await open(moniker, {
    ...options,
    ...waitFor(invoked),
    snoop: common.snoop,
    firmware: common.firmware,
    log: common.verbose
      ? ({ level, layer, message }) => output.log(`${level} ${layer}: ${message}`)
      : undefined,
  });
  return await work(ble);
};

/** Finds the peer, connects, works, and ends the link whatever happens. */
export const withPeer = <T>(
  invoked: Invoked,
  peer: string,
  work: (connection: Connection) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> =>
  withAdapter(
    invoked,
    async (ble) => {
      const { output } = invoked;
      output.remark(`looking for ${printable(peer)} …`);
      const device = await findPeer(ble, parsePeer(peer), waitFor(invoked));
      await using connection = await device.connect(waitFor(invoked));
      announceConnection(output, connection);
      return await work(connection);
    },
    options,
  );

export const announceConnection = (output: Output, { device, mtu, security }: Connection): void => {
  const { address, addressType } = device;
  const { encrypted } = security;
  output.note({ event: 'connected', address, addressType, mtu, encrypted }, () => {
    const how = encrypted ? `, encrypted with the keys of the bond: ${describeKey(security)}` : '';
    return `connected to ${address} (${addressType}), MTU ${mtu}${how}`;
  });
};
