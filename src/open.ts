import type { Clock } from './core/clock.ts';
import { InvalidArgumentError } from './core/errors.ts';
import { Log, type LogListener } from './core/log.ts';
import { procedure, type WaitOptions } from './core/procedure.ts';
import { systemClock } from './core/system-clock.ts';
import type { HciTransport } from './core/transport.ts';
import type { Adapter } from './gap/adapter.ts';
import type {
  BondFormat,
  ExchangedBonds,
  ImportedBonds,
  ImportOptions,
} from './gap/bonds/bond-exchange-file.ts';
import type { FileBondStore } from './gap/bonds/bond-file.ts';
import type { RecoverOptions } from './gap/host-options.ts';
import type { ConnectionParameterRequest } from './gap/link/connection-parameter-request.ts';
import type { GenericAccessWrites } from './gap/local-attributes.ts';
import { type Moniker, parseMoniker } from './gap/moniker.ts';
import { type IdentityStore, MemoryIdentityStore } from './gap/privacy/identity.ts';
import { type Privacy, type PrivacyOptions, toPrivacy } from './gap/privacy/privacy.ts';
import { madeBy, type TransportMaker } from './gap/transport-maker.ts';
import type { GattCache } from './gatt/client/gatt-cache.ts';
import { type FirmwareFiles, SYSTEM_FIRMWARE_FOLDERS } from './hci/profiles/firmware-files.ts';
import { type BondStore, MemoryBondStore } from './smp/bond-store.ts';
import type { SecurityPolicy } from './smp/pairing-options.ts';
import type { Capture } from './snoop/capture.ts';
import type { Diagnosis } from './transport/doctor/finding.ts';
import type { AdapterListing } from './transport/found-adapter.ts';

export interface OpenOptions extends WaitOptions {
  /**
   * Brings the controller back whenever it is lost: unplugged, failed, silent. It is tried again soon at first, then less and less often, in the end every 30 s, until close(). What
   * waits for an answer at that moment rejects with TransportError, and so does what is called before it is back; what goes on by itself goes on with the controller that comes:
   * registered services, scanners, `advertising()`, listeners, `keepConnected()`. See `adapter.state` and `ready()`. For a transport of your own it is a function that makes the next one.
   * Default false: the adapter is closed when the controller is lost. The first start has to succeed in either case.
   */
  readonly recover?: boolean | TransportMaker | undefined;
  /**
   * How long the controller may say nothing before it is asked whether it is still there, which it says in an answer to HCI_Read_Local_Version_Information. 30 s by default, so that one which
   * falls silent while nothing is asked of it is missed after a minute at most. Infinity for never, where nothing but your own commands may be in a capture, or wake a chip that sleeps.
   */
  readonly silenceMs?: number | undefined;
  /** What clients read as Device Name (Vol 3, Part C, 12.1); `Jelling` by default. What is advertised is said to advertise(). */
  readonly name?: string | undefined;
  /** What kind of thing this is, a value of the Appearance table of the Assigned Numbers; 0, unknown, by default. */
  readonly appearance?: number | undefined;
  /**
   * What clients may change: the device name, the appearance, or both, and over what links: `{ name: { encrypted: true } }`. From then on it is `adapter.name` that has changed; to have it back
   * when the adapter is opened next, keep what `onWrite` is called with. Nothing unless given.
   */
  readonly writable?: GenericAccessWrites | undefined;
  /**
   * The connection parameters that this side prefers as peripheral, which centrals can read (Vol 3, Part C, 12.3) and need not follow; to ask for them on a link there is `updateParameters()`. Nothing
   * is said unless given.
   */
  readonly preferredConnectionParameters?: ConnectionParameterRequest | undefined;
  /** The longest ATT PDU that this host takes, offered to every peer (Vol 3, Part F, 3.4.2): 23 to 517, which is the default. */
  readonly mtu?: number | undefined;
  /** Whether there are credit-based L2CAP channels: true unless given. Without them a peer that opens one is told that the request is not understood. */
  readonly l2capChannels?: boolean | undefined;
  /**
   * Whether links may have Enhanced ATT bearers, by which several requests are under way at once (Vol 3, Part G, 5.3): true unless given. They are
   * opened when a link becomes encrypted, and taken from peers. Without them a peer that asks is told that there is no such thing.
   */
  readonly enhancedBearers?: boolean | undefined;
  /** A file that gets every packet between host and controller, as btsnoop: Wireshark opens it. It may hold keys. */
  readonly snoop?: string | undefined;
  /** Where identities are kept. By default a file in the user's state folder; in memory for `virtual` and transports of your own. */
  readonly identityStore?: IdentityStore | undefined;
  /**
   * One of several identities that the adapter may go by, each with an address, an IRK and bonds of its own: `lamp`. It is made when it is first named. Without it the
   * adapter goes by the controller's own address where there is one.
   */
  readonly identity?: string | undefined;
  /** Where bonds are kept, or false to keep none. By default a file in the user's state folder; in memory for `virtual` and transports of your own. */
  readonly bonds?: BondStore | false | undefined;
  /** What becomes of pairings that peers begin: see `adapter.security`. By default nobody may pair but whom `connection.pair()` is called for. */
  readonly security?: SecurityPolicy | undefined;
  /**
   * Where the services that peers have are kept from one connection to the next, so that they need not be discovered again. By default in memory, for as long as
   * the adapter is open; false for nowhere.
   */
  readonly gattCache?: GattCache | false | undefined;
  /**
   * Hides the adapter behind private addresses that change, which only peers that have bonded can tell: in advertising, scanning and connecting. What is advertised has
   * to keep silent too. Default false; then the identity address is shown, and scan requests go out under an address that means nothing. Peers that have bonded while
   * the adapter did not hide have not been told how to tell its addresses, and are to be paired with once more.
   */
  readonly privacy?: boolean | PrivacyOptions | undefined;
  /**
   * A folder with firmware for chips that come without, under the names that Linux has for it: `brcm/BCM4345C0.hcd`. By default the folders of a Linux system are searched.
   */
  readonly firmware?: string | undefined;
  /** Gets what the stack has to say. No text is built without it. */
  readonly log?: LogListener | undefined;
  /** Where all time comes from. By default the system's clock. */
  readonly clock?: Clock | undefined;
}

