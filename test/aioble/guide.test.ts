import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const guide = readFileSync(resolve(ROOT, 'docs/aioble.md'), 'utf8');

/** What stands in code between backquotes, in tables and in text. */
const spans = [...guide.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);

test('aioble, guide: every test that it names is there, and every test file is named', () => {
  const named = spans.filter((span) => span.endsWith('.test.ts') || /^test\/[\w/]+$/.test(span));
  expect(named.length).toBeGreaterThan(50);
  const paths = named.map((name) => (name.includes('/') ? name : `test/aioble/${name}`));
  expect(paths.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  const files = readdirSync(import.meta.dirname).filter((name) => /^\d.*\.test\.ts$/.test(name));
  expect(files.filter((name) => !named.includes(name))).toEqual([]);
});

/** Every name that a user of aioble may look for. */
const aioble =
  'config stop ensure_active register_services advertise scan Device Service Characteristic BufferedCharacteristic Descriptor ' +
  'GattError DeviceDisconnectedError L2CAPConnectionError L2CAPDisconnectedError ADDR_PUBLIC ADDR_RANDOM log_level load_secrets pair ' +
  'connect is_connected disconnect disconnected timeout exchange_mtu mtu encrypted authenticated bonded key_size ' +
  'cancel name services manufacturer rssi adv_data resp_data connectable limited_disc br_edr ' +
  'read write send_update notify indicate written capture on_read max_len append initial ' +
  'service characteristic descriptor subscribe notified indicated response ' +
  'l2cap_accept l2cap_connect our_mtu peer_mtu recvinto available send flush chunk_size';

test('aioble, guide: every name of aioble is in it', () => {
  const words = new Set(guide.match(/\w+/g));
  expect(aioble.split(' ').filter((name) => !words.has(name))).toEqual([]);
});
