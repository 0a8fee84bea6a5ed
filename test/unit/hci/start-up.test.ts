import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HciError, TimeoutError, TransportError } from '../../../src/core/errors.ts';
import { ManualClock } from '../../../src/core/manual-clock.ts';
import { encodeCommandComplete } from '../../../src/hci/codec/command-answers.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { LeFeature } from '../../../src/hci/codec/features.ts';
import { HciController, type HciControllerOptions } from '../../../src/hci/hci-controller.ts';
import { fromHex } from '../../support/hex.ts';
import {
  broadcom42,
  type ControllerProfile,
  csr8510,
  everything,
  ScriptedController,
  zephyr,
} from '../../support/scripted-controller.ts';

let clock: ManualClock;
let controllers: HciController[];

beforeEach(() => {
  clock = new ManualClock();
  controllers = [];
});

afterEach(async () => {
  for (const controller of controllers) await clock.run(controller.close());
  expect(clock.pending).toBe(0);
});

const begin = (
  script: ScriptedController,
  options: Partial<HciControllerOptions> = {},
): Promise<HciController> =>
  HciController.start(script, { clock, ...options }).then((controller) => {
    controllers.push(controller);
    return controller;
  });
const start = (profile: ControllerProfile, prepare: (script: ScriptedController) => void = () => {}) => {
  const script = new ScriptedController(profile);
  prepare(script);
  return clock.run(begin(script)).then((controller) => ({ script, controller, info: controller.info }));
};
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('a controller of version 4.0 with the buffers of BR/EDR', () => {
  test('is asked what it can answer and set up with what it can take', async () => {
    const { script, info } = await start(csr8510);
    expect(script.commands).toEqual([
      'HCI_Reset',
      'HCI_Read_Local_Version_Information',
      'HCI_Read_Local_Supported_Commands',
      'HCI_Read_Local_Supported_Features',
      'HCI_LE_Read_Local_Supported_Features',
      'HCI_LE_Read_Buffer_Size',
      'HCI_Read_Buffer_Size',
      'HCI_Read_BD_ADDR',
      'HCI_LE_Read_Filter_Accept_List_Size',
      'HCI_Set_Event_Mask',
      'HCI_Write_LE_Host_Support',
      'HCI_LE_Set_Event_Mask',
    ]);
    expect(info.acl).toEqual({ maxLength: 310, count: 10, shared: true });
    expect(info.publicAddress).toBe('00:1A:7D:DA:71:13');
    expect(info.dualMode).toBe(true);
    expect(info.maxDataLength).toBeUndefined();
    expect(info.supports(HciCommand.leSetScanEnable)).toBe(true);
    expect(info.supports(HciCommand.leSetExtendedScanEnable)).toBe(false);
    expect(info.hasFeature(LeFeature.encryption)).toBe(true);
    expect(info.hasFeature(LeFeature.dataPacketLengthExtension)).toBe(false);
    expect(script.last(HciCommand.leSetEventMask)).toEqual({ leEventMask: 0x1fn });
    expect(script.last(HciCommand.setEventMask)).toEqual({ eventMask: 0x2000_8000_0200_8890n });
    expect(script.last(HciCommand.writeLeHostSupport)).toEqual({ leSupportedHost: 1, simultaneousLeHost: 0 });
  });

  test('what it refuses it is spared', async () => {
    const { info, script } = await start(csr8510, (script) => {
      script.refuse(HciCommand.setEventMask, 0x12);
      script.refuse(HciCommand.writeLeHostSupport, 0x01);
      script.refuse(HciCommand.readLocalSupportedCommands, 0x01);
      script.refuse(HciCommand.leReadFilterAcceptListSize, 0x01);
    });
    expect(info.supportedCommands).toBeUndefined();
    expect(info.supports(HciCommand.leCreateConnection)).toBe(true);
    expect(info.supports(HciCommand.leSetPhy)).toBe(false);
    expect(info.supports(HciCommand.writeLeHostSupport)).toBe(false);
    expect(info.filterAcceptListSize).toBe(0);
    expect(script.commands.at(-1)).toBe('HCI_LE_Set_Event_Mask');
  });
});

