import { concatBytes } from '../../core/bytes.ts';
import type { Clock } from '../../core/clock.ts';
import { HciError, MalformedPduError, TransportError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Infer, Shape } from '../../core/pdu.ts';
import type { HciTransport } from '../../core/transport.ts';
import type { HciCommandType, ReturnShape } from '../codec/command.ts';
import { firmwareCommand, RealtekCommand } from '../codec/commands-vendor.ts';
import { parseHcd } from '../codec/hcd-file.ts';
import { realtekFragments, realtekPatch } from '../codec/realtek-file.ts';
import type {
  ControllerProfile,
  ControllerVersion,
  FirmwareFormat,
  FirmwareImage,
  ProfileStep,
} from './controller-profile.ts';
import type { FirmwareFiles } from './firmware-files.ts';

/** What the steps of a profile are carried out with. */
export interface ProfileContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly transport: Pick<HciTransport, 'name' | 'bus' | 'line'>;
  /** Undefined where no firmware is looked for. */
  readonly firmware: FirmwareFiles | undefined;
  send<P extends Shape, R extends Shape>(
    command: HciCommandType<P, R>,
    parameters: Infer<P>,
  ): Promise<Infer<ReturnShape<R>>>;
  reset(): Promise<void>;
  wait(ms: number): Promise<void>;
}

/** Carries out what a profile says about a controller that has just been reset. Rejects with TransportError for one that is of no use without its firmware. */
export const runProfile = async (
  profile: ControllerProfile,
  version: ControllerVersion,
  context: ProfileContext,
): Promise<void> => {
  const { transport, log } = context;
  log.write('info', 'hci', () => `${transport.name} is one of ${profile.controllers}`);
  await runSteps(profile.steps ?? [], version, context);
};

/** Gives whether all steps were taken. */
const runSteps = async (
  steps: readonly ProfileStep[],
  version: ControllerVersion,
  context: ProfileContext,
): Promise<boolean> => {
  for (const step of steps) {
    if (!(await runStep(step, version, context))) return false;
  }
  return true;
};

const runStep = async (
  step: ProfileStep,
  version: ControllerVersion,
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
      return load(step, version, context);
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
  const file = await firmware?.read(image.file);
  if (file === undefined) {
    const missing = `the ${image.chip} at ${transport.name} has no firmware, and ${image.file} is not there${lookedIn(firmware)}: install the package of your system that has it, or say in which folder it is`;
    if (step.whenMissing === 'fail') throw new TransportError(missing);
    log.write('warn', 'hci', () => `${missing}. Going on with what the chip has in ROM`);
    return false;
  }
  log.write('info', 'hci', () => `loading ${image.file} into the ${image.chip} at ${transport.name}`);
  try {
    const send = await loaders[step.format](file, image, context);
    await runSteps(step.before ?? [], version, context);
    await send();
    return true;
  } catch (error) {
    if (!(error instanceof HciError) && !(error instanceof MalformedPduError)) throw error;
    throw new TransportError(
      `loading ${image.file} into the ${image.chip} at ${transport.name} failed: ${error.message}; see that the file is whole and for this chip, take the power off the chip for a moment, then open it again`,
      { cause: error },
    );
  }
};

const isImageOf = (image: FirmwareImage, { lmpSubversion, hciSubversion }: ControllerVersion): boolean =>
  image.lmpSubversion === lmpSubversion &&
  (image.hciSubversion === undefined || image.hciSubversion === hciSubversion);

const lookedIn = (firmware: FirmwareFiles | undefined): string =>
  firmware === undefined || firmware.places.length === 0 ? '' : ` (in ${firmware.places.join(', ')})`;

/** Reads the whole file before any of it is sent: half a firmware leaves a chip silent until its power is off. What is given sends it. */
type Loader = (
  file: Uint8Array,
  image: FirmwareImage,
  context: ProfileContext,
) => Promise<() => Promise<void>>;

const loaders: Readonly<Record<FirmwareFormat, Loader>> = {
  hcd: async (file, _image, context) => {
    const records = parseHcd(file);
    return async () => {
      for (const { opcode, parameters } of records)
        await context.send(firmwareCommand(opcode, parameters.length), { parameters });
    };
  },
  realtek: async (file, { project = 0, config }, context) => {
    const { romVersion } = await context.send(RealtekCommand.readRomVersion, {});
    const patch = realtekPatch(file, project, romVersion);
    const settings = config === undefined ? undefined : await context.firmware?.read(config);
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
