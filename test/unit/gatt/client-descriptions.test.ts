import { describe, expect, it } from 'vitest';
import { MalformedPduError } from '../../../src/core/errors.ts';
import { inOrder, type Step } from '../../support/gatt-pair.ts';
import { EXTENDED, fixture, part, READ, scripted } from './many-values.ts';

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
