import {
  type AuthenticationContext,
  type AuthenticationInput,
  type AuthenticationState,
  type AuthenticationStep,
  allowedHere,
  misplaced,
} from './authentication-states.ts';
import { stepComparisonInitiator } from './comparison-initiator.ts';
import { stepComparisonResponder } from './comparison-responder.ts';
import { beginLegacyInitiator, stepLegacyInitiator } from './legacy-initiator.ts';
import { beginLegacyResponder, stepLegacyResponder } from './legacy-responder.ts';
import { stepOobInitiator } from './oob-initiator.ts';
import { stepOobResponder } from './oob-responder.ts';
import { stepPasskeyInitiator } from './passkey-initiator.ts';
import { stepPasskeyResponder } from './passkey-responder.ts';
import { beginSecureInitiator, stepSecureInitiator } from './secure-initiator.ts';
import { beginSecureResponder, stepSecureResponder } from './secure-responder.ts';

/** Phase 2: both sides make a key, and show each other that it is the same (Vol 3, Part H, 2.3.5). */
export const beginAuthentication = (context: AuthenticationContext): AuthenticationStep => {
  const { role, secureConnections } = context.terms;
  if (role === 'initiator')
    return secureConnections ? beginSecureInitiator(context) : beginLegacyInitiator(context);
  return secureConnections ? beginSecureResponder() : beginLegacyResponder(context);
};

/** One step of the machine that is running. A command that its state does not list ends it. */
export const stepAuthentication = (
  context: AuthenticationContext,
  state: AuthenticationState,
  input: AuthenticationInput,
): AuthenticationStep => {
  if (input.kind === 'command' && !allowedHere(state).includes(input.command.kind)) return misplaced();
  switch (state.machine) {
    case 'legacyInitiator':
      return stepLegacyInitiator(context, state, input);
    case 'legacyResponder':
      return stepLegacyResponder(context, state, input);
    case 'secureInitiator':
      return stepSecureInitiator(context, state, input);
    case 'secureResponder':
      return stepSecureResponder(context, state, input);
    case 'comparisonInitiator':
      return stepComparisonInitiator(context, state, input);
    case 'comparisonResponder':
      return stepComparisonResponder(context, state, input);
    case 'passkeyInitiator':
      return stepPasskeyInitiator(context, state, input);
    case 'passkeyResponder':
      return stepPasskeyResponder(context, state, input);
    case 'oobInitiator':
      return stepOobInitiator(context, state, input);
    case 'oobResponder':
      return stepOobResponder(context, state, input);
    case 'over':
      return { state, actions: [] };
  }
};
