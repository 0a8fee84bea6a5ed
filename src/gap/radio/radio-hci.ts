import { addressTypeFromHci } from '../../core/address.ts';
import type { Clock } from '../../core/clock.ts';
import { HciError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { WaitScope } from '../../core/wait-scope.ts';
import type { AclLink } from '../../hci/acl-link.ts';
import type { HciCommandType } from '../../hci/codec/command.ts';
import { HciCommand } from '../../hci/codec/commands.ts';
import { describeStatus, HciErrorCode } from '../../hci/codec/error-codes.ts';
import { HciEvent } from '../../hci/codec/events.ts';
import { bitOf, LeFeature } from '../../hci/codec/features.ts';
import type { ConnectionComplete } from '../../hci/connection-complete.ts';
import type { HciController } from '../../hci/hci-controller.ts';
import { connectionInterval, fromSlots, supervisionTimeout } from '../intervals.ts';
import type { LinkUp, Peer, RadioAbilities, RadioController, RadioSink } from './radio-controller.ts';
import { runExtendedStep } from './radio-hci-extended.ts';
import { runLegacyStep } from './radio-hci-legacy.ts';
import type { RadioStep } from './radio-plan.ts';

/** What is used of the controller. */
export type RadioHci = Pick<
  HciController,
  'send' | 'on' | 'onReports' | 'onConnection' | 'disconnect' | 'info' | 'scope'
>;

/** LE_States: passive, and active, scanning together with initiating (Vol 4, Part E, 7.8.27). */
const PASSIVE_SCAN_AND_INITIATE = 22;
const ACTIVE_SCAN_AND_INITIATE = 23;

/** All that extended operation needs: a controller that lacks one of them is driven by the legacy commands. */
const extendedCommands: readonly HciCommandType[] = [
  HciCommand.leSetAdvertisingSetRandomAddress,
  HciCommand.leSetExtendedAdvertisingParameters,
  HciCommand.leSetExtendedAdvertisingData,
  HciCommand.leSetExtendedScanResponseData,
  HciCommand.leSetExtendedAdvertisingEnable,
  HciCommand.leReadNumberOfSupportedAdvertisingSets,
  HciCommand.leRemoveAdvertisingSet,
  HciCommand.leSetExtendedScanParameters,
  HciCommand.leSetExtendedScanEnable,
  HciCommand.leExtendedCreateConnection,
];

/** All that the resolving list needs. Without privacy modes a controller refuses every bonded peer that shows its identity (Vol 6, Part B, 4.7). */
const resolvingCommands: readonly HciCommandType[] = [
  HciCommand.leAddDeviceToResolvingList,
  HciCommand.leRemoveDeviceFromResolvingList,
  HciCommand.leClearResolvingList,
  HciCommand.leSetAddressResolutionEnable,
  HciCommand.leSetPrivacyMode,
];

/** The answer, or undefined where the controller refuses. */
const asked = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HciError) return undefined;
    throw error;
  }
};

/** Some promise the extended commands and answer them with Unknown HCI Command, so one that changes nothing is tried. */
const isExtended = async (hci: RadioHci): Promise<boolean> => {
  const { info } = hci;
  if (!info.hasFeature(LeFeature.extendedAdvertising)) return false;
  if (!extendedCommands.every((command) => info.supports(command))) return false;
  const phys = [{ scanType: 0, scanInterval: 0x10, scanWindow: 0x10 }];
  const tried = hci.send(HciCommand.leSetExtendedScanParameters, {
    ownAddressType: 0,
    scanningFilterPolicy: 0,
    scanningPhys: 1,
    phys,
  });
  return (await asked(tried)) !== undefined;
};

