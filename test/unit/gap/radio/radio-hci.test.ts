import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../../src/core/address.ts';
import { HciError } from '../../../../src/core/errors.ts';
import { Log } from '../../../../src/core/log.ts';
import { ManualClock } from '../../../../src/core/manual-clock.ts';
import { WaitScope } from '../../../../src/core/wait-scope.ts';
import { toInitiatingParameters } from '../../../../src/gap/connecting/connect-parameters.ts';
import type { RadioSink, ResolvingEntry } from '../../../../src/gap/radio/radio-controller.ts';
import { HciRadio, type RadioHci } from '../../../../src/gap/radio/radio-hci.ts';
import type { RadioStep } from '../../../../src/gap/radio/radio-plan.ts';
import type { HciCommandType } from '../../../../src/hci/codec/command.ts';
import { HciEvent } from '../../../../src/hci/codec/events.ts';
import { keyOf } from '../../../support/bonds.ts';
import { own, peerOf } from '../../../support/fake-radio.ts';

const peer = peerOf('00:00:00:00:00:0A');
const other = peerOf('C0:00:00:00:00:0B', 'random');
const nobody = parseAddress('00:00:00:00:00:00');
const parameters = toInitiatingParameters({});

interface Sent {
  readonly name: string;
  readonly parameters: unknown;
}

/** A controller that answers what it is told to, and remembers what it was sent. */
class ScriptedHci {
  readonly sent: Sent[] = [];
  readonly scope = new WaitScope();
  readonly unsupported = new Set<string>();
  readonly refused = new Map<string, number>();
  readonly returns = new Map<string, object>();
  extendedAdvertising = true;
  filterAcceptListSize = 8;
  resolvingListSize = 0;
  terminated: ((event: unknown) => void) | undefined;

  /** As the class it stands in for; what is not used of that is not there. */
  as(): RadioHci {
    return this as unknown as RadioHci;
  }

  get info(): unknown {
    return {
      filterAcceptListSize: this.filterAcceptListSize,
      resolvingListSize: this.resolvingListSize,
      hasFeature: () => this.extendedAdvertising,
      supports: ({ name }: HciCommandType) => !this.unsupported.has(name),
    };
  }

  send(command: HciCommandType, given: object): Promise<object> {
    // What cannot be encoded cannot be sent.
    command.encode(given);
    this.sent.push({ name: command.name, parameters: given });
    const status = this.refused.get(command.name);
    if (status !== undefined)
      return Promise.reject(new HciError(`${command.name} refused`, status, command.opcode));
    return Promise.resolve({ status: 0, ...this.returns.get(command.name) });
  }

  onReports(): () => void {
    return () => undefined;
  }

  onConnection(): () => void {
    return () => undefined;
  }

  on(type: unknown, handler: (event: unknown) => void): () => void {
    if (type === HciEvent.leAdvertisingSetTerminated) this.terminated = handler;
    return () => {
      this.terminated = undefined;
    };
  }
}

const open = async (prepare: (hci: ScriptedHci) => void = () => undefined) => {
  const hci = new ScriptedHci();
  prepare(hci);
  const radio = await HciRadio.open(hci.as(), new ManualClock(), new Log());
  const run = async (step: RadioStep): Promise<readonly Sent[]> => {
    hci.sent.length = 0;
    await radio.run(step);
    return hci.sent;
  };
  return { hci, radio, run };
};

const legacyOnly = (hci: ScriptedHci): void => {
  hci.extendedAdvertising = false;
};

describe('which way the controller is driven', () => {
  test('by extended commands, where it has them all and answers them', async () => {
    const { radio } = await open((hci) => {
      hci.returns.set('HCI_LE_Read_Number_of_Supported_Advertising_Sets', { numSupportedAdvertisingSets: 4 });
    });
    expect(radio.abilities).toMatchObject({ extended: true, advertisingSets: 4, acceptListSize: 8 });
  });

  test('by legacy ones, where it has not the feature', async () => {
    const { radio, hci } = await open(legacyOnly);
    expect(radio.abilities).toMatchObject({ extended: false, advertisingSets: 1 });
    expect(hci.sent.map(({ name }) => name)).toEqual(['HCI_LE_Read_Supported_States']);
  });

  test('by legacy ones, where a single command is missing', async () => {
    const { radio } = await open((hci) => hci.unsupported.add('HCI_LE_Extended_Create_Connection'));
    expect(radio.abilities.extended).toBe(false);
  });

  test('by legacy ones, where it promises them and answers Unknown HCI Command', async () => {
    const { radio, hci } = await open((scripted) =>
      scripted.refused.set('HCI_LE_Set_Extended_Scan_Parameters', 1),
    );
    expect(radio.abilities).toMatchObject({ extended: false, advertisingSets: 1 });
    expect(hci.sent.map(({ name }) => name)).not.toContain(
      'HCI_LE_Read_Number_of_Supported_Advertising_Sets',
    );
  });

  test('a transport that is lost meanwhile is no answer', async () => {
    const lost = new ScriptedHci();
    lost.send = () => Promise.reject(new Error('lost'));
    await expect(HciRadio.open(lost.as(), new ManualClock(), new Log())).rejects.toThrow('lost');
  });
});

