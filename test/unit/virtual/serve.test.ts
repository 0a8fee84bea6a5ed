import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, TransportError } from 'jelling';
import { createAir, serve } from 'jelling/virtual';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('where a virtual controller is served', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jelling-serve-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['pty', 'pty:', 'tcp:127.0.0.1', 'tcp:127.0.0.1:65536', 'udp:127.0.0.1:9001', ''])(
    'refuses %j and lists the forms',
    async (at) => {
      const failure = await serve(createAir(), at).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(InvalidArgumentError);
      expect(String(failure)).toContain('give tcp:HOST:PORT, unix:PATH or pty:PATH[,h4|h5]');
    },
  );

  it('names the controllers after their addresses, also where the system chooses the port', async () => {
    const air = createAir();
    await using one = await serve(air, 'tcp:127.0.0.1:0');
    await using two = await serve(air, 'tcp:127.0.0.1:0');
    await using socket = await serve(air, `unix:${join(folder, 'hci:0')}`);
    expect(one.address).toBe(`tcp:127.0.0.1:${one.port}`);
    for (const { controller, address } of [one, two, socket]) expect(controller.name).toBe(address);
  });

  it('gives the place back where the air refuses the controller', async () => {
    const air = createAir();
    const path = join(folder, 'hci');
    air.createController({ name: 'taken' });
    const failure = await serve(air, `unix:${path}`, { name: 'taken' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidArgumentError);
    await using again = await serve(air, `unix:${path}`);
    expect(again.controller.connected).toBe(false);
  });

  it('leaves no controller behind where the place of a pseudo-terminal is taken', async () => {
    const path = join(folder, 'taken');
    writeFileSync(path, '');
    const air = createAir();
    const failure = await serve(air, `pty:${path}`).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TransportError);
    expect(String(failure)).toContain(path);
    expect(air.controllers).toEqual([]);
  });
});