const OPEN_TIMEOUT_MS = 10_000;
/** Time to find the rate of a serial line whose rate is not given. */
const PROBING_TIMEOUT_MS = 20_000;

/**
 * Opens a controller and makes it ready: resets it, learns what it can do and gives it an address.
 *
 * @param adapter `usb`, `usb:VID:PID`, `usb:BUS-PORT`, `serial:PATH[,BAUD][,rtscts|noflow][,h4|h5[,even]][,raise=BAUD]`, `tcp:HOST:PORT`, `unix:PATH`, `hci-socket[:N]`, `virtual[:NAME]`,
 *   or a transport of your own. Default deadline 10 s, 20 s where a serial rate has to be found.
 * @throws InvalidArgumentError for a name that cannot be read, TransportError when the way to the controller cannot be opened or
 *   it does not answer; the message says what to do.
 */
export const open = async (adapter: string | HciTransport, options: OpenOptions = {}): Promise<Adapter> => {
  const clock = options.clock ?? systemClock;
  const name = typeof adapter === 'string' ? adapter : adapter.name;
  const moniker = typeof adapter === 'string' ? parsed(adapter) : undefined;
  if (moniker instanceof Error) throw moniker;
  const hiding = toPrivacy(options.privacy);
  checkSilence(options.silenceMs);
  const reopen = reopening(moniker, { ...options, clock });
  const probing = moniker?.kind === 'serial' && moniker.baudRate === undefined;
  const defaultTimeoutMs = probing ? PROBING_TIMEOUT_MS : OPEN_TIMEOUT_MS;
  const recover = reopen && { reopen, tryTimeoutMs: defaultTimeoutMs };
  const layers = loaded ?? (await load());
  const giveUp = new AbortController();
  return procedure<Adapter>(
    {
      what: `opening ${name}`,
      clock,
      defaultTimeoutMs,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
    },
    (settle) => {
      const opening = prepare(layers, moniker, adapter, {
        ...options,
        clock,
        hiding,
        signal: giveUp.signal,
        recover,
      });
      opening.then(settle.resolve, settle.reject);
      // What comes up after the caller has gone is closed before the promise rejects.
      return (reason) => {
        giveUp.abort(reason);
        return opening.then(
          (late) => late.close(),
          () => undefined,
        );
      };
    },
  );
};

