import {
  type Adapter,
  BleError,
  Characteristic,
  type CharacteristicProperties,
  DisconnectedError,
  type ManufacturerData,
  open,
  type SendOptions,
  Service,
  type SubscribeOptions,
  type Subscription,
  TimeoutError,
  type ValueStream,
  type WriteOptions,
  type Written,
} from 'jelling';
import {
  type BatteryService,
  batteryService,
  connectNordicUart,
  deviceInformationService,
  FileClient,
  type FileEntry,
  openFolder,
  serveFiles,
  type UartChannel,
} from 'jelling/services';
import * as snoop from 'jelling/snoop';
import * as virtual from 'jelling/virtual';

/** A central, as a stranger writes one: with nothing but the language and the package. */
export async function readTemperature(moniker: string): Promise<number | undefined> {
  await using ble = await open(moniker);
  await using scanner = ble.scan({ durationMs: 5_000, active: true });
  for await (const result of scanner) {
    if (!result.services.includes('181a')) continue;
    await using connection = await result.device.connect({ timeoutMs: 2_000 });
    const service = await connection.service(0x181a);
    const temperature = await service.characteristic(0x2a6e);
    const value: Uint8Array<ArrayBuffer> = await temperature.read({ timeoutMs: 1_000 });
    return value[0];
  }
  return undefined;
}

/** A peripheral. */
export async function serveTemperature(moniker: string): Promise<string> {
  await using ble = await open(moniker);
  const environment = new Service(0x181a);
  const temperature = new Characteristic(environment, 0x2a6e, { read: true, notify: true });
  ble.registerServices(environment);
  try {
    await using connection = await ble.advertise({ intervalMs: 250, name: 'temp', services: [0x181a] });
    temperature.write(Uint8Array.of(21));
    await temperature.notify(connection);
    await connection.disconnected();
  } catch (error) {
    if (error instanceof DisconnectedError || error instanceof TimeoutError) return error.code;
    throw error;
  }
  return BleError.name;
}

/** Services that are ready made. */
export function standardServices(): readonly Service[] {
  const battery: BatteryService = batteryService({ level: 100 });
  return [battery, deviceInformationService({ manufacturerName: 'a stranger' })];
}

/** Octets over a UART and files over a channel. */
export async function copyAll(moniker: string): Promise<UartChannel> {
  await using ble = await open(moniker);
  await using _server = serveFiles(ble, { storage: await openFolder('.'), uploads: 'new' });
  const connection = await ble.device('F0:F1:F2:F3:F4:F5', 'random').connect();
  const files: FileClient = await FileClient.find(connection);
  const entries: readonly FileEntry[] = await files.list();
  for (const { name } of entries) await files.download(name, await openFolder('/tmp'));
  return connectNordicUart(connection);
}

/** What signatures speak of can be named. */
export interface Station {
  readonly ble: Adapter;
  readonly can: CharacteristicProperties;
  readonly heard: readonly ManufacturerData[];
  readonly readings: ValueStream;
  readonly written: readonly Written[];
  readonly asked: Subscription;
  readonly how: SendOptions & SubscribeOptions & WriteOptions;
}

export const entries: object[] = [snoop, virtual];