const readAbilities = async (hci: RadioHci): Promise<RadioAbilities> => {
  const { info } = hci;
  const extended = await isExtended(hci);
  const sets = extended
    ? await asked(hci.send(HciCommand.leReadNumberOfSupportedAdvertisingSets, {}))
    : undefined;
  const states = info.supports(HciCommand.leReadSupportedStates)
    ? (await asked(hci.send(HciCommand.leReadSupportedStates, {})))?.leStates
    : undefined;
  return {
    extended,
    advertisingSets: Math.max(1, sets?.numSupportedAdvertisingSets ?? 1),
    acceptListSize: info.filterAcceptListSize,
    resolvingListSize: resolvingCommands.every((command) => info.supports(command))
      ? info.resolvingListSize
      : 0,
    // What is not known is tried; a refusal is learned from.
    scanWhileInitiating:
      states === undefined ||
      (bitOf(states, PASSIVE_SCAN_AND_INITIATE) && bitOf(states, ACTIVE_SCAN_AND_INITIATE)),
  };
};

const linkUp = (event: ConnectionComplete, link: AclLink): LinkUp => ({
  link,
  role: event.role,
  peer: { address: event.peerAddress, type: addressTypeFromHci(event.peerAddressType) },
  peerResolvableAddress: event.peerResolvablePrivateAddress,
  ownResolvableAddress: event.localResolvablePrivateAddress,
  parameters: {
    intervalMs: fromSlots(event.connectionInterval, connectionInterval),
    peripheralLatency: event.peripheralLatency,
    supervisionTimeoutMs: fromSlots(event.supervisionTimeout, supervisionTimeout),
  },
});

/** The radio of an HCI controller. */
export class HciRadio implements RadioController {
  readonly clock: Clock;
  readonly log: Log;
  readonly abilities: RadioAbilities;
  readonly #hci: RadioHci;

  private constructor(hci: RadioHci, clock: Clock, log: Log, abilities: RadioAbilities) {
    this.#hci = hci;
    this.clock = clock;
    this.log = log;
    this.abilities = abilities;
  }

  /** Asks the controller what its radio can do, and decides by which commands it is driven. */
  static async open(hci: RadioHci, clock: Clock, log: Log): Promise<HciRadio> {
    return new HciRadio(hci, clock, log, await readAbilities(hci));
  }

  /** How long the private addresses last that the controller makes itself (Vol 4, Part E, 7.8.45); a refusal leaves it at 15 minutes. */
  async keepPrivateFor(rotateMs: number): Promise<void> {
    const command = HciCommand.leSetResolvablePrivateAddressTimeout;
    if (!this.#hci.info.supports(command)) return;
    await asked(this.#hci.send(command, { rpaTimeout: Math.floor(rotateMs / 1000) }));
  }

  get scope(): WaitScope {
    return this.#hci.scope;
  }

  run(step: RadioStep): Promise<void> {
    return this.abilities.extended ? runExtendedStep(this.#hci, step) : runLegacyStep(this.#hci, step);
  }

  drop(link: AclLink): void {
    this.#hci.disconnect(link).catch((error: unknown) => {
      this.log.write('warn', 'gap', () => `closing a link that nobody wants failed: ${error}`);
    });
  }

  attemptFailed(status: number, peers: readonly Peer[]): Error {
    const { opcode } = this.abilities.extended
      ? HciCommand.leExtendedCreateConnection
      : HciCommand.leCreateConnection;
    const whom = peers.map(({ address }) => address).join(', ');
    return new HciError(`connecting to ${whom} failed: ${describeStatus(status)}`, status, opcode);
  }

  attach(sink: RadioSink): () => void {
    const hci = this.#hci;
    const off = [
      hci.onReports((reports) => sink.reports(reports)),
      hci.onConnection((event, link) =>
        sink.connection({ status: event.status, up: link === undefined ? undefined : linkUp(event, link) }),
      ),
      hci.on(HciEvent.leAdvertisingSetTerminated, (event) => {
        const connected = event.status === HciErrorCode.success;
        sink.setTerminated(event.advertisingHandle, connected ? event.connectionHandle : undefined);
      }),
    ];
    return () => {
      for (const one of off) one();
    };
  }
}
