import { HciError } from '../../core/errors.ts';
import { HciErrorCode } from '../../hci/codec/error-codes.ts';
import type { RadioRules, RadioState, RadioStep } from './radio-plan.ts';

/** What is known at the moment when the controller refuses a step. */
export interface RefusalContext {
  /** Without the effect of the refused step. */
  readonly state: RadioState;
  readonly rules: RadioRules;
  /** Peers that the accept list held before the step. */
  readonly acceptListHeld: number;
  /** Entries that the resolving list held before the step. */
  readonly resolvingListHeld: number;
  /** Links that are up. */
  readonly links: number;
  /** Whether a link has ended since the step was sent, so that the controller may have refused for a reason that is gone. */
  readonly linkEnded: boolean;
  /** An earlier cancel was answered and never completed. */
  readonly cancelIgnored: boolean;
}

/** What follows from it. */
export type RefusalVerdict =
  /** The goal of the step is reached all the same, or what was in its way is gone and it is taken again. */
  | { readonly kind: 'forget' }
  /** From now on scanning pauses while a connection is being initiated. */
  | { readonly kind: 'pauseScan' }
  | { readonly kind: 'pauseAdvertising' }
  /** The set waits until a link has ended. */
  | { readonly kind: 'block'; readonly handle: number }
  | { readonly kind: 'acceptListFull'; readonly size: number }
  /** The controller knows no more peers than this behind private addresses. */
  | { readonly kind: 'limitResolving'; readonly size: number }
  /** Whoever wanted it gets the error. */
  | { readonly kind: 'fail'; readonly blamed: 'scan' | 'initiating' | 'all' | number; readonly error: Error };

/** Of memory, of links, or of radio time: something else that is being done may be in the way. */
const shortages: ReadonlySet<number> = new Set([
  HciErrorCode.memoryCapacityExceeded,
  HciErrorCode.connectionLimitExceeded,
  HciErrorCode.commandDisallowed,
  HciErrorCode.connectionRejectedLimitedResources,
]);

const isShortage = (status: number | undefined): boolean => status !== undefined && shortages.has(status);

const explain = (error: HciError, advice: string): HciError =>
  new HciError(`${error.message}: ${advice}`, error.status, error.opcode, { cause: error });

const statusOf = (error: Error): number | undefined => (error instanceof HciError ? error.status : undefined);

/** Whether a link that was in the way has ended meanwhile. */
const isPast = (error: Error, { linkEnded }: RefusalContext): boolean =>
  linkEnded && isShortage(statusOf(error));

const onInitiate = (error: Error, context: RefusalContext): RefusalVerdict => {
  const { state, rules, cancelIgnored } = context;
  if (isPast(error, context)) return { kind: 'forget' };
  if (error instanceof HciError && error.status === HciErrorCode.commandDisallowed && cancelIgnored) {
    const advice =
      'it answered the cancel of an earlier attempt and never completed it, so that it may still be looking for that peer; reset it by opening the adapter again';
    return { kind: 'fail', blamed: 'initiating', error: explain(error, advice) };
  }
  if (isShortage(statusOf(error)) && statusOf(error) !== HciErrorCode.connectionLimitExceeded) {
    if (state.scanning && rules.scanWhileInitiating) return { kind: 'pauseScan' };
    const advertises = [...state.sets.values()].some((set) => set.enabled);
    if (advertises && rules.advertiseWhileInitiating) return { kind: 'pauseAdvertising' };
  }
  return { kind: 'fail', blamed: 'initiating', error };
};

const onEnableAdvertising = (handle: number, error: Error, context: RefusalContext): RefusalVerdict => {
  const { state, rules, links } = context;
  if (isPast(error, context)) return { kind: 'forget' };
  if (isShortage(statusOf(error))) {
    if (state.initiating !== undefined && rules.advertiseWhileInitiating) return { kind: 'pauseAdvertising' };
    if (links > 0) return { kind: 'block', handle };
  }
  return { kind: 'fail', blamed: handle, error };
};

const onScan = (error: Error, { state, rules }: RefusalContext): RefusalVerdict => {
  if (isShortage(statusOf(error)) && state.initiating !== undefined && rules.scanWhileInitiating) {
    return { kind: 'pauseScan' };
  }
  return { kind: 'fail', blamed: 'scan', error };
};

/** Judges a refusal: what to learn from it, or whom to tell. */
export const verdictOnRefusal = (step: RadioStep, error: Error, context: RefusalContext): RefusalVerdict => {
  switch (step.op) {
    case 'disableScan':
    case 'disableAdvertising':
    case 'removeAdvertisingSet':
    case 'removeFromAcceptList':
    case 'cancelInitiating':
    case 'removeFromResolvingList':
      return { kind: 'forget' };
    case 'setRandomAddress':
      return { kind: 'fail', blamed: 'all', error };
    case 'clearAcceptList':
      return { kind: 'acceptListFull', size: 0 };
    case 'addToAcceptList':
      return { kind: 'acceptListFull', size: context.acceptListHeld };
    case 'addToResolvingList':
      // With a full list the rest can be known; any other refusal says that it is no list to rely on.
      return {
        kind: 'limitResolving',
        size: statusOf(error) === HciErrorCode.memoryCapacityExceeded ? context.resolvingListHeld : 0,
      };
    case 'clearResolvingList':
    case 'setAddressResolution':
      return { kind: 'limitResolving', size: 0 };
    case 'setScanParameters':
    case 'enableScan':
      return onScan(error, context);
    case 'initiate':
      return onInitiate(error, context);
    case 'setAdvertisingParameters':
    case 'setAdvertisingSetAddress':
    case 'setAdvertisingData':
    case 'setScanResponseData':
      return { kind: 'fail', blamed: step.handle, error };
    case 'enableAdvertising':
      return onEnableAdvertising(step.handle, error, context);
  }
};
