import { describe, expect, it } from 'vitest';
import { DisconnectedError, InvalidArgumentError } from '../../../../src/core/errors.ts';
import { Service } from '../../../../src/gap/local-attributes.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { bytes } from '../../../support/gatt-pair.ts';
import { Hosts, linked } from '../../../support/hosts.ts';
import { counting, pairs } from '../server/many-values.ts';

describe('a connection', () => {
  it('reads and writes many values at once', async () => {
    await using hosts = new Hosts();
    const [central, peripheral] = [await hosts.host(), await hosts.host()];
    const local = new Service(0x181a);
    const stored = [1, 40].map(
      (length) => new Characteristic(local, 0x2a6e, { read: true, write: true, initial: counting(length) }),
    );
    peripheral.ble.registerServices(local);
    const { atCentral } = await linked(hosts, central, peripheral);
    const service = await hosts.run(atCentral.service(0x181a));
    const all = await hosts.run(service.characteristics());
    const found = await hosts.run(atCentral.readByUuid(0x2a6e));
    expect(found).toEqual(all.map(({ handle }, i) => ({ handle, value: counting([1, 40][i] ?? 0) })));
    expect(await hosts.run(service.readByUuid(0x2a6e))).toEqual(found);
    expect(await hosts.run(atCentral.readMultiple(all))).toEqual(found.map(({ value }) => value));
    await hosts.run(atCentral.writeReliably(pairs(all, 'a', 'b')));
    expect(stored.map((characteristic) => characteristic.read())).toEqual([bytes(0x61), bytes(0x62)]);
    const other = await hosts.host();
    const second = await linked(hosts, other, peripheral);
    await expect(second.atCentral.readMultiple(all)).rejects.toThrow(InvalidArgumentError);
    await hosts.run(atCentral.disconnect());
    await expect(atCentral.readByUuid(0x2a6e)).rejects.toThrow(DisconnectedError);
    await expect(atCentral.readMultiple([])).rejects.toThrow(DisconnectedError);
    await expect(atCentral.writeReliably([])).rejects.toThrow(DisconnectedError);
  });
});
