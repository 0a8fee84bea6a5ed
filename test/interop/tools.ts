/** The programs of the system that the rows need, and the Debian packages that bring them. */
import { spawnSync } from 'node:child_process';

export class MissingToolError extends Error {}

const needed = [
  { program: 'python3', flag: '--version', debianPackage: 'python3-venv' },
  { program: 'tshark', flag: '--version', debianPackage: 'tshark' },
  { program: 'socat', flag: '-V', debianPackage: 'socat' },
];

interface Tool {
  readonly program: string;
  /** What makes it print something and end well. */
  readonly flag: string;
  readonly debianPackage: string;
}

/** Throws MissingToolError, which says how to install what is missing. */
export const checkTools = (tools: readonly Tool[] = needed): void => {
  const missing = tools.filter(({ program, flag }) => spawnSync(program, [flag]).status !== 0);
  if (missing.length === 0) return;
  const programs = missing.map(({ program }) => program).join(', ');
  const packages = missing.map(({ debianPackage }) => debianPackage).join(' ');
  throw new MissingToolError(`${programs} not found; on Debian: apt-get install -y ${packages}`);
};