test('a controller of version 4.2 has data length and its own buffers', async () => {
  const { script, info } = await start(broadcom42);
  expect(info.acl).toEqual({ maxLength: 251, count: 15, shared: false });
  expect(info.maxDataLength).toEqual({ txOctets: 251, txTime: 17040 });
  expect(script.last(HciCommand.leWriteSuggestedDefaultDataLength)).toEqual({
    suggestedMaxTxOctets: 251,
    suggestedMaxTxTime: 2120,
  });
  // 4.0, parameter request, data length, enhanced connection complete, directed reports.
  expect(script.last(HciCommand.leSetEventMask)).toEqual({ leEventMask: 0x67fn });
  expect(script.last(HciCommand.setEventMaskPage2)).toEqual({ eventMaskPage2: 1n << 23n });
  expect(script.commands).not.toContain('HCI_Read_Buffer_Size');
});

describe('an LE-only controller of version 5.4', () => {
  test('is set up without what is of BR/EDR', async () => {
    const { script, info } = await start(zephyr);
    expect(script.commands).not.toContain('HCI_Write_LE_Host_Support');
    expect(script.commands).not.toContain('HCI_LE_Read_Buffer_Size [v2]');
    expect(info.publicAddress).toBeUndefined();
    expect(info.dualMode).toBe(false);
    expect(info.hasFeature(LeFeature.extendedAdvertising)).toBe(true);
    expect(info.hasFeature(LeFeature.periodicAdvertising)).toBe(false);
    expect(script.last(HciCommand.leSetEventMask)).toEqual({ leEventMask: 0x7_1e7fn });
  });

  const version = {
    status: 0,
    hardwarePlatform: 2,
    hardwareVariant: 2,
    firmwareVariant: 0,
    firmwareVersion: 3,
    firmwareRevision: 7,
    firmwareBuild: 0,
  };
  const speaksZephyr = (script: ScriptedController): void => {
    script.answer(HciCommand.zephyrReadVersionInformation, version);
    script.answer(HciCommand.zephyrReadSupportedCommands, {
      status: 0,
      supportedCommands: Uint8Array.of(0xff, 0x01, ...new Uint8Array(62)),
    });
    script.answer(HciCommand.zephyrReadStaticAddresses, {
      status: 0,
      addresses: [
        { address: '12:00:00:00:00:01' as never, identityRoot: new Uint8Array(16) },
        { address: 'F1:22:33:44:55:66' as never, identityRoot: new Uint8Array(16) },
      ],
    });
  };

  test('of Zephyr it tells the static address of its chip', async () => {
    const { controller } = await start(zephyr, speaksZephyr);
    expect(await controller.readStaticAddress()).toBe('F1:22:33:44:55:66');
  });

  test.each([
    ['of another maker', { ...zephyr, companyIdentifier: 0x000f }],
    ['of an older version', { ...zephyr, hciVersion: 8 }],
    ['with a public address', { ...zephyr, bdAddr: 'B8:27:EB:01:02:03' as never }],
  ])('%s it is not asked, for the opcode may mean another thing there', async (_name, profile) => {
    const { controller, script } = await start(profile, speaksZephyr);
    expect(await controller.readStaticAddress()).toBeUndefined();
    expect(script.commands.filter((name) => name.startsWith('Zephyr'))).toEqual([]);
  });

  test.each([
    [
      'no such commands',
      (script: ScriptedController) => script.refuse(HciCommand.zephyrReadVersionInformation, 0x01),
    ],
    [
      'no such command among them',
      (script: ScriptedController) =>
        script.answer(HciCommand.zephyrReadSupportedCommands, {
          status: 0,
          supportedCommands: Uint8Array.of(0xff, 0x00, ...new Uint8Array(62)),
        }),
    ],
    [
      'a list that is cut',
      (script: ScriptedController) =>
        script.script(HciCommand.zephyrReadStaticAddresses, () => [fromHex('040e07 01 09fc 00 02 0102')]),
    ],
    [
      'an empty list',
      (script: ScriptedController) =>
        script.answer(HciCommand.zephyrReadStaticAddresses, { status: 0, addresses: [] }),
    ],
  ])('one that has %s has no static address', async (_name, spoil) => {
    const { controller } = await start(zephyr, (script) => {
      speaksZephyr(script);
      spoil(script);
    });
    expect(await controller.readStaticAddress()).toBeUndefined();
  });
});

