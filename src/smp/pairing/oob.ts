import type { AuthenticationContext, Evidence } from './authentication-states.ts';
import { zeroR } from './secure.ts';

/** The random value of a side counts where the other has been given it, which it tells by its OOB data flag (Vol 3, Part H, 2.3.5.6.4). */
export const oobEvidence = (
  { terms, choices }: AuthenticationContext,
  initiatorNonce: Uint8Array,
  responderNonce: Uint8Array,
): Evidence => {
  const { role, request, response } = terms;
  const { own, peer } = choices.oob ?? {};
  const [ofInitiator, ofResponder] = role === 'initiator' ? [own, peer] : [peer, own];
  const known = (side: { readonly random: Uint8Array } | undefined, flag: number): Uint8Array =>
    flag === 1 && side !== undefined ? side.random : zeroR();
  return {
    initiatorNonce,
    responderNonce,
    initiatorR: known(ofInitiator, response.oobDataFlag),
    responderR: known(ofResponder, request.oobDataFlag),
  };
};
