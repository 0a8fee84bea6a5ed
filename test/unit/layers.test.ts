import { describe, expect, it } from 'vitest';
import { judge, layers } from '../../scripts/layers.ts';

/** Each kind of forbidden import: the file it stands in, the line that is refused, why, and the nearest line that is allowed. */
const planted: { kind: string; file: string; refused: string; because: string; allowed: string }[] = [
  {
    kind: 'a value from a higher layer',
    file: 'src/att/bearer.ts',
    refused: "import { Adapter } from '../gap/adapter.ts';",
    because: 'att may not import gap',
    allowed: "import { Channel } from '../l2cap/channel.ts';",
  },
  {
    kind: 'a type from a higher layer',
    file: 'src/core/packet.ts',
    refused: "import type { Adapter } from '../gap/adapter.ts';",
    because: 'core may not import gap',
    allowed: "import type { Address } from './address.ts';",
  },
  {
    kind: 'an inline type from a higher layer',
    file: 'src/gatt/server.ts',
    refused: "import { type Pairing } from '../smp/pairing.ts';",
    because: 'gatt/common may not import smp',
    allowed: "import { type Bearer } from '../att/bearer.ts';",
  },
  {
    kind: 'the other half of GATT',
    file: 'src/gatt/client/discovery.ts',
    refused: "import type { Attribute } from '../server/attribute.ts';",
    because: 'gatt/client may not import gatt/server',
    allowed: "import { GattService } from '../gatt-codes.ts';",
  },
  {
    kind: 'a side effect of a higher layer',
    file: 'src/hci/queue.ts',
    refused: "import '../l2cap/channel.ts';",
    because: 'hci may not import l2cap',
    allowed: "import './codec/acl.ts';",
  },
  {
    kind: 'a layer that is passed over',
    file: 'src/att/bearer.ts',
    refused: "import { AclLink } from '../hci/acl-link.ts';",
    because: 'att may not import hci',
    allowed: "import { FixedChannel } from '../l2cap/fixed-channel.ts';",
  },
  {
    kind: 'a dynamic import',
    file: 'src/gap/adapter.ts',
    refused: "const { Air } = await import('../virtual/air.ts');",
    because: 'gap may not import virtual',
    allowed: "const { Bearer } = await import('../att/bearer.ts');",
  },
  {
    kind: 'a type query',
    file: 'src/smp/pairing.ts',
    refused: "let database: import('../gatt/database.ts').Database;",
    because: 'smp may not import gatt',
    allowed: "let link: import('../hci/acl-link.ts').AclLink;",
  },
  {
    kind: 'a typeof query',
    file: 'src/smp/pairing.ts',
    refused: "let database: typeof import('../gatt/database.ts');",
    because: 'smp may not import gatt',
    allowed: "let link: typeof import('../hci/acl-link.ts');",
  },
  {
    kind: 'a re-export',
    file: 'src/l2cap/channel.ts',
    refused: "export { Bearer } from '../att/bearer.ts';",
    because: 'l2cap may not import att',
    allowed: "export { Bytes } from '../core/bytes.ts';",
  },
  {
    kind: 'a re-export of everything',
    file: 'src/l2cap/channel.ts',
    refused: "export * from '../att/bearer.ts';",
    because: 'l2cap may not import att',
    allowed: "export * from '../core/bytes.ts';",
  },
  {
    kind: 'a re-export of a type',
    file: 'src/crypto/aes.ts',
    refused: "export type { AclLink } from '../hci/acl-link.ts';",
    because: 'crypto may not import hci',
    allowed: "export type { Address } from '../core/address.ts';",
  },
  {
    kind: 'an augmentation',
    file: 'src/core/errors.ts',
    refused: "declare module '../gap/adapter.ts' { interface Adapter { x: number } }",
    because: 'core may not import gap',
    allowed: "declare module './bytes.ts' { interface Bytes { x: number } }",
  },
  {
    kind: 'a reference to a file',
    file: 'src/core/errors.ts',
    refused: '/// <reference path="../gap/adapter.ts" />',
    because: 'core may not import gap',
    allowed: '/// <reference lib="esnext.disposable" preserve="true" />',
  },
  {
    kind: 'a reference to types',
    file: 'src/core/errors.ts',
    refused: '/// <reference types="node" />',
    because: 'core may not import node',
    allowed: '/// <reference lib="es2022" />',
  },
  {
    kind: 'a roundabout path',
    file: 'src/att/codec/pdus.ts',
    refused: "import { Adapter } from '../../core/../gap/./adapter.ts';",
    because: 'att may not import gap',
    allowed: "import { Bytes } from '../../gap/../core/./bytes.ts';",
  },
  {
    kind: 'an absolute path',
    file: 'src/att/bearer.ts',
    refused: "import { Adapter } from '/src/gap/adapter.ts';",
    because: 'att may not import /src',
    allowed: "import { Bytes } from './../core/bytes.ts';",
  },
  {
    kind: 'the index of the layer itself',
    file: 'src/virtual/air.ts',
    refused: "import { Air } from './index.ts';",
    because: 'index file',
    allowed: "import { Radio } from './radio.ts';",
  },
  {
    kind: 'the public index',
    file: 'src/gap/adapter.ts',
    refused: "import { open } from '../index.ts';",
    because: 'index file',
    allowed: "import { Bearer } from '../att/bearer.ts';",
  },
  {
    kind: 'an index named by its folder',
    file: 'src/gap/adapter.ts',
    refused: "import { open } from '..';",
    because: 'name the file',
    allowed: "import { Device } from './device.ts';",
  },
  {
    kind: 'a file without its ending',
    file: 'src/gap/adapter.ts',
    refused: "import { Bearer } from '../att/bearer';",
    because: 'name the file',
    allowed: "import { Bearer } from '../att/bearer.ts';",
  },
  {
    kind: "the package's own name",
    file: 'src/gap/adapter.ts',
    refused: "import type { open } from 'jelling';",
    because: 'gap may not import jelling',
    allowed: "import type { Bearer } from '../att/bearer.ts';",
  },
  {
    kind: "a sub-entry by the package's own name",
    file: 'src/snoop/text.ts',
    refused: "export { Air } from 'jelling/virtual';",
    because: 'snoop may not import jelling/virtual',
    allowed: "export { Bytes } from '../core/bytes.ts';",
  },
  {
    kind: 'a variable',
    file: 'src/open.ts',
    refused: 'const made = await import(kind);',
    because: 'names no module',
    allowed: 'const made = await import(`./transport/tcp.ts`);',
  },
  {
    kind: 'require',
    file: 'src/transport/usb/usb.ts',
    refused: "const usb = require('usb');",
    because: 'transport may load usb only by import()',
    allowed: "const usb = await import('usb');",
  },
  {
    kind: 'import = require',
    file: 'src/transport/usb/usb.ts',
    refused: "import usb = require('usb');",
    because: 'transport may load usb only by import()',
    allowed: "import type usb from 'usb';",
  },
  {
    kind: 'a static import of usb in transport',
    file: 'src/transport/usb/usb.ts',
    refused: "import { WebUSB } from 'usb';",
    because: 'transport may load usb only by import()',
    allowed: "import type { WebUSB } from 'usb';",
  },
  {
    kind: 'an inline type of usb, which still loads it',
    file: 'src/transport/usb/usb.ts',
    refused: "import { type Device } from 'usb';",
    because: 'transport may load usb only by import()',
    allowed: "let device: import('usb').Device;",
  },
  {
    kind: 'a static re-export of serialport',
    file: 'src/transport/serial/serial.ts',
    refused: "export { SerialPort } from '@serialport/stream';",
    because: 'transport may load @serialport/stream only by import()',
    allowed: "export type { SerialPort } from '@serialport/stream';",
  },
  {
    kind: 'a native package outside transport',
    file: 'src/gap/adapter.ts',
    refused: "const { SerialPort } = await import('serialport');",
    because: 'gap may not import serialport',
    allowed: "const { serial } = await import('../transport/serial.ts');",
  },
  {
    kind: 'a package that nobody may use',
    file: 'src/transport/socket/tcp.ts',
    refused: "import lodash from 'lodash';",
    because: 'transport may not import lodash',
    allowed: "import { connect } from 'node:net';",
  },
  {
    kind: 'a node: module outside its layers',
    file: 'src/gatt/cache.ts',
    refused: "import { readFile } from 'node:fs/promises';",
    because: 'gatt/common may not import node:fs/promises',
    allowed: "import { hash } from '../crypto/hash.ts';",
  },
  {
    kind: 'a node: module without its prefix',
    file: 'src/transport/socket/tcp.ts',
    refused: "import { connect } from 'net';",
    because: 'transport may not import net',
    allowed: "import { connect } from 'node:net';",
  },
  {
    kind: 'a node: module other than crypto in crypto',
    file: 'src/crypto/aes.ts',
    refused: "import { Buffer } from 'node:buffer';",
    because: 'crypto may not import node:buffer',
    allowed: "import { createCipheriv } from 'node:crypto';",
  },
  {
    kind: 'a node: module in a store that is no file',
    file: 'src/gap/bond-store.ts',
    refused: "import { readFile } from 'node:fs/promises';",
    because: 'gap may not import node:fs/promises',
    allowed: "import { Bonds } from './bonds.ts';",
  },
  {
    kind: 'a node: module other than stream in streams',
    file: 'src/streams/node-duplex.ts',
    refused: "import { Buffer } from 'node:buffer';",
    because: 'streams may not import node:buffer',
    allowed: "import { Duplex } from 'node:stream';",
  },
  {
    kind: 'timers of node',
    file: 'src/transport/socket/tcp.ts',
    refused: "import { setTimeout } from 'node:timers/promises';",
    because: 'transport may not import node:timers/promises',
    allowed: "import type { Clock } from '../core/clock.ts';",
  },
  {
    kind: 'HCI machinery in the virtual controller',
    file: 'src/virtual/controller.ts',
    refused: "import { CommandQueue } from '../hci/command-queue.ts';",
    because: 'virtual may not import hci',
    allowed: "import { reset } from '../hci/codec/commands.ts';",
  },
  {
    kind: 'HCI machinery in its own codecs',
    file: 'src/hci/codec/acl.ts',
    refused: "import { CommandQueue } from '../command-queue.ts';",
    because: 'hci/codec may not import hci',
    allowed: "import { reset } from './commands.ts';",
  },
  {
    kind: 'a transport loaded by the entry before it is asked for',
    file: 'src/open.ts',
    refused: "import { connect } from './transport/tcp.ts';",
    because: 'entry may load transport only by import()',
    allowed: "const { connect } = await import('./transport/tcp.ts');",
  },
  {
    kind: 'a test helper in the library',
    file: 'src/core/bytes.ts',
    refused: "import { watch } from '../../test/support/leftovers.ts';",
    because: 'no layer owns that file',
    allowed: "import { watch } from './log.ts';",
  },
  {
    kind: 'the sources in a tool',
    file: 'tools/scan.ts',
    refused: "import { open } from '../src/index.ts';",
    because: 'index file',
    allowed: "import { open } from 'jelling';",
  },
  {
    kind: 'an inner file in an example',
    file: 'examples/scanner.ts',
    refused: "import { Adapter } from '../src/gap/adapter.ts';",
    because: 'examples may not import gap',
    allowed: "import { Air } from 'jelling/virtual';",
  },
  {
    kind: 'an entry that is not published',
    file: 'examples/scanner.ts',
    refused: "import { Adapter } from 'jelling/gap';",
    because: 'examples may not import jelling/gap',
    allowed: "import { printer } from 'jelling/snoop';",
  },
];

