const MAX_NAME_OCTETS = 255;

/** What has a meaning in paths, patterns or streams of some system, and what is not to be seen: control characters, line ends, marks that turn text around. */
const forbidden = /[/\\:*?"<>|\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/u;
/** Names that Windows takes for devices, whatever stands behind a dot. */
const device = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)/i;

const encoder = new TextEncoder();

/**
 * Whether a text may be the name of a file here: one that every system takes for a plain file of the folder it is in. A leading dot hides a file, so that nobody
 * would see it come; a trailing dot or space is dropped by Windows, so that two names would be one file.
 */
export const isFileName = (name: string): boolean =>
  name !== '' &&
  !name.startsWith('.') &&
  !/[. ]$/.test(name) &&
  !forbidden.test(name) &&
  !device.test(name) &&
  encoder.encode(name).length <= MAX_NAME_OCTETS;
