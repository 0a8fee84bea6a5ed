import assert from 'node:assert/strict';
import { Characteristic, open, Service } from 'jelling';
import type { Row, Socket } from '../row.ts';

type Facts = { readonly central: Socket; readonly peripheral: Socket };

const patient = { timeoutMs: 20_000 };
const value = Uint8Array.from({ length: 200 }, (_, index) => index);

export const twoDongles: Row<Facts> = {
  name: 'two-dongles',
  what: 'two dongles in one machine: each is opened by its port, and they find each other, pair and read',
  timeoutMs: 120_000,
  stage: async (stage) => {
    const central = await stage.dongle();
    const peripheral = await stage.dongle({ profile: 'csr8510' });
    return { central: central.socket, peripheral: peripheral.socket };
  },
  guest: async ({ attach, facts, say }) => {
    const [one, two] = [await attach(facts.central), await attach(facts.peripheral)];
    say(`usb:${one} and usb:${two}`);
    await using peripheral = await open(`usb:${two}`, { security: {}, bonds: false, name: 'kettle' });
    const service = new Service(0x181a);
    new Characteristic(service, 0x2a6e, { read: { encrypted: true }, initial: value });
    peripheral.registerServices(service);
    await using advertising = peripheral.advertising({ intervalMs: 100, name: 'kettle' });
    const served = (async (): Promise<void> => {
      for await (const connection of advertising) void connection;
    })();
    await Promise.race([advertising.started(), served]);

    await using central = await open(`usb:${one}`, { bonds: false });
    await using scanner = central.scan({ durationMs: 20_000 });
    for await (const { name, device } of scanner) {
      if (name !== 'kettle') continue;
      await using connection = await device.connect(patient);
      await connection.pair(patient);
      const remote = await (await connection.service(0x181a, patient)).characteristic(0x2a6e, patient);
      assert.deepEqual(await remote.read(patient), value);
      assert.equal(connection.security.encrypted, true);
      return;
    }
    assert.fail('they have not heard each other');
  },
};
