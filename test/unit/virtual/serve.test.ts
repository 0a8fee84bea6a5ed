import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, TransportError } from 'jelling';
import { createAir, serve } from 'jelling/virtual';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsbipClient } from '../../support/usbip-client.ts';

describe('where a virtual controller is served', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jelling-serve-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    'pty',
    'pty:',
    'tcp:127.0.0.1',
    'tcp:127.0.0.1:65536',
    'udp:127.0.0.1:9001',
    'usbip:65536',
    'usbip:0.0.0.0:3240',
    'usbip:3240,h4',
    '',
  ])('refuses %j and lists the forms', async (at) => {
    const failure = await serve(createAir(), at).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidArgumentError);
    expect(String(failure)).toContain(
      'give tcp:HOST:PORT, unix:PATH, pty:PATH[,h4|h5] or usbip[:PORT][,bulk]',
    );
  });

  it('names the controllers after their addresses, also where the system chooses the port', async () => {
    const air = createAir();
    await using one = await serve(air, 'tcp:127.0.0.1:0');
    await using two = await serve(air, 'tcp:127.0.0.1:0');
    await using socket = await serve(air, `unix:${join(folder, 'hci:0')}`);
    expect(one.address).toBe(`tcp:127.0.0.1:${one.port}`);
    for (const { controller, address } of [one, two, socket]) expect(controller.name).toBe(address);
  });

  it('puts dongles that are served at the same port into ports of one bus, which is there as long as one of them', async () => {
    const air = createAir();
    const one = await serve(air, 'usbip:0');
    const two = await serve(air, `usbip:${one.port}`, { profile: 'csr8510' });
    expect([one.dongle?.busid, two.dongle?.busid]).toEqual(['1-1', '1-2']);
    expect(two.address).toBe(`usbip:${one.port},1-2`);
    expect(two.controller.name).toBe(two.address);
    const taken = await serve(createAir(), `usbip:${one.port}`).catch((error: unknown) => error);
    expect(String(taken)).toContain('EADDRINUSE');
    await one.close();
    await using again = await serve(air, `usbip:${one.port}`);
    expect(again.dongle?.busid).toBe('1-1');
    const csr = await UsbipClient.attach(two.port ?? 0, '1-2');
    expect((await csr.control('8006000100001200')).data).toContain('120a0100');
    // The answer of a CSR8510 to its first Reset is lost.
    await csr.command('030c00');
    await csr.command('030c00');
    expect((await csr.answerTo(csr.submitIn(0x81, 16))).data).toBe('0e0401030c00');
    await two.close();
    await csr.closed();
  });

  it('serves dongles that were asked for at the same moment, too', async () => {
    const air = createAir();
    const first = await serve(air, 'usbip:0');
    const { port } = first;
    await first.close();
    const [one, two] = await Promise.all([serve(air, `usbip:${port}`), serve(air, `usbip:${port}`)]);
    expect([one.dongle?.busid, two.dongle?.busid].sort()).toEqual(['1-1', '1-2']);
    await Promise.all([one.close(), two.close()]);
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