describe('a controller with everything', () => {
  test('gives every event that is understood', async () => {
    const { script, info } = await start(everything);
    expect(script.commands).toContain('HCI_LE_Read_Buffer_Size [v2]');
    expect(script.commands).not.toContain('HCI_LE_Read_Buffer_Size');
    expect(info.acl).toEqual({ maxLength: 251, count: 8, shared: false });
    for (const feature of Object.values(LeFeature)) expect(info.hasFeature(feature)).toBe(true);
    expect(script.last(HciCommand.leSetEventMask)).toEqual({
      leEventMask: 0x5_c087_fe7fn,
    });
  });

  test('a mask that it refuses is replaced by that of version 4.0', async () => {
    const { script } = await start(everything, (script) => script.refuse(HciCommand.leSetEventMask, 0x12));
    expect(script.commands.filter((name) => name === 'HCI_LE_Set_Event_Mask').length).toBe(2);
    expect(script.last(HciCommand.leSetEventMask)).toEqual({ leEventMask: 0x1fn });
  });

  test('a feature whose command is unknown counts as absent, from the first refusal on', async () => {
    const { controller, info, script } = await start(everything);
    expect(info.hasFeature(LeFeature.dataPacketLengthExtension)).toBe(true);
    script.refuse(HciCommand.leSetDataLength, 0x01);
    const refused = controller.send(HciCommand.leSetDataLength, {
      connectionHandle: 1,
      txOctets: 251,
      txTime: 2120,
    });
    expect(await outcome(refused)).toBeInstanceOf(HciError);
    expect(info.supports(HciCommand.leSetDataLength)).toBe(false);
    expect(info.hasFeature(LeFeature.dataPacketLengthExtension)).toBe(false);
    expect(info.hasFeature(LeFeature.phy2M)).toBe(true);
  });

  test('a feature that is advertised without its command in the list counts as absent', async () => {
    const { info, script } = await start({
      ...everything,
      commands: everything.commands.filter((type) => type !== HciCommand.leSetExtendedScanParameters),
    });
    expect(info.hasFeature(LeFeature.extendedAdvertising)).toBe(false);
    const mask = script.last(HciCommand.leSetEventMask)?.leEventMask ?? 0n;
    expect(mask & (1n << 12n)).toBe(0n);
  });

  test('version 2 of the buffer size that fails is followed by version 1', async () => {
    const { info, script } = await start(everything, (script) =>
      script.refuse(HciCommand.leReadBufferSizeV2, 0x01),
    );
    expect(script.commands).toContain('HCI_LE_Read_Buffer_Size');
    expect(info.acl.count).toBe(8);
  });
});

