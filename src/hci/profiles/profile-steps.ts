import { concatBytes } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { HciError, MalformedPduError, TransportError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Infer, Shape } from '../../core/pdu.ts';
import type { HciTransport } from '../../core/transport.ts';
import type { HciCommandType, ReturnShape } from '../codec/command.ts';
import { firmwareCommand, RealtekCommand } from '../codec/commands-vendor.ts';
import { parseHcd } from '../codec/hcd-file.ts';
import { isRealtekSecondForm, realtekFragments, realtekPatch } from '../codec/realtek-file.ts';
import type {
  ControllerProfile,
  ControllerVersion,
  FirmwareFormat,
  FirmwareImage,
  ProfileStep,
} from './controller-profile.ts';
import { describeMissing, type FirmwareFiles } from './firmware-files.ts';
import { bootIntel } from './intel-boot.ts';
import type { VendorEvents } from './vendor-events.ts';

/** What the steps of a profile are carried out with. */
export interface ProfileContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly transport: Pick<HciTransport, 'name' | 'bus' | 'line' | 'usbVendorId' | 'bootLoaderMode'>;
  readonly vendorEvents: VendorEvents;
  /** Undefined where no firmware is looked for. */
  readonly firmware: FirmwareFiles | undefined;
  send<P extends Shape, R extends Shape>(
    command: HciCommandType<P, R>,
    parameters: Infer<P>,
  ): Promise<Infer<ReturnShape<R>>>;
  reset(): Promise<void>;
  /** Past the command queue, for what is not answered or said twice. */
  write(packet: Uint8Array): void;
  wait(ms: number): Promise<void>;
}

/**
 * Carries out what a profile says about a controller that has just been reset, or that is a boot loader and has no version yet. Rejects with TransportError for one that is of no
 * use without its firmware.
 */
export const runProfile = async (
  profile: ControllerProfile,
  version: ControllerVersion | undefined,
  context: ProfileContext,
): Promise<void> => {
  const { transport, log } = context;
  log.write('info', 'hci', () => `${transport.name} is one of ${profile.controllers}`);
  await runSteps(profile.steps ?? [], version, context);
};

/** Gives whether all steps were taken. */
const runSteps = async (
  steps: readonly ProfileStep[],
  version: ControllerVersion | undefined,
  context: ProfileContext,
): Promise<boolean> => {
  for (const step of steps) {
    if (!(await runStep(step, version, context))) return false;
  }
  return true;
};

const runStep = async (
  step: ProfileStep,
  version: ControllerVersion | undefined,
  context: ProfileContext,
): Promise<boolean> => {
  switch (step.op) {
    case 'send':
      await context.send(step.command, step.parameters);
      return true;
    case 'wait':
      await context.wait(step.ms);
      return true;
    case 'reset':
      await context.reset();
      return true;
    case 'hostBaudRate':
      await context.transport.line?.setBaudRate(step.baudRate);
      return true;
    case 'raiseBaudRate':
      await raiseBaudRate(step, context);
      return true;
    case 'load':
      return version !== undefined && load(step, version, context);
    case 'bootIntel':
      await bootIntel(context);
      return true;
  }
};

type RaiseStep = Extract<ProfileStep, { readonly op: 'raiseBaudRate' }>;

const raiseBaudRate = async (
  { command, fasterClock }: RaiseStep,
  { transport, send }: ProfileContext,
): Promise<void> => {
  const { line } = transport;
  const baudRate = line?.raisedTo;
  if (line === undefined || baudRate === undefined || baudRate === line.baudRate) return;
  const { aboveBaudRate, first } = fasterClock;
  if (baudRate > aboveBaudRate) await send(first.command, first.parameters);
  // Answered at the old rate, in force after that.
  await send(command, { encodedBaudRate: 0, baudRate });
  await line.setBaudRate(baudRate);
};

type LoadStep = Extract<ProfileStep, { readonly op: 'load' }>;

