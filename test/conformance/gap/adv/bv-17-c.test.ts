import { expect } from 'vitest';
import { AdType, advertisingCase } from '../../harness/advertising.ts';
import { hex } from '../../harness/pdu.ts';

advertisingCase(
  'GAP/ADV/BV-17-C',
  {
    file: 'src/gap/codec/advertising-data-builder.ts',
    from: 'known[1] + uri.slice(known[0].length)',
    to: 'known[1] + uri',
  },
  (iut, signal) => iut.advertise({ uri: 'https://example.org', signal }),
  async (hear) => {
    // 1. The upper tester advertises with a URI, and the tester hears it.
    const { all } = await hear();
    // 2. The structure is there in its form.
    // The scheme is one character of UTF-8, the rest follows.
    expect(all.get(AdType.uri)).toBe(`17${hex(new TextEncoder().encode('//example.org'))}`);
  },
);
