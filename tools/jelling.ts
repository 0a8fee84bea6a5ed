#!/usr/bin/env node
import { dispatch } from './dispatch.ts';
import { Exit, Interruption } from './exit.ts';
import { Input } from './input.ts';
import { Output } from './output.ts';

const { stdout, stderr, env } = process;
const args = process.argv.slice(2);
const stop = new AbortController();
const output = new Output({ stdout, stderr, env, json: args.includes('--json') });

// The first signal closes everything in order; with the listeners gone, a second one ends the process at once.
const signals = { SIGINT: Exit.interrupted, SIGTERM: Exit.terminated, SIGHUP: Exit.terminated } as const;
const listeners = Object.entries(signals).map(([name, exit]) => {
  const listener = (): void => {
    forget();
    stop.abort(new Interruption(name, exit));
  };
  process.on(name, listener);
  return () => process.off(name, listener);
});
const forget = (): void => {
  for (const remove of listeners) remove();
};

// Whoever reads may leave early, as `head` does: that ends the work and is no failure of it. A full disk is one.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  const left = error.code === 'EPIPE';
  stop.abort(left ? new Interruption(error.message, Exit.brokenPipe) : error);
  // Where the command is over already, nobody else says so.
  process.exitCode = left ? Exit.brokenPipe : Exit.failure;
});
stderr.on('error', () => undefined);

const input = new Input(() => process.stdin);
process.exitCode = await dispatch({ output, input, signal: stop.signal, env }, args);
input.close();
forget();