const load = async (
  step: LoadStep,
  version: ControllerVersion,
  context: ProfileContext,
): Promise<boolean> => {
  const { transport, log, firmware } = context;
  const image = step.images.find((each) => isImageOf(each, version));
  const isLoaded = (version.hciSubversion & (step.buildBits ?? 0)) !== 0;
  if (image === undefined || isLoaded) return false;
  const found = await firstOf(image.files, firmware);
  if (found === undefined) {
    const missing = `the ${image.chip} at ${transport.name} has no firmware, and ${describeMissing(image.files, firmware)}`;
    if (step.whenMissing === 'fail') throw new TransportError(missing);
    log.write('warn', 'hci', () => `${missing}. Going on with what the chip has in ROM`);
    return false;
  }
  const { name } = found;
  log.write('info', 'hci', () => `loading ${name} into the ${image.chip} at ${transport.name}`);
  try {
    const send = await loaders[step.format](found.octets, image, context);
    await runSteps(step.before ?? [], version, context);
    await send();
    return true;
  } catch (error) {
    if (!(error instanceof HciError) && !(error instanceof MalformedPduError)) throw error;
    throw new TransportError(
      `loading ${name} into the ${image.chip} at ${transport.name} failed: ${error.message}; see that the file is whole and for this chip, take the power off the chip for a moment, then open it again`,
      { cause: error },
    );
  }
};

const isImageOf = (image: FirmwareImage, { lmpSubversion, hciSubversion }: ControllerVersion): boolean =>
  image.lmpSubversion === lmpSubversion &&
  (image.hciSubversion === undefined || image.hciSubversion === hciSubversion);

interface FoundFile {
  readonly name: string;
  readonly octets: Uint8Array;
}

const firstOf = async (
  names: readonly string[],
  firmware: FirmwareFiles | undefined,
): Promise<FoundFile | undefined> => {
  for (const name of names) {
    const octets = await firmware?.read(name);
    if (octets !== undefined) return { name, octets };
  }
  return undefined;
};

/** Reads the whole file before any of it is sent: half a firmware leaves a chip silent until its power is off. What is given sends it. */
type Loader = (
  file: Uint8Array,
  image: FirmwareImage,
  context: ProfileContext,
) => Promise<() => Promise<void>>;

/** Of the register that names the chip's key. */
const SECURITY_PROJECT = { width: 0x10, address: 0xb000_ada4 };

const realtekKeyId = async (send: ProfileContext['send']): Promise<number> =>
  (await send(RealtekCommand.readRegister, SECURITY_PROJECT)).value & 0xff;

const loaders: Readonly<Record<FirmwareFormat, Loader>> = {
  hcd: async (file, _image, context) => {
    const records = parseHcd(file);
    return async () => {
      for (const { opcode, parameters } of records)
        await context.send(firmwareCommand(opcode, parameters.length), { parameters });
    };
  },
  realtek: async (file, { project = 0, config, needsConfig }, context) => {
    const { send, firmware } = context;
    const { romVersion } = await send(RealtekCommand.readRomVersion, {});
    const keyId = isRealtekSecondForm(file) ? await realtekKeyId(send) : 0;
    const patch = realtekPatch(file, { project, romVersion, keyId });
    // A chip that checks signatures takes nothing that is not signed.
    const settings = config === undefined || keyId !== 0 ? undefined : await firmware?.read(config);
    if (config !== undefined && settings === undefined && needsConfig === true)
      throw new MalformedPduError(describeMissing([config], firmware));
    const fragments = realtekFragments(concatBytes(patch, settings ?? new Uint8Array()));
    return async () => {
      for (const fragment of fragments) {
        const { index } = await context.send(RealtekCommand.download, fragment);
        if (index !== fragment.index)
          throw new MalformedPduError(`fragment ${fragment.index} was taken for fragment ${index}`);
      }
    };
  },
};
