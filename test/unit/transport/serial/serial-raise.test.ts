import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { TransportError } from '../../../../src/core/errors.ts';
import { fromHex } from '../../../support/hex.ts';
import { FakeSerial } from './fake-serial.ts';
import { drive, open } from './open-serial.ts';

interface ChipOptions {
  readonly company: number;
  /** The rate it begins at; it is deaf at every other. */
  readonly begins?: number;
  /** The rate that it really takes, whatever it is told. */
  readonly takes?: number;
  readonly status?: string;
}

/** A chip that can be told to go faster. */
const chip = ({ company, begins = 115_200, takes, status = '00' }: ChipOptions) => {
  let rate = begins;
  const heard: string[] = [];
  const hear = (octets: Uint8Array, serial: FakeSerial): void => {
    if (serial.baudRate !== rate) return;
    const hex = toHex(octets);
    heard.push(`${hex} at ${rate}`);
    const opcode = hex.slice(2, 6);
    if (opcode === '030c') serial.say(fromHex('040e0401030c00'));
    else if (opcode === '0110') {
      const maker = toHex(Uint8Array.of(company & 0xff, company >> 8));
      serial.say(fromHex(`040e0c01 0110 00 08 0000 08 ${maker} 0000`));
    } else {
      serial.say(fromHex(`040e0401${opcode}${status}`));
      const told = fromHex(hex).slice(-4);
      if (opcode !== '45fc' && status === '00')
        rate = takes ?? told.reduce((sum, octet, i) => sum + octet * 256 ** i, 0);
    }
  };
  return { heard, fake: new FakeSerial({ hear }) };
};

const raise = async (options: ChipOptions, raiseTo: number) => {
  const { heard, fake } = chip(options);
  const { clock, opening } = open(
    fake,
    { baudRate: 115_200, raiseTo },
    { timeoutMs: Number.POSITIVE_INFINITY },
  );
  const outcome = await drive(clock, opening).catch((error: unknown) => error as Error);
  if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TransportError);
  else await drive(clock, outcome.close());
  expect(fake.isOpen).toBe(false);
  expect(clock.pending).toBe(0);
  return { heard, outcome, text: outcome instanceof Error ? outcome.message : outcome.name };
};

describe('a faster rate, by a command of the maker', () => {
  test.each([
    ['Texas Instruments', 13, 921_600, ['0136ff0400100e00']],
    ['Broadcom', 15, 3_000_000, ['0118fc060000c0c62d00']],
    ['Cypress', 305, 4_000_000, ['0145fc0101', '0118fc06000000093d00']],
  ])('%s', async (_name, company, raiseTo, commands) => {
    const { heard, text } = await raise({ company }, raiseTo);
    expect(heard).toEqual([
      '01030c00 at 115200',
      '01011000 at 115200',
      ...commands.map((command) => `${command} at 115200`),
      `01030c00 at ${raiseTo}`,
    ]);
    expect(text).toBe(`serial:/dev/ttyX,${raiseTo}`);
  });

  test('a chip that is so fast already is left alone', async () => {
    const { heard, text } = await raise({ company: 15, begins: 921_600 }, 921_600);
    expect(heard).toEqual(['01030c00 at 921600']);
    expect(text).toBe('serial:/dev/ttyX,921600');
  });

  test('a maker without such a command', async () => {
    const { text } = await raise({ company: 0x59 }, 921_600);
    expect(text).toBe(
      'cannot raise serial:/dev/ttyX to 921600 baud: no command for that is known of its maker (Company Identifier 89); leave raise= out',
    );
  });

  test('a chip that refuses', async () => {
    const { text } = await raise({ company: 15, status: '12' }, 921_600);
    expect(text).toMatch(/^cannot raise .*: the controller refuses it; leave raise= out, or give a rate/);
  });

  test('a chip that does not follow', async () => {
    const { text } = await raise({ company: 15, takes: 57_600 }, 921_600);
    expect(text).toMatch(
      /took the rate and does not answer at it; give a lower one, and take its power away/,
    );
  });
});
