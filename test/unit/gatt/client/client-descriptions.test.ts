import { describe, expect, it } from 'vitest';
import { MalformedPduError, NotFoundError } from '../../../../src/core/errors.ts';
import { inOrder, type Step } from '../../../support/gatt-pair.ts';
import { EXTENDED, fixture, part, READ, scripted } from '../server/many-values.ts';

describe('what describes a characteristic', () => {
  const described = (properties: number, ...steps: readonly Step[]) =>
    fixture(1, properties, inOrder(...steps));

  it('userDescription() reads the descriptor as UTF-8', async () => {
    const { clock, all } = await withDescriptors(READ, ['0a 0d00', '0bc3bc']);
    expect(await clock.run(all.userDescription())).toBe('ü');
  });

  it('extendedProperties() reads the bits, and does not believe another length', async () => {
    const { clock, all } = await withDescriptors(EXTENDED, ['0a 0e00', '0b0300'], ['0a 0e00', '0b01']);
    expect(await clock.run(all.extendedProperties())).toEqual({
      reliableWrite: true,
      writableAuxiliaries: true,
    });
    await expect(clock.run(all.extendedProperties())).rejects.toThrow(MalformedPduError);
  });

  it('extendedProperties() asks nothing where there are none', async () => {
    const { all } = await described(READ);
    expect(await all[0]?.extendedProperties()).toEqual({ reliableWrite: false, writableAuxiliaries: false });
  });
});

describe('the formats of a characteristic', () => {
  /** Its value at 000c, and behind it descriptors of these types. */
  const withFormats = async (types: readonly string[], ...steps: readonly Step[]) => {
    const end = part(1, 0x0c + types.length);
    const found = types.map((type, i) => `${part(1, 0x0d + i)}00${type}`).join('');
    const { clock, server } = scripted(
      ['06 0100 ffff 0028 1a18', `07 0a00 ${end}00`],
      [`08 0a00 ${end}00 0328`, '0907 0b00 02 0c00 6e2a'],
      ...(types.length > 1 ? [[`08 0c00 ${end}00 0328`, '01080c000a'] as const] : []),
      ...(types.length > 0 ? [[`04 0d00 ${end}00`, `0501${found}`] as const] : []),
      ...steps,
    );
    const service = await clock.run(server.client.service(0x181a));
    return { clock, server, characteristic: await clock.run(service.characteristic(0x2a6e)) };
  };
  const hundredthsOfDegree = '0e fe 2f27 01 0000';
  const percent = '04 00 ad27 01 0601';

  it('presentationFormats() gives the only one', async () => {
    const { clock, characteristic } = await withFormats(['0429'], ['0a 0d00', `0b ${hundredthsOfDegree}`]);
    expect(await clock.run(characteristic.presentationFormats())).toEqual([
      { format: 'sint16', exponent: -2, unit: '272f', namespace: 1, description: 0 },
    ]);
  });

  it('presentationFormats() gives several in the order of their aggregate, each read once', async () => {
    const { clock, characteristic } = await withFormats(
      ['0429', '0429', '0529'],
      ['0a 0f00', '0b 0e00 0d00 0e00'],
      ['0a 0e00', `0b ${percent}`],
      ['0a 0d00', `0b ${hundredthsOfDegree}`],
    );
    const formats = await clock.run(characteristic.presentationFormats());
    expect(formats.map(({ format }) => format)).toEqual(['uint8', 'sint16', 'uint8']);
  });

  it('presentationFormats() gives none where there is none', async () => {
    const { clock, characteristic } = await withFormats([]);
    expect(await clock.run(characteristic.presentationFormats())).toEqual([]);
    await expect(clock.run(characteristic.readFormatted())).rejects.toThrow(NotFoundError);
  });

  it('readFormatted() gives each part with its unit', async () => {
    const { clock, characteristic } = await withFormats(
      ['0429', '0429', '0529'],
      ['0a 0f00', '0b 0d00 0e00'],
      ['0a 0d00', `0b ${hundredthsOfDegree}`],
      ['0a 0e00', `0b ${percent}`],
      ['0a 0c00', '0b 6608 2a'],
    );
    const parts = await clock.run(characteristic.readFormatted());
    expect(parts.map(({ value, format }) => [value, format.unit])).toEqual([
      [21.5, '272f'],
      [42, '27ad'],
    ]);
  });

  it.each<[string, readonly string[], readonly Step[]]>([
    ['a format of six octets', ['0429'], [['0a 0d00', '0b 0efe2f270100']]],
    ['half a handle in an aggregate', ['0429', '0529'], [['0a 0e00', '0b 0d00 0d']]],
    ['an aggregate of itself', ['0429', '0529'], [['0a 0e00', '0b 0e00']]],
    ['an aggregate of another value', ['0429', '0529'], [['0a 0e00', '0b 0c00']]],
  ])('%s is not believed', async (_name, types, steps) => {
    const { clock, characteristic } = await withFormats(types, ...steps);
    await expect(clock.run(characteristic.presentationFormats())).rejects.toThrow(MalformedPduError);
  });
});

/** One characteristic whose value stands at 000c, a user description at 000d, extended properties at 000e. */
const withDescriptors = async (properties: number, ...steps: readonly Step[]) => {
  const { clock, server } = scripted(
    ['06 0100 ffff 0028 1a18', '07 0a00 0e00'],
    ['08 0a00 0e00 0328', `0907 0b00 ${part(1, properties)} 0c00 6e2a`],
    ['08 0c00 0e00 0328', '01080c000a'],
    ['04 0d00 0e00', '0501 0d00 0129 0e00 0029'],
    ...steps,
  );
  const service = await clock.run(server.client.service(0x181a));
  return { clock, server, all: await clock.run(service.characteristic(0x2a6e)) };
};
