import { expect } from 'vitest';
import { readBlob, readBlobResponse } from '../../../harness/att.ts';
import { serverCase } from '../../../harness/case.ts';
import { size, slice } from '../../../harness/pdu.ts';
import { LONG_VALUE } from '../../../harness/services.ts';

serverCase(
  'GATT/SR/GAR/BV-08-C',
  {
    file: 'src/gatt/server/server-read.ts',
    from: 'if (valueOffset > value.length)',
    to: 'if (valueOffset >= value.length)',
  },
  async ({ att }, { longDescriptor }) => {
    // 1. The tester reads a long descriptor in parts until one is shorter than an answer can be.
    let value = '';
    let part = '';
    do {
      part = slice(await att.exchange(readBlob(longDescriptor.handle, size(value)), '0d *'), 1);
      value += part;
    } while (size(part) === 22);
    expect(value).toBe(LONG_VALUE);
    // 2. It reads where the value ends, and gets an empty part.
    await att.exchange(readBlob(longDescriptor.handle, size(value)), readBlobResponse(''));
  },
);
