/** Where firmware files come from. */
export interface FirmwareFiles {
  /** Folders in which it looks, for messages. */
  readonly places: readonly string[];
  /** The octets of a file by the name that Linux has for it (`brcm/BCM4345C0.hcd`), undefined where there is none. Rejects for one that is there and cannot be used. */
  read(file: string): Promise<Uint8Array | undefined>;
}

/** Where Linux keeps firmware, the most particular place first. Other systems keep theirs within their own drivers. */
export const SYSTEM_FIRMWARE_FOLDERS: readonly string[] = [
  '/lib/firmware/updates',
  '/lib/firmware',
  '/usr/lib/firmware',
  '/etc/firmware',
];

/** Continues "it has no firmware, and". */
export const describeMissing = (names: readonly string[], firmware: FirmwareFiles | undefined): string => {
  const looked =
    firmware === undefined || firmware.places.length === 0 ? '' : ` (in ${firmware.places.join(', ')})`;
  return `${names.join(' or ')} is not there${looked}: install the package of your system that has it, or say in which folder it is`;
};
