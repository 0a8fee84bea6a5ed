/** Two that hide: strangers behind private addresses until they have bonded, and known by their identities from then on, however often they change their addresses. */
import type { Topic } from '../judge.ts';

export const privacy: Topic = (pair, central, peripheral) => ({
  strangers: { central: { addressKind: 'resolvable' }, peripheral: { addressKind: 'resolvable' } },
  identity: { central: { peer: peripheral.address }, peripheral: { peer: central.address } },
  again: {
    central: { peer: peripheral.address, encrypted: true },
    peripheral: { peer: central.address, encrypted: true },
  },
  // That our address is another one is what the foreign side sees.
  'another address': { [pair.central === 'jelling' ? 'peripheral' : 'central']: { hasChanged: true } },
});