/**
 * The controllers that can be seen from here, on USB, on serial ports and under Linux's own Bluetooth, with what is wrong about each. Never rejects: a kind that cannot be
 * listed is named in `unavailable`.
 */
export const listAdapters = async (): Promise<AdapterListing> =>
  (await import('./transport/list.ts')).listAdapters();

/**
 * Who holds each controller of this machine, which rule, driver or program is in the way, and what mends it. It reads and runs nothing, opens no device, and never rejects.
 * On Linux it looks at what the system tells of its devices and processes; elsewhere it says what can be said without.
 */
export const diagnoseAdapters = async (): Promise<Diagnosis> =>
  (await import('./transport/doctor/diagnose.ts')).diagnose();

/**
 * Bonds in a file, for open() and to look after them without an adapter. Without a path it is the one that open() uses, in the user's state folder. The file is made with
 * its first bond.
 */
export const bondFile = async (path?: string): Promise<FileBondStore> => {
  const [{ FileBondStore }, { stateFolder }] = await Promise.all([
    import('./gap/bonds/bond-file.ts'),
    import('./gap/bonds/state-folder.ts'),
  ]);
  return new FileBondStore(path ?? `${stateFolder()}/bonds.json`);
};

/**
 * Reads the bonds that another program, or Jelling elsewhere, has kept: `ble_secrets.json` of MicroPython's aioble, the folder `/var/lib/bluetooth` of BlueZ, a file of
 * bondFile(). They are of use where this side goes by the same identity address. Nothing is changed; give what is read to the `save` of a store.
 *
 * @throws InvalidArgumentError for what is none of the formats, InvalidStateError for what cannot be read.
 */
export const importBonds = async (path: string, options: ImportOptions = {}): Promise<ImportedBonds> =>
  (await import('./gap/bonds/bond-exchange-file.ts')).importBonds(path, options);

/**
 * Writes bonds, keys and all, in the form of another program: to a new file, or for `bluez` into a folder. Nothing that is there is written over.
 *
 * @throws InvalidArgumentError for what the format cannot hold, InvalidStateError for what cannot be written.
 */
export const exportBonds = async (
  path: string,
  format: BondFormat,
  identities: readonly ExchangedBonds[],
): Promise<void> => (await import('./gap/bonds/bond-exchange-file.ts')).exportBonds(path, format, identities);

const checkSilence = (silenceMs: number | undefined): void => {
  if (silenceMs !== undefined && !(silenceMs > 0)) {
    throw new InvalidArgumentError(`silenceMs must be above 0, or Infinity to never ask; it is ${silenceMs}`);
  }
};

type Layers = typeof import('./gap/adapter.ts');
let loaded: Layers | undefined;

/**
 * The layers are loaded when something is opened, so that a program which only might use Bluetooth starts fast. They are kept, because import() takes
 * a turn of the event loop each time, which code on a clock of its own does not wait for.
 */
const load = async (): Promise<Layers> => {
  loaded = await import('./gap/adapter.ts');
  return loaded;
};

const parsed = (text: string): Moniker | Error => {
  try {
    return parseMoniker(text);
  } catch (error) {
    return error as Error;
  }
};

type Prepared = Omit<OpenOptions, 'recover'> & {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly hiding: Privacy | undefined;
  readonly recover: RecoverOptions | undefined;
};

