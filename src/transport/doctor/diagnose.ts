import { diagnoseHci } from './diagnose-hci.ts';
import { diagnoseSerial } from './diagnose-serial.ts';
import { diagnoseUsb } from './diagnose-usb.ts';
import { type Examination, examine } from './examination.ts';
import type { Diagnosis, Finding } from './finding.ts';
import { describeSwitch, isSwitchedOff, mendSwitch, readRadioSwitches } from './radio-switches.ts';
import { hostSystem, type SystemView } from './system-view.ts';

/** Looks at the system and runs nothing. Never rejects. */
export const diagnose = async (system: SystemView = hostSystem()): Promise<Diagnosis> => {
  if (system.platform !== 'linux') return { devices: [], system: unseen(system.platform) };
  const examination = await examine(system);
  const devices = [
    ...(await diagnoseUsb(examination)),
    ...(await diagnoseSerial(examination)),
    ...(await diagnoseHci(examination)),
  ];
  const findings = [...(await diagnoseKernelUarts(examination)), ...(await diagnosePower(examination))];
  if (devices.length === 0 && findings.length === 0) {
    const message =
      'no USB controller and no serial port is there: plug one in; a container or a virtual machine has only what it is given';
    findings.push({ code: 'noDevices', message, mend: ['lsusb', 'ls /dev/tty*'], blocks: true });
  }
  return { devices, system: findings };
};

/** Chips on a UART that the kernel drives without a port that anybody could open: the Raspberry Pi's own. */
const diagnoseKernelUarts = async ({ system, hciDevices }: Examination): Promise<readonly Finding[]> => {
  // The device tree ends its texts with a zero octet.
  const model = ((await system.read('/proc/device-tree/model')) ?? '').replaceAll('\0', '');
  const isPi = model.startsWith('Raspberry Pi');
  return hciDevices
    .filter(({ path }) => /\/serial\d+-\d+\//.test(path))
    .map(({ name, moniker }) => ({
      code: 'kernelUart',
      message: `${name} is a chip on a UART that the kernel drives itself: there is no port for it that could be opened, but ${moniker} opens it; what mends it gives it a port`,
      heldBy: `the kernel's hci_uart as ${name}`,
      mend: isPi ? ['echo dtparam=krnbt=off | sudo tee -a /boot/firmware/config.txt   # then restart'] : [],
      advice: isPi ? undefined : 'take the bluetooth node out of the UART in the device tree, and restart',
      blocks: false,
    }));
};

/** Switches of the machine itself, behind which its own controller has no power, so that no device shows it. */
const diagnosePower = async ({ system, hciDevices }: Examination): Promise<readonly Finding[]> =>
  (await readRadioSwitches(system))
    .filter((each) => isSwitchedOff(each) && !hciDevices.some(({ name }) => name === each.name))
    .map((each) => ({
      code: 'blocked',
      message:
        'the Bluetooth of this machine is switched off: while it is, its own controller may be on no bus',
      heldBy: describeSwitch(each),
      ...mendSwitch(each),
      blocks: false,
    }));

/** What there is to say where the system does not let itself be looked at. */
const unseen = (platform: NodeJS.Platform): readonly Finding[] => {
  const say = (message: string, mend: readonly string[], advice?: string): Finding => ({
    code: 'notLookedAt',
    message,
    mend,
    advice,
    blocks: false,
  });
  if (platform === 'darwin') {
    return [
      say(
        'macOS takes every USB dongle for its own Bluetooth, and the controller that is built in cannot be opened',
        ['sudo nvram bluetoothHostControllerSwitchBehavior=never   # then restart, and plug the dongle in'],
      ),
      say('a serial port may be open in another program; this tells in which', ['lsof /dev/cu.*']),
    ];
  }
  if (platform === 'win32') {
    return [
      say(
        'Windows lets programs reach a USB dongle through the driver WinUSB alone',
        [],
        'Zadig (https://zadig.akeo.ie) installs it: Options, List All Devices, the dongle, WinUSB, Replace Driver',
      ),
      say(
        'a serial port can be open in one program at a time',
        [],
        'end the terminal or the monitor that has it',
      ),
    ];
  }
  return [say(`how ${platform} holds devices is not known here`, [])];
};
