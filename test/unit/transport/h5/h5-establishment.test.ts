import { describe, expect, it, test } from 'vitest';
import {
  firstLinkState,
  type H5LinkState,
  type H5Terms,
  repeatedMessage,
  stepH5Link,
} from '../../../../src/transport/h5/h5-establishment.ts';
import type { H5LinkControl } from '../../../../src/transport/h5/h5-link-control.ts';

const offer = { windowSize: 4, dataIntegrityCheck: true };
const host: H5Terms = { side: 'host', offer };
const controller: H5Terms = { side: 'controller', offer };
const least = { windowSize: 1, dataIntegrityCheck: false };

const calling: H5LinkState = { phase: 'uninitialized', calling: true };
const initialized: H5LinkState = { phase: 'initialized', configuration: least };
const active: H5LinkState = { phase: 'active', configuration: offer, peer: 'awake' };

const step = (state: H5LinkState, message: H5LinkControl, terms = host) =>
  stepH5Link(state, { kind: 'message', message }, terms);
const reply = (message: H5LinkControl) => [{ kind: 'reply', message }];

describe('link establishment (8)', () => {
  test('a host calls, a controller waits until it is called', () => {
    expect(repeatedMessage(firstLinkState(host), host)).toEqual({ name: 'sync' });
    expect(repeatedMessage(firstLinkState(controller), controller)).toBe(undefined);
    const { state, actions } = step(firstLinkState(controller), { name: 'sync' }, controller);
    expect(actions).toEqual(reply({ name: 'syncResponse' }));
    expect(repeatedMessage(state, controller)).toEqual({ name: 'sync' });
  });

  test('the Configuration Field is the one of the host, and of the answer of the controller', () => {
    const { state } = step(calling, { name: 'syncResponse' });
    expect(state.phase).toBe('initialized');
    expect(repeatedMessage(state, host)).toEqual({ name: 'config', configuration: offer });
    expect(repeatedMessage(state, controller)).toEqual({ name: 'config', configuration: undefined });
    expect(step(initialized, { name: 'config' }).actions).toEqual(reply({ name: 'configResponse' }));
  });

  test.each([
    [7, true, 4, true],
    [3, true, 3, true],
    [3, false, 3, false],
    [0, true, 1, true],
  ])('a controller that is offered %i, %s takes %i, %s', (windowSize, dataIntegrityCheck, size, check) => {
    const configuration = { windowSize, dataIntegrityCheck };
    const taken = { windowSize: size, dataIntegrityCheck: check };
    for (const before of [initialized, active]) {
      const { state, actions } = step(before, { name: 'config', configuration }, controller);
      expect(actions).toEqual(reply({ name: 'configResponse', configuration: taken }));
      expect(state).toEqual({ ...before, configuration: taken });
    }
    // What the host answers changes nothing of it.
    const before: H5LinkState = { phase: 'initialized', configuration: taken };
    const { state } = step(before, { name: 'configResponse', configuration: offer }, controller);
    expect(state).toEqual({ phase: 'active', configuration: taken, peer: 'awake' });
  });

  test.each([
    [undefined, least],
    [
      { windowSize: 2, dataIntegrityCheck: false },
      { windowSize: 2, dataIntegrityCheck: false },
    ],
    [{ windowSize: 7, dataIntegrityCheck: true }, offer],
  ])('a host that is answered %o uses %o', (configuration, used) => {
    const { state } = step(initialized, { name: 'configResponse', configuration });
    expect(state).toEqual({ phase: 'active', configuration: used, peer: 'awake' });
  });

  test('an end that has not been heard of is called by whatever it is sent', () => {
    for (const before of [calling, firstLinkState(controller)]) {
      for (const input of [
        { kind: 'otherPacket' } as const,
        { kind: 'message', message: { name: 'config' } } as const,
        { kind: 'message', message: { name: 'wakeup' } } as const,
      ]) {
        expect(stepH5Link(before, input, controller)).toEqual({
          state: calling,
          actions: reply({ name: 'sync' }),
        });
      }
    }
  });

  it('goes on when messages are lost: each is answered in every state that it may come in', () => {
    expect(step(initialized, { name: 'sync' }).actions).toEqual(reply({ name: 'syncResponse' }));
    expect(step(active, { name: 'config' }).actions).toEqual(reply({ name: 'configResponse' }));
    expect(step(initialized, { name: 'sync' }).state).toEqual(initialized);
  });

  it('ignores what means nothing', () => {
    for (const name of ['syncResponse', 'wakeup', 'woken', 'sleep'] as const)
      expect(step(initialized, { name })).toEqual({ state: initialized, actions: [] });
    for (const name of ['syncResponse', 'configResponse', 'woken'] as const)
      expect(step(active, { name })).toEqual({ state: active, actions: [] });
    expect(stepH5Link(initialized, { kind: 'otherPacket' }, host)).toEqual({
      state: initialized,
      actions: [],
    });
    expect(stepH5Link(active, { kind: 'otherPacket' }, host)).toEqual({ state: active, actions: [] });
    for (const state of [calling, initialized, active])
      expect(stepH5Link(state, { kind: 'wanted' }, host)).toEqual({ state, actions: [] });
  });

  it('takes SYNC in the active state for the reset of the other end', () => {
    expect(step(active, { name: 'sync' })).toEqual({ state: calling, actions: [{ kind: 'peerReset' }] });
  });
});

describe('low power (9)', () => {
  it('answers Wakeup, asleep or not', () => {
    for (const peer of ['awake', 'asleep', 'waking'] as const) {
      expect(step({ ...active, peer }, { name: 'wakeup' })).toEqual({
        state: active,
        actions: reply({ name: 'woken' }),
      });
    }
  });

  it('calls an end that sleeps until it says that it is awake', () => {
    const asleep = step(active, { name: 'sleep' }).state;
    expect(asleep).toEqual({ ...active, peer: 'asleep' });
    expect(repeatedMessage(asleep, host)).toBe(undefined);
    const waking = stepH5Link(asleep, { kind: 'wanted' }, host).state;
    expect(repeatedMessage(waking, host)).toEqual({ name: 'wakeup' });
    expect(step(waking, { name: 'woken' })).toEqual({ state: active, actions: [] });
  });
});
