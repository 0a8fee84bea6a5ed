/** Credit-based channels of both modes: opened, refused, filled, starved of credits, and closed by either side. */
import { digest } from '../bytes.ts';
import type { Expectations, Topic } from '../judge.ts';
import { contract, enhancedSdus, flood, sduOf } from './contract.ts';

const { mtu, largerMtu, sizes, enhancedCount } = contract;

/** Vol 3, Part A, Table 4.17: refused, SPSM not supported. */
const spsmNotSupported = 2;

const backwards = (sdu: Uint8Array): Uint8Array => Uint8Array.from(sdu).reverse();

const echoes: Expectations = Object.fromEntries(
  sizes.map((size) => [
    `sdu of ${size}`,
    { central: digest([backwards(sduOf(size))]), peripheral: digest([sduOf(size)]) },
  ]),
);

/** Of the enhanced mode, which ble-host does not know. */
const enhanced: Topic = ({ peripheral }) => ({
  'enhanced refused': { central: { result: spsmNotSupported } },
  'enhanced open': { central: { count: enhancedCount }, peripheral: { count: enhancedCount } },
  'enhanced sdus': { central: digest(enhancedSdus.map(backwards)), peripheral: digest(enhancedSdus) },
  reconfigure:
    peripheral === 'bumble'
      ? {
          central: { error: 'L2capError' },
          defect: 'Bumble rejects a reconfigure request as a command it does not know',
        }
      : { central: { result: 0 }, peripheral: { peerMtu: largerMtu } },
});

export const channels: Topic = (pair, central, peripheral) => ({
  refused: { central: { result: spsmNotSupported } },
  open: { central: { peerMtu: mtu }, peripheral: { peerMtu: mtu } },
  ...echoes,
  'close by central': { peripheral: { closed: true } },
  // What is sent beyond the credits waits for them. Octets are compared and not SDUs: Bumble makes one stream of what waits.
  'credits of central': { central: digest([flood]), peripheral: { stalled: true } },
  'credits of peripheral':
    pair.central === 'ble-host'
      ? {
          central: { stalled: true },
          defect: 'ble-host never finds the channel for which credits come, if it opened it',
        }
      : { central: { stalled: true }, peripheral: digest([flood]) },
  'close by peripheral': { central: { closed: true } },
  ...(pair.central !== 'ble-host' && pair.peripheral !== 'ble-host' && enhanced(pair, central, peripheral)),
});
