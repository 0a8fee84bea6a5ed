import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { InvalidStateError } from '../../../src/core/errors.ts';
import type { HciTransport } from '../../../src/core/transport.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { createAir, openVirtual } from '../../../src/virtual/index.ts';
import { settle } from './test-host.ts';

const addressOf = async (transport: HciTransport): Promise<string> => {
  let text = '';
  transport.start({
    packet: (packet) => {
      text = HciCommand.readBdAddr.returns.decode(packet.subarray(6)).bdAddr;
    },
    lostSync: () => undefined,
    closed: () => undefined,
  });
  transport.send(HciCommand.readBdAddr.encode({}));
  await settle();
  return text;
};

describe('controllers by moniker', () => {
  it('1. each open is a controller of its own, and an address comes back when it is free', async () => {
    const first = openVirtual();
    const second = openVirtual();
    const one = await addressOf(first);
    expect(one).toMatch(/^02:/);
    expect(await addressOf(second)).not.toBe(one);
    await first.close();
    const again = openVirtual();
    expect(await addressOf(again)).toBe(one);
    await again.close();
    await second.close();
  });

  it('2. a name is an air of its own', async () => {
    const here = openVirtual();
    const there = openVirtual('elsewhere');
    expect(there.name).toBe('virtual:elsewhere');
    expect(await addressOf(there)).toBe(await addressOf(here));
    await here.close();
    await there.close();
  });

  it('3. a controller has one host at a time', async () => {
    const controller = createAir().createController();
    const transport = controller.connect();
    expect(() => controller.connect()).toThrow(InvalidStateError);
    await transport.close();
    await controller.connect().close();
  });

  it('4. closing twice is closing once, and nothing is delivered after it', async () => {
    const transport = createAir().createController().connect();
    const ends: (Error | undefined)[] = [];
    let packets = 0;
    transport.start({
      packet: () => packets++,
      lostSync: () => undefined,
      closed: (error) => ends.push(error),
    });
    transport.send(HciCommand.reset.encode({}));
    await transport.close();
    await transport.close();
    transport.send(HciCommand.reset.encode({}));
    await settle();
    expect(ends).toEqual([undefined]);
    expect(packets).toBe(0);
  });

  it('5. controllers of one air have names and addresses of their own', () => {
    const air = createAir();
    air.createController({ name: 'a' });
    expect(() => air.createController({ name: 'a' })).toThrow(/already/);
    expect(() => air.createController({ aclLength: 26 })).toThrow(/27/);
    expect(() => air.createController({ aclCount: 0 })).toThrow(/255/);
    expect(() => createAir({ loss: 2 })).toThrow(/share/);
    air.createController({ address: null });
    expect(air.controllers.map(({ address }) => address !== undefined)).toEqual([true, false]);
  });

  it('6. an open transport keeps the process alive until it is closed or released', async () => {
    const run = async (code: string): Promise<string> => {
      const program = `import { openVirtual } from './src/virtual/index.ts'; const transport = openVirtual(); ${code}`;
      const { stdout } = await promisify(execFile)(
        'npx',
        ['tsx', '--conditions=jelling-source', '--input-type=module', '-e', program],
        { timeout: 20_000 },
      );
      return stdout.trim();
    };
    const late = `setTimeout(() => { console.log('alive'); transport.close(); }, 100).unref();`;
    expect(await run(late)).toBe('alive');
    expect(await run(`${late} transport.unref();`)).toBe('');
    expect(
      await run('transport.start({ packet() {}, lostSync() {}, closed() {} }); await transport.close();'),
    ).toBe('');
  }, 30_000);
});
