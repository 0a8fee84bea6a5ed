import assert from 'node:assert/strict';
import type { Row, Socket } from '../row.ts';

export const adapters: Row<Socket> = {
  name: 'adapters',
  what: 'jelling adapters lists the dongle, who holds it, and what it is once it is open',
  stage: async (stage) => (await stage.dongle()).socket,
  guest: async ({ attach, facts, jelling, say }) => {
    await attach(facts);
    const listed = await jelling(['adapters']);
    for (const line of listed.stdout.trimEnd().split('\n')) say(line);
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^usb:\S+ .*1209:0001/m);
    const opened = await jelling(['adapters', '--adapter', 'usb']);
    for (const line of opened.stdout.trimEnd().split('\n')) say(line);
    assert.equal(opened.code, 0, opened.stderr);
  },
};
