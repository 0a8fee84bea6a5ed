import { expect, it } from 'vitest';
import { characteristicName, descriptorName, serviceName } from '../../../src/gatt/names.ts';
import { printProperties, propertiesFromBits, propertiesToBits } from '../../../src/gatt/properties.ts';

it('names what is known, in whatever form it is given', () => {
  expect(serviceName(0x181a)).toBe('Environmental Sensing');
  expect(serviceName('6E400001-B5A3-F393-E0A9-E50E24DCCA9E')).toBe('Nordic UART');
  expect(characteristicName('00002a6e-0000-1000-8000-00805f9b34fb')).toBe('Temperature');
  expect(descriptorName(0x2902)).toBe('Client Characteristic Configuration');
});

it('keeps the tables apart and invents nothing', () => {
  expect(serviceName(0x2a6e)).toBeUndefined();
  expect(characteristicName(0x1234)).toBeUndefined();
  expect(descriptorName(0x181a)).toBeUndefined();
});

it('reads and prints every property bit', () => {
  for (let bits = 0; bits < 256; bits++) expect(propertiesToBits(propertiesFromBits(bits))).toBe(bits);
  expect(printProperties(propertiesFromBits(0x12))).toBe('read, notify');
  expect(printProperties(propertiesFromBits(0))).toBe('none');
});
