/**
 * Builds dist/ from nothing, when the package is installed from its repository or packed.
 *
 * `npx jelling` in a clone links this very package and prepares it again: with npm 10 each time, with npm 11 the first time. That would pull
 * dist/ away under the commands that are running, so what is there is left as it is.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';

const command = 'dist/tools/jelling.js';

if (process.env.npm_command !== 'exec' || !existsSync(command)) {
  rmSync('dist', { recursive: true, force: true });
  const options = ['-p', 'tsconfig.build.json', '--incremental', 'false', '--tsBuildInfoFile', 'null'];
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options], { stdio: 'inherit' });
  // npm marks it when it makes a link to it, and that link may be older than this build.
  chmodSync(command, 0o755);
}
