import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Shell } from './shells-process.ts';

const TEST_MS = 120_000;

/** Shells of one user: what they keep lies in one folder. */
const user = () => {
  const state = mkdtempSync(join(tmpdir(), 'jelling-pairing-'));
  onTestFinished(() => rmSync(state, { recursive: true }));
  const jelling = (...args: readonly string[]): Shell =>
    new Shell('tools/jelling.ts', args, { XDG_STATE_HOME: state }, 'open');
  /** Runs to its end, which is that status. */
  const run = async (status: number, ...args: readonly string[]): Promise<Shell> => {
    const shell = jelling(...args);
    expect(await shell.ended()).toEqual({ code: status, signal: null });
    return shell;
  };
  return { jelling, run, bondFile: join(state, 'jelling', 'bonds.json') };
};

const address = /([0-9A-F]{2}(?::[0-9A-F]{2}){5})/;

/** One passkey is as good as another. */
const linesOf = (text: string): readonly string[] =>
  text
    .replaceAll(/passkey \d{6}/g, 'passkey …')
    .trimEnd()
    .split('\n');
const readme = linesOf(readFileSync('README.md', 'utf8'));

/** What is said is what the README prints, but for what tells of a failure. */
const expectPrinted = (...texts: readonly string[]): void => {
  for (const line of texts.flatMap(linesOf)) if (!line.includes('failed')) expect(readme).toContain(line);
};

test('a passkey shown in one shell and typed in another', { timeout: TEST_MS }, async () => {
  const { jelling, run, bondFile } = user();
  await using air = jelling('virtual', '--listen', 'tcp:127.0.0.1:0', '--listen', 'tcp:127.0.0.1:0');
  const [, one = '', two = ''] = await air.says(/^ready: serving (\S+) (\S+)$/m);
  await using advertiser = jelling(
    ...['advertise', '--name', 'X', '--service', '180f', '--adapter', one],
    ...['--require', 'authenticated', '--io', 'display'],
  );
  const [, peripheral = ''] = await advertiser.says(
    new RegExp(`^ready: advertising X as ${address.source} `),
  );
  // Where the name does not matter it need not be looked for.
  const known = `${peripheral}/public`;
  const pair = () => jelling('pair', 'X', '--io', 'keyboard', '--adapter', two);

  // Nobody who has not paired.
  const refused = await run(7, 'read', known, '2a19', '--adapter', two);
  expect(refused.stderr).toMatch(/Insufficient Authentication.*pair with the peer first/);

  // A wrong one fails clearly, on both sides, and leaves nothing.
  await using wrong = pair();
  const [, shown = '', central = ''] = await advertiser.says(
    new RegExp(`^passkey (\\d{6}): enter it on ${address.source}$`, 'm'),
  );
  await wrong.notes(new RegExp(`^which passkey does ${peripheral} show\\? Enter its six digits:$`, 'm'));
  wrong.enter(String((Number(shown) + 1) % 1_000_000).padStart(6, '0'));
  expect(await wrong.ended()).toEqual({ code: 7, signal: null });
  expect(wrong.stderr).toMatch(
    /^error: pairing with .* failed: the peer ended it with Confirm Value Failed \(0x04\); the passkeys or keys of both sides differ/m,
  );
  await advertiser.says(
    /^pairing with .* failed: this side ended it with Confirm Value Failed \(0x04\); the passkeys or keys of both sides differ/m,
  );
  expect((await run(0, 'bonds', 'list')).stderr).toBe('there are no bonds\n');
  expect(existsSync(bondFile)).toBe(false);

  // The right one.
  await using right = pair();
  const [, another = ''] = await advertiser.says(/^passkey (\d{6}): enter it on /m);
  await right.notes(/Enter its six digits:$/m);
  right.enter(another);
  expect(await right.ended()).toEqual({ code: 0, signal: null });
  expect(right.stdout).toBe(
    `paired with ${peripheral}: authenticated, Secure Connections (security level 4), bonded\n`,
  );
  await advertiser.says(
    new RegExp(`^${central} has paired: authenticated, Secure Connections, bonded$`, 'm'),
  );

  // The next ones need no pairing, in processes of their own.
  const reader = await run(0, 'read', known, '2a19', '--adapter', two);
  expect(reader.stdout).toMatch(/^100 %/);
  expect(reader.stderr).toContain('encrypted with the keys of the bond: authenticated, Secure Connections');
  await advertiser.says(new RegExp(`^${central} is encrypted with the keys of its bond: authenticated`, 'm'));
  const inspector = await run(0, 'inspect', 'X', '--adapter', two);
  expect(inspector.stdout).toMatch(/2a19 Battery Level.*\n.*= 100 %/);

  // Both ends have kept theirs.
  expectPrinted(right.stderr, right.stdout, reader.stdout, inspector.stderr, advertiser.stdout);
  expectPrinted((await run(0, 'bonds', 'list')).stdout);
  const listed = await run(0, 'bonds', 'list', '--json');
  const bonds = listed.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const common = { event: 'bond', authenticated: true, secureConnections: true, keySize: 16 };
  expect(bonds).toHaveLength(2);
  expect(bonds).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ...common, local: peripheral, address: central }),
      expect.objectContaining({ ...common, local: central, address: peripheral }),
    ]),
  );
  expect(listed.stdout).not.toMatch(/key"|[0-9a-f]{32}/);

  // Without one of them it is said what is the matter, and how to mend it.
  await run(0, 'bonds', 'remove', central, '--local', peripheral);
  advertiser.signal('SIGINT');
  expect(await advertiser.ended()).toEqual({ code: 130, signal: null });
  await using later = jelling(
    ...['advertise', '--name', 'X', '--service', '180f', '--adapter', one, '--require', 'authenticated'],
  );
  await later.says(/^ready/);
  const lost = await run(7, 'pair', known, '--io', 'keyboard', '--adapter', two);
  expect(lost.stderr).toMatch(/PIN or Key Missing \(0x06\); it has lost the bond/);
  expect(lost.stderr).toContain('--again pairs anew');
  await later.says(new RegExp(`^${central} wants to encrypt with a key that this side does not have`, 'm'));
  await using again = jelling('pair', known, '--io', 'keyboard', '--again', '--adapter', two);
  const [, last = ''] = await later.says(/^passkey (\d{6}): enter it on /m);
  again.enter(last);
  expect(await again.ended()).toEqual({ code: 0, signal: null });
  expect((await run(0, 'bonds', 'list', '--json')).stdout.match(/"bond"/g)).toHaveLength(2);

  air.signal('SIGINT');
  expect(await air.ended()).toEqual({ code: 130, signal: null });
  expect(air.stderr).not.toContain('broke a rule');
});
