import { expect, test } from 'vitest';
import { Exit } from '../../../tools/exit.ts';
import { showFinding } from '../../../tools/show-finding.ts';
import { plain } from '../../../tools/style.ts';
import { run } from './run-tool.ts';

test('the doctor tells of devices and of the machine, and ends well where one of them can be used', async () => {
  const { status, events } = await run('doctor', '--json');
  expect(events.length).toBeGreaterThan(0);
  expect(events.every(({ event }) => event === 'device' || event === 'finding')).toBe(true);
  const devices = events.filter(({ event }) => event === 'device');
  const usable = devices.filter(
    ({ findings }) => Array.isArray(findings) && !findings.some(({ blocks }) => blocks === true),
  );
  const worse = devices.length > 0 || events.some(({ blocks }) => blocks === true);
  expect(status).toBe(usable.length === 0 && worse ? Exit.adapter : Exit.ok);
});

test('a finding is told in lines of a terminal, and what mends it in lines that can be copied', () => {
  const line = `echo '${'x'.repeat(100)}' | sudo tee -a /etc/udev/rules.d/70-jelling.rules`;
  const finding = {
    code: 'noPermission',
    message: 'this user may not open /dev/bus/usb/001/007, and no rule of udev is for 0a12:0001',
    heldBy: 'root:root, mode 664 \u001b[2J',
    mend: [line],
    advice: 'or sit at the machine',
    blocks: true,
  } as const;
  expect(showFinding(finding, plain)).toEqual([
    '    this user may not open /dev/bus/usb/001/007, and no rule of udev is for',
    '    0a12:0001',
    '    held by root:root, mode 664 \\u{1b}[2J',
    '    or sit at the machine',
    `    $ ${line}`,
  ]);
});
