import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'jelling';
import type { Row, Socket } from '../row.ts';
import { attachAsHci } from './hci-device.ts';

const SWITCHES = '/sys/class/rfkill';

/** Switches the radio of a controller off or on, as rfkill does. */
const block = (device: string, soft: '0' | '1'): void => {
  const entry = readdirSync(SWITCHES).find(
    (name) => readFileSync(`${SWITCHES}/${name}/name`, 'utf8').trim() === device,
  );
  assert.ok(entry);
  writeFileSync(`${SWITCHES}/${entry}/soft`, soft);
};

export const userChannelRefused: Row<Socket> = {
  name: 'user-channel-refused',
  what: 'a controller that is absent, up, switched off or not for this user is refused with the line that mends it, and that line does',
  timeoutMs: 180_000,
  stage: async (stage) => (await stage.dongle()).socket,
  guest: async (bench) => {
    const { facts, jelling, run, say } = bench;
    const refused = async (what: RegExp): Promise<void> => {
      const error = await open('hci-socket:0').then(
        (adapter) => adapter.close(),
        (reason: unknown) => reason,
      );
      for (const line of String(error).split('\n')) say(line);
      assert.match(String(error), what);
    };
    const diagnosed = async (what: RegExp, asUser = false): Promise<void> => {
      const { stdout } = await jelling(['doctor'], { asUser });
      assert.match(stdout.replaceAll(/\s+/g, ' '), what);
    };

    await run('modprobe', ['bluetooth']);
    await refused(/Linux has no hci0/);
    await attachAsHci(bench, facts);
    await (await open('hci-socket:0')).close();

    assert.equal((await run('hciconfig', ['hci0', 'up'])).code, 0);
    await refused(/it is in use.*\n.*systemctl stop bluetooth.*\n.*sudo hciconfig hci0 down/);
    assert.equal((await run('hciconfig', ['hci0', 'down'])).code, 0);

    block('hci0', '1');
    await refused(/rfkill blocks it: sudo rfkill unblock bluetooth/);
    await diagnosed(
      /hci0 is switched off held by rfkill, switch hci0: soft blocked \$ sudo rfkill unblock bluetooth/,
    );
    block('hci0', '0');

    const asUser = await jelling(['adapters', '--adapter', 'hci-socket:0'], { asUser: true });
    for (const line of asUser.stderr.trimEnd().split('\n')) say(line);
    assert.match(asUser.stderr, /CAP_NET_ADMIN[\s\S]*AmbientCapabilities=CAP_NET_ADMIN/);
    await diagnosed(/hci-socket:0 .* has not the capability CAP_NET_ADMIN/, true);
    // What AmbientCapabilities of systemd does.
    const capable = ['--ambient-caps=+net_admin', '--inh-caps=+net_admin'];
    const able = await run('setpriv', [
      ...['--reuid=user', '--regid=user', '--clear-groups', ...capable],
      ...['env', 'HOME=/tmp', 'jelling', 'adapters', '--adapter', 'hci-socket:0'],
    ]);
    assert.equal(able.code, 0, able.stderr);
  },
};