describe('LE_States', () => {
  const states = (...bits: number[]): object => {
    const leStates = new Uint8Array(8);
    for (const bit of bits) leStates[bit >>> 3] = (leStates[bit >>> 3] ?? 0) | (1 << (bit & 7));
    return { leStates };
  };

  test.each([
    [[22, 23], true],
    [[22], false],
    [[], false],
  ])('bits %j: scanning beside initiating is %s', async (bits, expected) => {
    const { radio } = await open((hci) => hci.returns.set('HCI_LE_Read_Supported_States', states(...bits)));
    expect(radio.abilities.scanWhileInitiating).toBe(expected);
  });

  test('what is not known is tried', async () => {
    const { radio } = await open((hci) => hci.refused.set('HCI_LE_Read_Supported_States', 1));
    expect(radio.abilities.scanWhileInitiating).toBe(true);
  });
});

const entry: ResolvingEntry = { peer: other, peerIrk: keyOf(1), localIrk: keyOf(2) };

const steps: readonly RadioStep[] = [
  { op: 'setRandomAddress', address: own.address },
  { op: 'clearAcceptList' },
  { op: 'addToAcceptList', peer: other },
  { op: 'removeFromAcceptList', peer: other },
  {
    op: 'setScanParameters',
    scan: { active: true, interval: 96, window: 48, filterDuplicates: true },
    ownType: 'random',
    filtered: false,
  },
  { op: 'enableScan', filterDuplicates: true },
  { op: 'disableScan' },
  { op: 'initiate', want: { peers: [peer], parameters }, own },
  { op: 'cancelInitiating' },
  {
    op: 'setAdvertisingParameters',
    handle: 0,
    parameters: { kind: 'connectable', interval: 160, peer: undefined },
    own,
    filtered: false,
  },
  { op: 'setAdvertisingData', handle: 0, data: Uint8Array.of(2, 1, 6) },
  { op: 'setScanResponseData', handle: 0, data: new Uint8Array(0) },
  { op: 'clearResolvingList' },
  { op: 'removeFromResolvingList', entry },
  { op: 'setAddressResolution', enable: true },
  { op: 'enableAdvertising', handle: 0, kind: 'connectable' },
  { op: 'disableAdvertising', handle: 0 },
];
const extendedSteps: readonly RadioStep[] = [
  { op: 'setAdvertisingSetAddress', handle: 1, address: own.address },
  { op: 'removeAdvertisingSet', handle: 1 },
];

describe('each step is one command', () => {
  test.each(steps)('legacy: $op', async (step) => {
    const { run } = await open(legacyOnly);
    expect((await run(step)).length).toBe(1);
  });

  test.each([...steps, ...extendedSteps])('extended: $op', async (step) => {
    const { run } = await open();
    expect((await run(step)).length).toBe(1);
  });

  test('what only sets of one’s own need is nothing in legacy', async () => {
    const { run } = await open(legacyOnly);
    for (const step of extendedSteps) expect(await run(step)).toEqual([]);
  });
});

describe('the resolving list', () => {
  const sized = (hci: ScriptedHci): void => {
    hci.resolvingListSize = 5;
  };

  test('is used where privacy modes are there', async () => {
    expect((await open(sized)).radio.abilities.resolvingListSize).toBe(5);
    const { radio } = await open((hci) => {
      sized(hci);
      hci.unsupported.add('HCI_LE_Set_Privacy_Mode');
    });
    expect(radio.abilities.resolvingListSize).toBe(0);
  });

  test('takes keys as they travel, and peers that show their identity too', async () => {
    const { run } = await open(sized);
    const identity = { peerIdentityAddressType: 1, peerIdentityAddress: other.address };
    expect(await run({ op: 'addToResolvingList', entry })).toEqual([
      {
        name: 'HCI_LE_Add_Device_To_Resolving_List',
        parameters: { ...identity, peerIrk: keyOf(1).toReversed(), localIrk: keyOf(2).toReversed() },
      },
      { name: 'HCI_LE_Set_Privacy_Mode', parameters: { ...identity, privacyMode: 1 } },
    ]);
    expect(await run({ op: 'removeFromResolvingList', entry })).toEqual([
      { name: 'HCI_LE_Remove_Device_From_Resolving_List', parameters: identity },
    ]);
    expect(await run({ op: 'setAddressResolution', enable: false })).toEqual([
      { name: 'HCI_LE_Set_Address_Resolution_Enable', parameters: { addressResolutionEnable: 0 } },
    ]);
  });
});

