import type { Finding } from './finding.ts';
import type { SystemView } from './system-view.ts';

/** A switch of rfkill: one of the machine, or the one that the kernel has for each of its controllers. */
export interface RadioSwitch {
  /** `hci0` for that of a controller, else what the machine calls it: `tpacpi_bluetooth_sw`. */
  readonly name: string;
  /** Off by a program. */
  readonly soft: boolean;
  /** Off by a switch, a key or the firmware, which no program undoes. */
  readonly hard: boolean;
}

const SWITCHES = '/sys/class/rfkill';

/** Those of Bluetooth. */
export const readRadioSwitches = async (system: SystemView): Promise<readonly RadioSwitch[]> => {
  const switches: RadioSwitch[] = [];
  for (const entry of await system.list(SWITCHES)) {
    const text = (file: string): Promise<string | undefined> => system.read(`${SWITCHES}/${entry}/${file}`);
    if ((await text('type')) !== 'bluetooth') continue;
    switches.push({
      name: (await text('name')) ?? entry,
      soft: (await text('soft')) === '1',
      hard: (await text('hard')) === '1',
    });
  }
  return switches;
};

export const isSwitchedOff = ({ soft, hard }: RadioSwitch): boolean => soft || hard;

export const describeSwitch = ({ name, soft, hard }: RadioSwitch): string =>
  `rfkill, switch ${name}: ${[...(soft ? ['soft blocked'] : []), ...(hard ? ['hard blocked'] : [])].join(' and ')}`;

export const mendSwitch = ({ soft, hard }: RadioSwitch): Pick<Finding, 'mend' | 'advice'> => ({
  mend: soft ? ['sudo rfkill unblock bluetooth'] : [],
  advice: hard
    ? 'hard blocked is a switch on the case, a key such as that for aeroplanes, or a setting of the firmware'
    : undefined,
});