describe('reset', () => {
  test('is said again to a controller that lost it, and two answers do no harm', async () => {
    let said = 0;
    const script = new ScriptedController(csr8510);
    script.script(HciCommand.reset, () => {
      said++;
      const done = encodeCommandComplete(HciCommand.reset, { status: 0 });
      return said < 3 ? [] : [done, done];
    });
    const controller = await clock.run(begin(script));
    expect(said).toBe(3);
    expect(clock.now()).toBe(1_000);
    expect(controller.counters['answerUnexpected']).toBe(1);
  });

  test('what an earlier life left in the line is not listened to', async () => {
    const script = new ScriptedController(csr8510);
    const connected: number[] = [];
    script.script(HciCommand.reset, () => {
      queueMicrotask(() => {
        script.connect(0x40);
        script.deliver(fromHex('040e0401050c00'));
        script.deliver(fromHex('02402001 00 aa'));
        script.lostSync('0x17 where a packet begins');
        script.deliver(encodeCommandComplete(HciCommand.reset, { status: 0 }));
      });
      return [];
    });
    const controller = await clock.run(begin(script));
    controller.onConnection((event) => connected.push(event.connectionHandle));
    expect(controller.links.size).toBe(0);
    expect(connected).toEqual([]);
    expect(controller.counters['beforeStart']).toBe(3);
  });
});

test('a link that is told of before the buffers are known is no link', async () => {
  const script = new ScriptedController(csr8510);
  script.script(HciCommand.readBdAddr, (): [] => {
    queueMicrotask(() => {
      script.connect(0x40);
      script.answer(HciCommand.readBdAddr, { status: 0, bdAddr: csr8510.bdAddr });
      script.send(HciCommand.readBdAddr.encode({}));
    });
    return [];
  });
  const controller = await clock.run(begin(script));
  expect(controller.links.size).toBe(0);
  expect(controller.counters['beforeStart']).toBe(1);
});

describe('a start that fails', () => {
  test('a silent controller: all commands but Reset stay unsent, and the transport is closed', async () => {
    const script = new ScriptedController(csr8510);
    script.script(HciCommand.reset, () => []);
    const error = await clock.run(outcome(begin(script)));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain('did not answer HCI_Reset within 2000 ms');
    // The first, two more while it is silent, and the last word to a controller that has failed.
    expect(script.commands).toEqual(Array(4).fill('HCI_Reset'));
    expect(script.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('no LE', async () => {
    const error = await clock.run(outcome(begin(new ScriptedController({ ...csr8510, lmpFeatures: [] }))));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain('no Bluetooth LE');
  });

  test('no buffers', async () => {
    const none = { length: 0, count: 0 };
    const error = await clock.run(
      outcome(begin(new ScriptedController({ ...csr8510, commonBuffers: none }))),
    );
    expect(String(error)).toContain('no buffer');
  });

  test('a command it cannot do without', async () => {
    const script = new ScriptedController(csr8510);
    script.refuse(HciCommand.leReadLocalSupportedFeatures, 0x03);
    expect(await clock.run(outcome(begin(script)))).toMatchObject({ code: 'BLE_HCI', status: 0x03 });
    expect(script.closed).toBe(true);
  });

  test('the deadline and the abort of the caller', async () => {
    const slow = new ScriptedController(csr8510);
    slow.script(HciCommand.reset, () => []);
    expect(await clock.run(outcome(begin(slow, { timeoutMs: 300 })))).toBeInstanceOf(TimeoutError);
    expect(slow.closed).toBe(true);
    const abort = new AbortController();
    const aborted = outcome(begin(new ScriptedController(csr8510), { signal: abort.signal }));
    const reason = new Error('not now');
    abort.abort(reason);
    expect(await clock.run(aborted)).toBe(reason);
    expect(clock.pending).toBe(0);
  });

  test('a hardware error on the way', async () => {
    const script = new ScriptedController(csr8510);
    script.script(HciCommand.readBdAddr, () => [fromHex('041001 07')]);
    expect(String(await clock.run(outcome(begin(script))))).toContain('hardware error 0x07');
  });

  test('a transport that is lost on the way', async () => {
    const script = new ScriptedController(csr8510);
    script.script(HciCommand.readBdAddr, () => {
      queueMicrotask(() => script.lost(new Error('unplugged')));
      return [];
    });
    const error = await clock.run(outcome(begin(script)));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toContain('unplugged');
  });
});
