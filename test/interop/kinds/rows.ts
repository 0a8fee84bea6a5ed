/** What our host must know of a controller of each kind, and do on it: both roles, a client and a server in each, pairing, and nothing that the controller does not know. */
import type { Topic } from '../judge.ts';
import { contract } from './contract.ts';
import { kindOf } from './kinds.ts';

/** Vol 1, Part F, 2: Remote User Terminated Connection, and Connection Terminated By Local Host. */
const endedByPeer = 0x13;
const endedByUs = 0x16;

export const kindsTopic: Topic = ({ kind }, central, peripheral) => {
  if (kind === undefined) throw new Error('a pair that talks about kinds has one');
  const { known, firmware, inVain = [], ofMakers = [] } = kindOf(kind);
  const used = { value: contract.value, echoed: contract.written, notified: contract.notified };
  const served = { written: contract.written, subscribed: true };
  return {
    ...(firmware !== undefined && {
      'firmware is refused': {
        central: { code: 'BLE_TRANSPORT', names: 'Broadcom_Download_Minidriver: Unknown HCI Command (0x01)' },
      },
    }),
    known: { central: { ...known, features: [...known.features] } },
    'nothing in vain': {
      controllers: { inVain: [...inVain], ofMakers: [...ofMakers] },
      defect:
        inVain.length === 0
          ? undefined
          : 'Rootcanal says that it has LE Set Data Length, and does not know it',
    },
    scan: { central: { address: peripheral.address } },
    'connect as central': { central: { peer: peripheral.address }, peripheral: { peer: central.address } },
    'client of central': { central: used },
    'server of central': { peripheral: served },
    'pair as central': { central: { secureConnections: true, bonded: true }, peripheral: { paired: true } },
    'scanned as peripheral': { peripheral: { address: central.address } },
    'connect as peripheral': { central: { peer: peripheral.address }, peripheral: { peer: central.address } },
    'client of peripheral': { peripheral: used },
    'server of peripheral': { central: served },
    'encrypt as peripheral': { central: { encrypted: true }, peripheral: { encrypted: true } },
    parted: { central: { reason: endedByPeer }, peripheral: { reason: endedByUs } },
  };
};