describe('the layers refuse', () => {
  it.each(planted)('$kind', ({ file, refused, because, allowed }) => {
    expect(judge(file, `// Planted.\n\n${refused}\n`)).toEqual([
      { line: 3, column: expect.any(Number), message: expect.stringContaining(because) },
    ]);
    expect(judge(file, `// Planted.\n\n${allowed}\n`)).toEqual([]);
  });

  it('a file of no layer', () => {
    for (const file of ['src/stray.ts', 'src/mesh/node.ts', 'src/core/legacy.js', 'src/core/legacy.mts']) {
      expect(judge(file, 'export {};')).toMatchObject([{ message: 'no layer owns this file' }]);
    }
    expect(judge('src/core/bytes.ts', 'export {};')).toEqual([]);
  });

  it('every pair of layers that the table does not grant', () => {
    const sample = (name: string): string =>
      layers[name]?.files[0]?.replace('**', 'sample.ts').replace('*', 'x') ?? '';
    const names = Object.keys(layers).filter((name) => sample(name).startsWith('src/'));
    for (const from of names) {
      for (const to of names) {
        const granted = [...(layers[from]?.may ?? []), ...(layers[from]?.lazily ?? [])];
        const wanted = from === to || granted.includes(to) || granted.includes(to.split('/')[0] ?? '');
        const path = `${'../'.repeat(sample(from).split('/').length - 1)}${sample(to)}`;
        const complaints = judge(sample(from), `import type { X } from '${path}';`);
        expect({ from, to, allowed: complaints.length === 0 }).toEqual({
          from,
          to,
          allowed: wanted && to !== 'entry',
        });
      }
    }
  });
});
