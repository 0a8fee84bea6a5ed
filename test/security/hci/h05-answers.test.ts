import { MemoryIdentityStore, open, TransportError } from 'jelling';
import { expect, test } from 'vitest';
import { encodeCommandComplete } from '../../../src/hci/codec/command-answers.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { COMMAND_TIMEOUT_MS } from '../../../src/hci/command-queue.ts';
import { fromHex } from '../../support/hex.ts';
import { Hosts } from '../../support/hosts.ts';
import { outcome, UnderTest } from './under-test.ts';

const rand = (digit: string) =>
  encodeCommandComplete(HciCommand.leRand, { status: 0, randomNumber: fromHex(digit.repeat(16)) });

test('H5 a command that is never answered fails the controller in time, and a Reset is all that follows', async () => {
  await using under = await UnderTest.start();
  under.script.script(HciCommand.leRand, () => []);
  const began = under.clock.now();
  const waiting = outcome(under.controller.send(HciCommand.leRand, {}));
  expect(await under.clock.run(waiting)).toBeInstanceOf(TransportError);
  expect(under.clock.now() - began).toBe(COMMAND_TIMEOUT_MS);
  under.script.deliver(rand('1'));
  expect(await outcome(under.controller.send(HciCommand.leRand, {}))).toBe(under.controller.scope.error);
  expect(under.script.commands).toEqual(['HCI_LE_Rand', 'HCI_Reset']);
});

test('H5 the controller that has failed so is opened again, and works', async () => {
  await using hosts = new Hosts();
  const { ble, controller } = await hosts.host();
  controller.faults.fromHost = () => 'drop';
  const failed = await hosts.run(outcome(ble.device('C0:00:00:00:00:09', 'random').connect()));
  expect(failed).toBeInstanceOf(TransportError);
  expect(String(failed)).toContain('open it again');
  await hosts.run(ble.close());
  controller.faults.fromHost = undefined;
  const again = await hosts.run(
    open(controller.connect(), { clock: hosts.clock, identityStore: new MemoryIdentityStore() }),
  );
  expect(again.address).toBe(ble.address);
  await hosts.run(again.close());
});

test('H5 an answer that comes twice answers once', async () => {
  await using under = await UnderTest.start();
  under.script.script(HciCommand.leRand, () => [rand('1'), rand('2')]);
  const { randomNumber } = await under.clock.run(under.controller.send(HciCommand.leRand, {}));
  expect(randomNumber[0]).toBe(0x11);
  await under.clock.advance(0);
  expect(under.counted('answerUnexpected')).toBe(1);
  // Nor does it answer another command.
  under.script.script(HciCommand.leReadAdvertisingPhysicalChannelTxPower, () => [rand('3')]);
  const other = outcome(
    under.controller.send(HciCommand.leReadAdvertisingPhysicalChannelTxPower, {}, { timeoutMs: 100 }),
  );
  expect(await under.clock.run(other)).toMatchObject({ name: 'TimeoutError' });
  expect(under.counted('answerUnexpected')).toBe(2);
  expect(under.controller.scope.error).toBe(undefined);
});

test('H5 an answer that comes after its caller has gone answers nobody else', async () => {
  await using under = await UnderTest.start();
  under.script.script(HciCommand.leRand, () => []);
  const gone = outcome(under.controller.send(HciCommand.leRand, {}, { timeoutMs: 100 }));
  expect(await under.clock.run(gone)).toMatchObject({ name: 'TimeoutError' });
  // The same command again: it is not with the controller before the first has its answer.
  const next = under.controller.send(HciCommand.leRand, {});
  under.script.script(HciCommand.leRand, () => [rand('2')]);
  under.script.deliver(rand('1'));
  expect((await under.clock.run(next)).randomNumber[0]).toBe(0x22);
});
