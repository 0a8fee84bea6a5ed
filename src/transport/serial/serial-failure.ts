import process from 'node:process';
import { messageOf } from '../connect-failure.ts';

/** What the system's words for a failed open mean, and what can be done. */
export const explainSerialFailure = (
  path: string,
  error: unknown,
  platform: NodeJS.Platform = process.platform,
): string => {
  const text = messageOf(error);
  if (/lock|temporarily unavailable|EBUSY|busy/i.test(text)) {
    return 'another program has it open (ModemManager, btattach, a serial console): end that first';
  }
  if (platform === 'win32' && /access (is )?denied/i.test(text)) {
    return 'another program has it open: end that first';
  }
  if (/permission denied|access denied|EACCES|EPERM/i.test(text)) {
    return (
      `this user may not open it: join the group that owns it (ls -l ${path}; dialout on Debian, uucp on Arch): ` +
      'sudo usermod -aG dialout $USER, then log in again'
    );
  }
  if (/no such file|file not found|cannot find|ENOENT|no such device|ENXIO/i.test(text)) {
    return 'there is no such port: check the cable and the path; jelling adapters lists the ports that are there';
  }
  if (/inappropriate ioctl|ENOTTY|not a tty/i.test(text)) return 'it is not a serial port';
  return text;
};
