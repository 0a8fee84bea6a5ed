import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dataFlows,
  type EncryptionAction,
  type EncryptionInput,
  type EncryptionState,
  stepEncryption,
} from '../../src/virtual/link-layer/encryption.ts';

const key = fc.constantFrom(0, 1).map((n) => new Uint8Array(16).fill(n));
const rand = fc.constant(new Uint8Array(8));
const input: fc.Arbitrary<EncryptionInput> = fc.oneof(
  fc.record({
    type: fc.constant('enable' as const),
    request: fc.record({ rand, ediv: fc.constant(0), key }),
  }),
  fc.record({ type: fc.constant('hostKey' as const), key: fc.option(key, { nil: undefined }) }),
  fc.record({ type: fc.constant('encReq' as const), rand, ediv: fc.constant(0) }),
  fc.record({ type: fc.constantFrom('encRsp' as const, 'startEncReq', 'pauseEncReq', 'pauseEncRsp') }),
  fc.record({ type: fc.constant('startEncRsp' as const), key }),
  fc.record({ type: fc.constant('rejected' as const), error: fc.constant(0x06) }),
);

const isSuccess = (action: EncryptionAction): boolean => action.type === 'tellHost' && action.status === 0;

describe('the encryption machine, whatever comes', () => {
  it('says that a link is encrypted only when both keys were shown to be equal', () =>
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
        let state: EncryptionState = { phase: 'off' };
        let encrypted = false;
        for (const next of inputs) {
          const before = state;
          const step = stepEncryption(state, next);
          state = step.state;
          const told = step.actions.some(isSuccess);
          if (told) {
            expect(next.type).toBe('startEncRsp');
            if (next.type === 'startEncRsp' && 'key' in before) expect(next.key).toEqual(before.key);
            expect(state.phase).toBe('on');
            encrypted = true;
          }
          // Once encrypted, a link is never plain again without an end of it.
          const ended = step.actions.some(({ type }) => type === 'micFailure' || type === 'terminate');
          if (ended) return;
          if (encrypted && dataFlows(state)) expect(state.phase).toBe('on');
        }
      }),
      { seed: 31, numRuns: 2000 },
    ));
});
