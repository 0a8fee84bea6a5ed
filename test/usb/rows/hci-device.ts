import { existsSync, readdirSync } from 'node:fs';
import type { Bench, Socket } from '../row.ts';

const CLASS = '/sys/class/bluetooth';

/** Plugs a dongle in and waits until the kernel drives it. Gives its name, such as hci0. */
export const attachAsHci = async (
  { attach, until }: Pick<Bench, 'attach' | 'until'>,
  socket: Socket,
): Promise<string> => {
  await attach(socket);
  return until('an hci device', () =>
    (existsSync(CLASS) ? readdirSync(CLASS) : []).find((name) => /^hci\d+$/.test(name)),
  );
};
