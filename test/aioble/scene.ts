import {
  Characteristic,
  type CharacteristicOptions,
  type Connection,
  type RemoteCharacteristic,
  Service,
} from 'jelling';
import { type Host, type HostOptions, Hosts, linked } from '../support/hosts.ts';

const SERVICE_UUID = '00000001-1000-2000-3000-123456789abc';
const VALUE_UUID = '00000002-1000-2000-3000-123456789abc';

/** A central and a peripheral with a link between them, and one characteristic: as the peripheral has it, and as the central has found it. */
export interface Scene extends AsyncDisposable {
  readonly hosts: Hosts;
  readonly central: Host;
  readonly peripheral: Host;
  readonly atCentral: Connection;
  readonly atPeripheral: Connection;
  readonly service: Service;
  readonly local: Characteristic;
  readonly remote: RemoteCharacteristic;
  /** Lets time pass until the promise has settled, and gives its outcome. */
  run<T>(promise: Promise<T>): Promise<T>;
  /** Waits for a call that must fail, and gives its error. */
  failure(promise: Promise<unknown>): Promise<unknown>;
  /** Lets so many milliseconds pass. */
  wait(ms: number): Promise<void>;
}

export interface SceneOptions {
  readonly characteristic?: CharacteristicOptions;
  readonly central?: HostOptions;
  readonly peripheral?: HostOptions;
  /** On an air where sending takes time. */
  readonly timed?: boolean;
}

export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`the call should have failed, and gave ${String(value)}`);
    },
    (error: unknown) => error,
  );

/** The code of the error that a promise rejects with, or `resolved`. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: { readonly code?: string }) => error.code ?? String(error),
  );

/** By default the characteristic can do all that it can be declared with. */
export const scene = async (options: SceneOptions = {}): Promise<Scene> => {
  const hosts = new Hosts(options.timed === true ? { model: 'timed' } : {});
  const central = await hosts.host(options.central);
  const peripheral = await hosts.host(options.peripheral);
  const service = new Service(SERVICE_UUID);
  const all = { read: true, write: true, writeNoResponse: true, notify: true, indicate: true } as const;
  const local = new Characteristic(service, VALUE_UUID, options.characteristic ?? all);
  peripheral.ble.registerServices(service);
  const { atCentral, atPeripheral } = await linked(hosts, central, peripheral);
  const run = <T>(promise: Promise<T>): Promise<T> => hosts.run(promise);
  const remote = await run(atCentral.service(SERVICE_UUID).then((found) => found.characteristic(VALUE_UUID)));
  return {
    hosts,
    central,
    peripheral,
    atCentral,
    atPeripheral,
    service,
    local,
    remote,
    run,
    failure: (promise) => run(failureOf(promise)),
    wait: (ms) => hosts.clock.advance(ms),
    [Symbol.asyncDispose]: () => hosts[Symbol.asyncDispose](),
  };
};

export const text = (value: Uint8Array): string => new TextDecoder().decode(value);

/** Octets 0, 1, 2, …: a value in which each place can be told. */
export const ramp = (length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => i & 0xff);