describe('commands', () => {
  test('legacy advertising types', async () => {
    const { run } = await open(legacyOnly);
    const kinds = [
      'connectable',
      'directedHighDuty',
      'scannable',
      'nonConnectable',
      'directedLowDuty',
    ] as const;
    for (const [type, kind] of kinds.entries()) {
      const directed = kind.startsWith('directed') ? peer : undefined;
      const set = { kind, interval: 160, peer: directed };
      const [sent] = await run({
        op: 'setAdvertisingParameters',
        handle: 0,
        parameters: set,
        own,
        filtered: false,
      });
      expect(sent?.parameters).toEqual({
        advertisingIntervalMin: 160,
        advertisingIntervalMax: 160,
        advertisingType: type,
        ownAddressType: 1,
        peerAddressType: 0,
        peerAddress: directed?.address ?? nobody,
        advertisingChannelMap: 7,
        advertisingFilterPolicy: 0,
      });
    }
  });

  test('extended advertising by legacy PDUs', async () => {
    const { run } = await open();
    const properties = {
      connectable: 0x13,
      scannable: 0x12,
      nonConnectable: 0x10,
      directedLowDuty: 0x15,
      directedHighDuty: 0x1d,
    } as const;
    for (const kind of Object.keys(properties) as (keyof typeof properties)[]) {
      const set = { kind, interval: 160, peer: undefined };
      const [sent] = await run({
        op: 'setAdvertisingParameters',
        handle: 2,
        parameters: set,
        own,
        filtered: false,
      });
      expect(sent?.parameters).toMatchObject({
        advertisingHandle: 2,
        advertisingEventProperties: properties[kind],
        ownAddressType: 1,
        primaryAdvertisingIntervalMin: 160,
      });
    }
  });

  test.each([true, false])('who follows the accept list says so (extended: %s)', async (extended) => {
    const { run } = await open(extended ? undefined : legacyOnly);
    const set = { kind: 'connectable', interval: 160, peer: undefined } as const;
    for (const filtered of [true, false]) {
      const [advertising] = await run({
        op: 'setAdvertisingParameters',
        handle: 0,
        parameters: set,
        own,
        filtered,
      });
      expect(advertising?.parameters).toMatchObject({ advertisingFilterPolicy: filtered ? 3 : 0 });
      const scan = { active: false, interval: 96, window: 48, filterDuplicates: false };
      const [scanning] = await run({ op: 'setScanParameters', scan, ownType: 'public', filtered });
      expect(scanning?.parameters).toMatchObject({ scanningFilterPolicy: filtered ? 1 : 0 });
    }
  });

  test.each([true, false])(
    'who is called privately has addresses of the controller (extended: %s)',
    async (extended) => {
      const { run } = await open(extended ? undefined : legacyOnly);
      for (const type of ['public', 'random'] as const) {
        const [sent] = await run({
          op: 'setAdvertisingParameters',
          handle: 0,
          parameters: { kind: 'directedLowDuty', interval: 160, peer, privately: true },
          own: { ...own, type },
          filtered: false,
        });
        expect(sent?.parameters).toMatchObject({
          ownAddressType: type === 'public' ? 2 : 3,
          peerAddress: peer.address,
        });
      }
    },
  );

  test('high duty cycle has an end in extended advertising', async () => {
    const { run } = await open();
    const [high] = await run({ op: 'enableAdvertising', handle: 1, kind: 'directedHighDuty' });
    expect(high?.parameters).toEqual({
      enable: 1,
      sets: [{ advertisingHandle: 1, duration: 128, maxExtendedAdvertisingEvents: 0 }],
    });
    const [low] = await run({ op: 'enableAdvertising', handle: 1, kind: 'directedLowDuty' });
    expect(low?.parameters).toMatchObject({ sets: [{ duration: 0 }] });
  });

  test.each([true, false])(
    'one peer is named, several are in the accept list (extended: %s)',
    async (extended) => {
      const { run } = await open(extended ? undefined : legacyOnly);
      const [one] = await run({ op: 'initiate', want: { peers: [other], parameters }, own });
      expect(one?.parameters).toMatchObject({
        initiatorFilterPolicy: 0,
        peerAddressType: 1,
        peerAddress: other.address,
        ownAddressType: 1,
      });
      const [two] = await run({ op: 'initiate', want: { peers: [peer, other], parameters }, own });
      expect(two?.parameters).toMatchObject({
        initiatorFilterPolicy: 1,
        peerAddressType: 0,
        peerAddress: nobody,
      });
    },
  );
});

test('LE Advertising Set Terminated has a connection handle only where a connection ended the set', async () => {
  const { hci, radio } = await open();
  const heard: unknown[] = [];
  const sink = { setTerminated: (...given: unknown[]) => heard.push(given) } as unknown as RadioSink;
  const off = radio.attach(sink);
  hci.terminated?.({ status: 0, advertisingHandle: 1, connectionHandle: 0x40 });
  hci.terminated?.({ status: 0x3c, advertisingHandle: 2, connectionHandle: 0 });
  expect(heard).toEqual([
    [1, 0x40],
    [2, undefined],
  ]);
  off();
  expect(hci.terminated).toBeUndefined();
});

test('a failed attempt names peer, code and command', async () => {
  const { radio } = await open(legacyOnly);
  const error = radio.attemptFailed(0x3e, [peer]);
  expect(error).toMatchObject({ status: 0x3e, opcode: 0x200d });
  expect(error.message).toBe(
    'connecting to 00:00:00:00:00:0A failed: Connection Failed to be Established / Synchronization Timeout (0x3E)',
  );
});
