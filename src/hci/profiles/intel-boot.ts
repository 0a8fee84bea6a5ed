import { HciError, MalformedPduError, TimeoutError, TransportError } from '../../core/errors.ts';
import { IntelCommand } from '../codec/commands-vendor.ts';
import { type IntelFirmware, parseDdc, parseSfi } from '../codec/intel-file.ts';
import {
  type IntelVersion,
  intelFileName,
  intelPatchName,
  parseIntelVersion,
} from '../codec/intel-version.ts';
import { describeMissing } from './firmware-files.ts';
import type { ProfileContext } from './profile-steps.ts';

/** Events of Intel's. */
const BOOTED = 0x02;
const RECEIVED = 0x06;
/** For a chip to check what it was given, and to start it. */
const RECEIVED_MS = 5_000;
const BOOTED_MS = 5_000;
/** The first variant whose files have a header for each engine. */
const FIRST_WITH_BOTH_HEADERS = 0x17;

/** To the boot loader itself, for another try. */
const toBootLoader = { resetType: 1, patchEnable: 1, ddcReload: 1, bootOption: 0, bootAddress: 0 };

const LET_THE_KERNEL =
  'or let Linux start it: plug it in, or start the machine, with btusb at work, and open it then; or leave it to the kernel and open hci-socket:N';

/** Brings an Intel chip from its boot loader to its firmware. One that has it already, or needs none, is left alone. Rejects with TransportError. */
export const bootIntel = async (context: ProfileContext): Promise<void> => {
  const { transport, log, send } = context;
  const { version: octets } = await send(IntelCommand.readVersion, { all: 0xff });
  const version = parseIntelVersion(octets);
  if (version.image === 'operational') return;
  if (version.image === 'rom') {
    if (version.form !== 'fixed' || version.patchNumber !== 0) return;
    log.write(
      'warn',
      'hci',
      () =>
        `the Intel chip at ${transport.name} runs without its patch (${intelPatchName(version)}), which Linux would load. Going on with what it has in ROM`,
    );
    return;
  }
  await loadAndStart(version, context);
};

const loadAndStart = async (version: IntelVersion, context: ProfileContext): Promise<void> => {
  const { transport, log, firmware } = context;
  const chip = `the Intel chip at ${transport.name} (hardware variant ${version.hardwareVariant})`;
  const name = intelFileName(version, await deviceRevision(version, chip, context));
  if (name === undefined) {
    throw new TransportError(
      `${chip} has no firmware, and Jelling does not know how to give it one: ${LET_THE_KERNEL}`,
    );
  }
  const file = await firmware?.read(`${name}.sfi`);
  if (file === undefined) {
    throw new TransportError(
      `${chip} has no firmware, and ${describeMissing([`${name}.sfi`], firmware)}; ${LET_THE_KERNEL}`,
    );
  }
  log.write('info', 'hci', () => `loading ${name}.sfi into ${chip}`);
  try {
    const engine = version.form === 'tagged' ? version.engine : 'rsa';
    const image = parseSfi(file, engine, version.hardwareVariant >= FIRST_WITH_BOTH_HEADERS);
    await start(image, context);
    await configure(`${name}.ddc`, context);
  } catch (error) {
    if (!(error instanceof HciError || error instanceof MalformedPduError || error instanceof TimeoutError))
      throw error;
    throw new TransportError(
      `loading ${name}.sfi into ${chip} failed: ${error.message}; see that the file is whole, then open it again, ${LET_THE_KERNEL}`,
      { cause: error },
    );
  }
};

/** Asked of the chips alone that do not tell by Intel_Read_Version how they answer: only a boot loader knows the command. */
const deviceRevision = async (
  version: IntelVersion,
  chip: string,
  { send }: ProfileContext,
): Promise<number> => {
  const parameters = version.form === 'fixed' ? await send(IntelCommand.readBootParams, {}) : undefined;
  const skipsAnswers =
    parameters === undefined
      ? version.form === 'tagged' && version.skipsAnswers
      : parameters.limitedAnswers !== 0;
  if (skipsAnswers)
    throw new TransportError(`${chip} does not answer each fragment of firmware: ${LET_THE_KERNEL}`);
  return parameters?.deviceRevision ?? 0;
};

/** A boot loader takes firmware by the way of data, and tells by events of its own when it has it and when that runs. */
const start = async (image: IntelFirmware, context: ProfileContext): Promise<void> => {
  const { transport, vendorEvents, send, write } = context;
  transport.bootLoaderMode?.(IntelCommand.secureSend.opcode);
  vendorEvents.forget();
  try {
    for (const fragment of image.fragments) await send(IntelCommand.secureSend, fragment);
    const [result] = await vendorEvents.next(RECEIVED, 'waiting for the chip to check it', RECEIVED_MS);
    if (result !== 0) throw new MalformedPduError(`the chip does not accept it (result ${result})`);
    const { bootAddress } = image;
    // Not answered: the firmware tells when it runs.
    write(
      IntelCommand.reset.encode({ resetType: 0, patchEnable: 1, ddcReload: 0, bootOption: 1, bootAddress }),
    );
    await vendorEvents.next(BOOTED, 'waiting for the chip to start it', BOOTED_MS);
  } catch (error) {
    write(IntelCommand.reset.encode(toBootLoader));
    throw error;
  } finally {
    transport.bootLoaderMode?.(undefined);
  }
};

/** Settings of the device, without which it works. */
const configure = async (name: string, { firmware, log, send }: ProfileContext): Promise<void> => {
  try {
    for (const setting of parseDdc((await firmware?.read(name)) ?? new Uint8Array()))
      await send(IntelCommand.writeDdc, { setting });
  } catch (error) {
    if (!(error instanceof HciError) && !(error instanceof MalformedPduError)) throw error;
    log.write('warn', 'hci', () => `going on without the settings in ${name}: ${error.message}`);
  }
};
