/** Where this machine has its packages from, for a guest of the same Debian. */
import { MissingToolError } from '../../interop/tools.ts';
import { run } from './command.ts';

export interface Sources {
  /** The text of a sources.list. */
  readonly list: string;
  /** How to get there: proxies and the like, as the text of an apt.conf. */
  readonly settings: string;
  /** A text with all places blotted out: which mirrors a machine uses is nobody's business. */
  readonly discreet: (text: string) => string;
}

const fields = ['$(REPO_URI)', '$(RELEASE)', '$(COMPONENT)', '$(ORIGIN)', '$(SIGNED_BY)'];

/** Rejects with MissingToolError when APT knows no Debian of that release. */
export const aptSources = async (release: string, signal: AbortSignal): Promise<Sources> => {
  const wanted = [release, `${release}-updates`, `${release}-security`];
  const linesOf = async (more: readonly string[]): Promise<readonly string[]> => {
    const args = ['indextargets', ...more, '--format', fields.join('|'), 'Created-By: Packages'];
    const targets = String(await run('apt-get', args, { signal }));
    return targets.split('\n').flatMap((target) => {
      const [uri = '', suite = '', component = '', origin = '', signedBy = ''] = target.split('|');
      // APT prints the name of a field that it cannot fill.
      const isDebian = origin === 'Debian' || origin.startsWith('$(');
      if (!wanted.includes(suite) || component !== 'main' || !isDebian) return [];
      const keyring = signedBy.startsWith('/') ? `[signed-by=${signedBy}] ` : '';
      return [`deb ${keyring}${uri} ${suite} main`];
    });
  };
  const fetched = await linesOf([]);
  // Where nothing has been fetched yet, sources have no origin.
  const lines = fetched.length > 0 ? fetched : await linesOf(['--no-release-info']);
  if (lines.length === 0)
    throw new MissingToolError(`APT has no source of Debian ${release}: see /etc/apt/sources.list`);
  // Which indices are fetched is for the guest to say, and how for the machine.
  const settings = String(await run('apt-config', ['dump'], { signal }))
    .split('\n')
    .filter((line) => /^Acquire::(?!IndexTargets|Languages)\S+ /.test(line));
  return { list: unique(lines), settings: unique(settings), discreet: blotter([...lines, ...settings]) };
};

const unique = (lines: readonly string[]): string => `${[...new Set(lines)].join('\n')}\n`;

const blotter = (lines: readonly string[]): ((text: string) => string) => {
  const hosts = [...lines.join('\n').matchAll(/:\/\/(?:[^@/\s]*@)?([^/:"\s]+)/g)].map(
    ([, host = '']) => host,
  );
  return (text) =>
    [...new Set(hosts)].reduce(
      (rest, host) => rest.replaceAll(host, '<mirror>'),
      text.replaceAll(/(:\/\/)[^@/\s]*@/g, '$1'),
    );
};
