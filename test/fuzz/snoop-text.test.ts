import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedPduError } from '../../src/core/errors.ts';
import { btsnoop, readBtsnoop } from '../../src/snoop/btsnoop.ts';
import { printPacket, printRecord } from '../../src/snoop/text.ts';

const SEED = 20_061_016;
const RUNS = 3000;

/** Any octets, mostly with an indicator and a length that fits, so that they get past the headers. */
const packet = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(fc.constantFrom(0x0e, 0x0f, 0x13, 0x3e), fc.uint8Array({ maxLength: 255 }))
    .map(([code, body]) => Uint8Array.of(4, code, body.length, ...body)),
  fc
    .tuple(
      fc.constantFrom(0x01, 0x03, 0x08),
      fc.integer({ min: 0, max: 0x3ff }),
      fc.uint8Array({ maxLength: 255 }),
    )
    .map(([ogf, ocf, body]) => Uint8Array.of(1, ocf & 0xff, (ogf << 2) | (ocf >> 8), body.length, ...body)),
);

describe('the text of a packet', () => {
  it('is one line, whatever the packet holds', () => {
    fc.assert(
      fc.property(packet, fc.boolean(), (bytes, showKeys) => {
        const text = printPacket(bytes, { showKeys });
        expect(text).not.toBe('');
        expect(text).not.toContain('\n');
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

describe('a btsnoop file', () => {
  it('of any octets gives records or MalformedPduError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, withHeader) => {
        const file = withHeader ? Uint8Array.of(...btsnoop.header(), ...noise) : noise;
        try {
          for (const record of readBtsnoop(file)) expect(printRecord(record)).not.toContain('\n');
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedPduError);
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
