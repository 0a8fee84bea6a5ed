import { describe, expect, it } from 'vitest';
import { parseUuid } from '../../../../src/core/uuid.ts';
import type { Attribute } from '../../../../src/gatt/server/attribute.ts';
import { AttributeDatabase } from '../../../../src/gatt/server/attribute-database.ts';

const attribute = (handle: number, type = 0x2800, groupEnd = handle): Attribute => ({
  handle,
  type: parseUuid(type),
  groupEnd,
  permissions: {},
  source: { maxLength: 0, value: () => new Uint8Array(0), commit: () => {} },
});

describe('the attribute database', () => {
  it('gives out handles from 1, one after the other', () => {
    const database = new AttributeDatabase();
    expect(database.findFree(3)).toBe(1);
    database.insert([attribute(1), attribute(2, 0x2803), attribute(3, 0x2a00)]);
    expect(database.findFree(1)).toBe(4);
    expect(database.size).toBe(3);
    expect(database.get(2)?.type).toBe('2803');
    expect(database.get(0)).toBeUndefined();
    expect(database.get(4)).toBeUndefined();
    expect(database.get(0xffff)).toBeUndefined();
  });

  it('walks over gaps, within the bounds given', () => {
    const database = new AttributeDatabase();
    database.insert([attribute(2), attribute(5, 0x2803), attribute(9)]);
    expect(database.next(1, 0xffff)?.handle).toBe(2);
    expect(database.next(3, 0xffff)?.handle).toBe(5);
    expect(database.next(3, 4)).toBeUndefined();
    expect(database.next(10, 0xffff)).toBeUndefined();
    expect(database.nextOfType(parseUuid(0x2800), 3, 0xffff)?.handle).toBe(9);
    expect(database.nextOfType(parseUuid(0x2800), 3, 8)).toBeUndefined();
  });

  it('keeps the handles of what stays when something goes, and does not hand the freed ones out at once', () => {
    const database = new AttributeDatabase();
    database.insert([1, 2, 3, 4].map((handle) => attribute(handle)));
    database.remove({ start: 2, end: 4 });
    expect(database.size).toBe(1);
    expect(database.get(1)?.handle).toBe(1);
    expect(database.next(2, 0xffff)).toBeUndefined();
    expect(database.findFree(2)).toBe(5);
  });

  it('goes back to freed handles when there are no others, and says so when there are none', () => {
    const database = new AttributeDatabase();
    database.insert(Array.from({ length: 0xffff }, (_, i) => attribute(i + 1)));
    expect(() => database.findFree(1)).toThrow(/database is full/);
    database.remove({ start: 100, end: 101 });
    database.remove({ start: 200, end: 202 });
    expect(database.findFree(3)).toBe(200);
    expect(database.findFree(2)).toBe(100);
    expect(() => database.findFree(4)).toThrow(/database is full/);
  });

  it('refuses a handle that is taken, and then changes nothing', () => {
    const database = new AttributeDatabase();
    database.insert([attribute(2)]);
    expect(() => database.insert([attribute(1), attribute(2)])).toThrow(RangeError);
    expect(database.get(1)).toBeUndefined();
    expect(() => database.insert([attribute(0)])).toThrow(RangeError);
    expect(() => database.insert([attribute(0x1_0000)])).toThrow(RangeError);
  });
});
