import { expect } from 'vitest';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import type { HciEventType } from '../../../src/hci/codec/event.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { HciController } from '../../../src/hci/hci-controller.ts';
import { type ControllerProfile, everything, ScriptedController } from '../../support/scripted-controller.ts';

/** The host's side of HCI over a controller that says what the test likes. */
export class UnderTest implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly script: ScriptedController;
  readonly controller: HciController;

  private constructor(clock: ManualClock, script: ScriptedController, controller: HciController) {
    this.clock = clock;
    this.script = script;
    this.controller = controller;
  }

  static async start(profile: ControllerProfile = everything): Promise<UnderTest> {
    const clock = new ManualClock();
    const script = new ScriptedController(profile);
    const controller = await clock.run(HciController.start(script, { clock }));
    script.sent.length = 0;
    return new UnderTest(clock, script, controller);
  }

  /** Listens to every event, as a host does that uses all of it. */
  listenToAll(): void {
    const { controller } = this;
    for (const type of Object.values<HciEventType>(HciEvent)) controller.on(type, () => undefined);
    controller.onConnection((_event, link) => {
      if (link !== undefined) link.receiver = () => undefined;
    });
    controller.onReports((reports) => {
      while (reports.next()) expect(reports.data.length).toBe(reports.dataLength);
    });
  }

  counted(name: string): number {
    return this.controller.counters[name] ?? Number.NaN;
  }

  /** It runs, its buffers are accounted for, and nothing has thrown. */
  expectSound(): void {
    const { controller } = this;
    expect(controller.scope.error).toBe(undefined);
    expect(controller.freeAclBuffers).toBeGreaterThanOrEqual(0);
    expect(controller.freeAclBuffers).toBeLessThanOrEqual(controller.info.acl.count);
    for (const name of [
      ...['eventHandlerErrors', 'reportHandlerErrors', 'connectionHandlerErrors', 'aclReceiverErrors'],
    ])
      expect(this.counted(name)).toBe(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.run(this.controller.close());
    expect(this.clock.pending).toBe(0);
  }
}

export const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );
