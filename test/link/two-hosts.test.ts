import { type Adapter, Characteristic, open, Service } from 'jelling';
import { createAir } from 'jelling/virtual';
import { expect, test } from 'vitest';

test('scan, connect, discover, read, write, notify, indicate, disconnect', async () => {
  const air = createAir();
  await using peripheral: Adapter = await open(air.createController().connect());
  await using central: Adapter = await open(air.createController().connect());

  const service = new Service(0x181a);
  const long = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
  const temperature = new Characteristic(service, 0x2a6e, {
    read: true,
    write: true,
    notify: true,
    indicate: true,
    initial: long,
  });
  peripheral.registerServices(service);
  const incoming = peripheral.advertise({ name: 'temp-sense', services: [0x181a], intervalMs: 20 });

  await using scanner = central.scan({ active: true });
  const found = await scanner.next();
  expect(found.value?.name).toBe('temp-sense');
  expect(found.value?.services).toEqual(['181a']);
  await scanner.close();
  const device = found.value?.device;
  if (device === undefined) throw new Error('nothing found');
  await using connection = await device.connect();
  await using atPeripheral = await incoming;
  expect(connection.mtu).toBe(517);
  expect(atPeripheral.mtu).toBe(517);
  expect(atPeripheral.device.address).toBe(central.address);

  const remote = await (await connection.service(0x181a)).characteristic(0x2a6e);
  expect(await remote.read()).toEqual(long);
  await remote.write(Uint8Array.of(1, 2, 3));
  expect(temperature.read()).toEqual(Uint8Array.of(1, 2, 3));

  await remote.subscribe({ notify: true, indicate: true });
  await temperature.subscribed(atPeripheral);
  await temperature.notify(atPeripheral, { value: Uint8Array.of(9) });
  expect(await remote.notified({ timeoutMs: 1_000 })).toEqual(Uint8Array.of(9));
  const indicated = remote.indicated({ timeoutMs: 1_000 });
  await temperature.indicate(atPeripheral, { value: Uint8Array.of(8) });
  expect(await indicated).toEqual(Uint8Array.of(8));

  await connection.disconnect();
  expect((await atPeripheral.disconnected({ timeoutMs: 1_000 })).reason).toBe(0x13);
  expect(connection.isConnected).toBe(false);
});
