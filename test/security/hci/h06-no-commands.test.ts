import { TransportError } from 'jelling';
import { expect, test } from 'vitest';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { COMMAND_TIMEOUT_MS, MAX_QUEUED_COMMANDS } from '../../../src/hci/command-queue.ts';
import { fromHex } from '../../support/hex.ts';
import { outcome, UnderTest } from './under-test.ts';

/** Command Complete of no command: nothing but Num_HCI_Command_Packets. */
const takes = (commands: number): Uint8Array => Uint8Array.of(4, 0x0e, 3, commands, 0, 0);

test('H6 a controller that takes no commands for ever fails in time', async () => {
  await using under = await UnderTest.start();
  under.script.deliver(takes(0));
  const began = under.clock.now();
  const waiting = [
    under.controller.send(HciCommand.leRand, {}),
    under.controller.send(HciCommand.leRand, {}),
  ].map(outcome);
  for (const error of await under.clock.run(Promise.all(waiting))) {
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain('the controller takes no commands within 2000 ms');
  }
  expect(under.clock.now() - began).toBe(COMMAND_TIMEOUT_MS);
});

test('H6 nor does saying so again and again put it off', async () => {
  await using under = await UnderTest.start();
  under.script.deliver(takes(0));
  const waiting = outcome(under.controller.send(HciCommand.leRand, {}));
  for (let i = 0; i < 20; i++) {
    await under.clock.advance(100);
    under.script.deliver(takes(0));
  }
  expect(await waiting).toBeInstanceOf(TransportError);
});

test('H6 one that takes them again in time goes on, and one that promises many gets one at a time', async () => {
  await using under = await UnderTest.start();
  under.script.deliver(takes(0));
  const waiting = Array.from({ length: 5 }, () => under.controller.send(HciCommand.leRand, {}));
  await under.clock.advance(1_900);
  expect(under.script.commands).toEqual([]);
  under.script.script(HciCommand.leRand, () => []);
  under.script.deliver(takes(255));
  expect(under.script.commands).toEqual(['HCI_LE_Rand']);
  under.script.script(HciCommand.leRand, () => [
    fromHex('040e0cff182000 0102030405060708'.replaceAll(' ', '')),
  ]);
  under.script.deliver(fromHex('040e0cff1820000102030405060708'));
  await under.clock.run(Promise.all(waiting));
  under.expectSound();
});

test('H6 what waits for it is bounded', async () => {
  await using under = await UnderTest.start();
  under.script.deliver(takes(0));
  const all = Array.from({ length: MAX_QUEUED_COMMANDS + 10 }, () =>
    outcome(under.controller.send(HciCommand.leRand, {})),
  );
  await under.clock.advance(COMMAND_TIMEOUT_MS);
  const names = (await Promise.all(all)).map((error) => (error as Error).name);
  expect(names.filter((name) => name === 'InvalidStateError')).toHaveLength(10);
  expect(names.filter((name) => name === 'TransportError')).toHaveLength(MAX_QUEUED_COMMANDS);
});