const prepare = async (
  layers: Layers,
  moniker: Moniker | undefined,
  adapter: string | HciTransport,
  options: Prepared,
): Promise<Adapter> => {
  const transport = typeof adapter === 'string' ? await openTransport(moniker as Moniker, options) : adapter;
  const log = new Log(options.log);
  const { snoop, recover } = options;
  let capture: Capture | undefined;
  try {
    capture = snoop === undefined ? undefined : await captureIn(snoop, log);
    const tapped = capture?.tap ?? ((bare: HciTransport) => bare);
    return await layers.Adapter.start(tapped(transport), {
      recover: recover && {
        ...recover,
        reopen: async (signal) => tapped(await recover.reopen(signal)),
      },
      release: capture?.close,
      clock: options.clock,
      log,
      signal: options.signal,
      silenceMs: options.silenceMs,
      deviceName: options.name,
      l2capChannels: options.l2capChannels,
      enhancedBearers: options.enhancedBearers,
      appearance: options.appearance,
      writable: options.writable,
      preferredConnectionParameters: options.preferredConnectionParameters,
      identity: options.identity,
      security: options.security,
      privacy: options.hiding,
      ...(await stores(moniker, options)),
      mtu: options.mtu,
      gattCache: options.gattCache,
      firmware: firmwareFiles(options.firmware),
    });
  } catch (error) {
    await transport.close();
    await capture?.close();
    throw error;
  }
};

/** How to open it once more; undefined where it is not to be. */
const reopening = (
  moniker: Moniker | undefined,
  { recover = false, clock }: OpenOptions & { readonly clock: Clock },
): RecoverOptions['reopen'] | undefined => {
  if (recover === false) return undefined;
  if (typeof recover === 'function') return (signal) => madeBy(recover, clock, signal);
  if (moniker !== undefined) return (signal) => openTransport(moniker, { clock, signal });
  throw new InvalidArgumentError(
    'a transport of your own cannot be opened again: give `recover` a function that makes the next one',
  );
};

const captureIn = async (path: string, log: Log): Promise<Capture> => {
  const { openCapture } = await import('./snoop/capture.ts');
  return openCapture(path, { onError: (error) => log.write('warn', 'snoop', () => error.message) });
};

/** Each maker is loaded when it is asked for, so that a program on TCP never loads native code. */
export const openTransport = async (
  moniker: Moniker,
  { clock, signal }: Pick<Prepared, 'clock' | 'signal'>,
): Promise<HciTransport> => {
  const wait = { clock, signal, timeoutMs: Number.POSITIVE_INFINITY };
  switch (moniker.kind) {
    case 'tcp':
      return (await import('./transport/socket/tcp.ts')).openTcp(moniker, wait);
    case 'unix':
      return (await import('./transport/socket/unix.ts')).openUnix(moniker, wait);
    case 'serial':
      return (await import('./transport/serial/serial.ts')).openSerial(moniker, wait);
    case 'usb':
      return (await import('./transport/usb/usb.ts')).openUsb(moniker.select, wait);
    case 'hci-socket':
      return (await import('./transport/hci-socket/hci-socket.ts')).openHciSocket(moniker, wait);
    case 'virtual':
      return (await import('./virtual/open-virtual.ts')).openVirtual(moniker.air);
  }
};

const firmwareFiles = (folder: string | undefined): FirmwareFiles => {
  const places = folder === undefined ? SYSTEM_FIRMWARE_FOLDERS : [folder];
  return {
    places,
    read: async (file) => (await import('./transport/firmware-folders.ts')).readFirmware(places, file),
  };
};

const stores = async (
  moniker: Moniker | undefined,
  { identityStore, bonds }: Pick<OpenOptions, 'identityStore' | 'bonds'>,
): Promise<{ readonly identityStore: IdentityStore; readonly bondStore: BondStore | undefined }> => {
  const lasting = moniker !== undefined && moniker.kind !== 'virtual';
  const byDefault = lasting ? await fileStores() : memoryStores();
  return {
    identityStore: identityStore ?? byDefault.identityStore,
    bondStore: bonds === false ? undefined : (bonds ?? byDefault.bondStore),
  };
};

const memoryStores = () => ({
  identityStore: new MemoryIdentityStore(),
  bondStore: new MemoryBondStore(),
});

const fileStores = async () => {
  const [{ FileIdentityStore }, { stateFolder }, bondStore] = await Promise.all([
    import('./gap/privacy/identity-file.ts'),
    import('./gap/bonds/state-folder.ts'),
    bondFile(),
  ]);
  return { identityStore: new FileIdentityStore(`${stateFolder()}/identities.json`), bondStore };
};
