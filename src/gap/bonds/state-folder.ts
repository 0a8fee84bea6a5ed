import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the user's state lives: `$XDG_STATE_HOME/jelling`, by default `~/.local/state/jelling`. */
export const stateFolder = (): string =>
  // The XDG base directory specification makes this variable the user's choice of a place; it changes no behaviour.
  join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'jelling');
