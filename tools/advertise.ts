import { type Connection, parseUuid } from 'jelling';
import { serveCentrals } from './centrals.ts';
import { defineCommand } from './command.ts';
import { describeCharacteristic } from './describe.ts';
import { UsageError } from './exit.ts';
import { followSecurity, guardOf, guardOptions, policyOf } from './guarding.ts';
import { duration, flag, optional, type Read, repeated, text, whole } from './option.ts';
import type { Output } from './output.ts';
import { pairingUser } from './pairing-user.ts';
import { buildServices, parseCharacteristic, type ServedEvents } from './served-attributes.ts';
import { withAdapter } from './session.ts';
import { showValue, valueFields } from './show-value.ts';
import { parseHex } from './value.ts';

/** `COMPANY:OCTETS`: `0xffff:0102`. */
const manufacturerData: Read<readonly [number, Uint8Array]> = (given) => {
  const [, company = '', octets = ''] = /^([^:]+):(.*)$/.exec(given) ?? [];
  if (company === '') throw new UsageError(`'${given}' is no manufacturer data: as in 0xffff:0102`);
  return [whole(0, 0xffff)(company), parseHex(octets)];
};

export const advertise = defineCommand({
  description: [
    'Advertises a name and services, accepts every central that connects, and says what they do. It goes on until Ctrl-C, or until the first central has gone with --once. With --timeout it ends with status 4 when no central has come for so long.',
    'Nobody may pair unless --require or --io is given. With --require only those who have paired may touch what is served. The passkey to enter on the peer is printed here; what is asked here is answered on standard input. Bonds are kept, and encrypt the next links.',
    'A well-known service has its usual characteristic where none is given: 180a Device Information, 180d Heart Rate, 180f Battery, 181a Environmental Sensing. Other services are empty until --characteristic fills them.',
  ],
  options: {
    name: optional('NAME', 'the name to advertise; also what clients read as Device Name', text),
    service: repeated('UUID', 'a service to advertise and serve', (given) => parseUuid(given)),
    characteristic: repeated(
      'SPEC',
      'a characteristic to serve: [SERVICE/]UUID[,PROPERTY…][=VALUE]; properties are read, write, writeNoResponse, notify, indicate; the value is hex:…, text:… or a number as in u8:100',
      parseCharacteristic,
    ),
    manufacturer: repeated('COMPANY:OCTETS', 'manufacturer data, as in 0xffff:0102', manufacturerData),
    appearance: optional(
      'N',
      'what kind of thing this is, a number of the Assigned Numbers',
      whole(0, 0xffff),
    ),
    interval: optional('TIME', 'how often to advertise, 20ms to 10.24s; 100ms unless given', duration),
    ...guardOptions,
    every: optional('TIME', 'send each value to those who have subscribed, again and again', duration),
    once: flag('end when the first central has gone'),
  },
  examples: [
    'jelling advertise --name X --service 180f',
    'jelling advertise --name thermo --service 181a --every 1s',
    'jelling advertise --name X --service 180f --require authenticated --io display',
    "jelling advertise --name lamp --characteristic 'ff10/ff11,read,write=u8:0'",
  ],
  async run(invocation) {
    const { output, options, signal, common } = invocation;
    const { name, manufacturer, appearance, interval: intervalMs, once } = options;
    const guard = guardOf(options);
    const { require, io, permission } = guard;
    const { service: services, characteristic: characteristics } = options;
    const served = buildServices({ services, characteristics, events: eventsTo(output), permission });
    const uuids = served.services.map(({ uuid }) => uuid);
    await withAdapter(
      invocation,
      async (ble) => {
        ble.registerServices(...served.services);
        if (io !== undefined) ble.security = policyOf(guard, pairingUser(invocation, { io, tell: 'data' }));
        await using advertising = ble.advertising({
          name,
          services: uuids,
          manufacturer,
          appearance,
          intervalMs,
          timeoutMs: common.timeout,
          signal,
        });
        const resending =
          options.every === undefined ? undefined : resend(served.characteristics, options.every);
        const what = `advertising ${name ?? 'without a name'}`;
        try {
          const fields = { name, services: uuids, require, io };
          const onConnection = (connection: Connection): Promise<void> => followSecurity(output, connection);
          await serveCentrals({ ble, advertising, output, signal, what, fields, once, onConnection });
        } finally {
          clearInterval(resending);
        }
      },
      { name, appearance },
    );
    return undefined;
  },
});

const eventsTo = (output: Output): ServedEvents => ({
  subscribed(uuid, { device: { address } }, { notify, indicate }) {
    output.data({ event: 'subscribed', address, uuid, notify, indicate }, () => {
      const kinds = [notify ? 'notifications' : '', indicate ? 'indications' : ''].filter(
        (kind) => kind !== '',
      );
      const what = kinds.length === 0 ? 'wants no more values' : `has subscribed to ${kinds.join(' and ')}`;
      return `${address} ${what} of ${describeCharacteristic(uuid)}`;
    });
  },
  written(uuid, { device: { address } }, value) {
    output.data({ event: 'written', address, uuid, ...valueFields(uuid, value) }, () => {
      const shown = showValue(uuid, value, output.style);
      return `${address} has written ${describeCharacteristic(uuid)}: ${shown}`;
    });
  },
});

interface Resendable {
  read(): Uint8Array;
  write(value: Uint8Array, options: { readonly sendUpdate: boolean }): void;
}

const resend = (characteristics: readonly Resendable[], everyMs: number): NodeJS.Timeout =>
  setInterval(() => {
    for (const each of characteristics) each.write(each.read(), { sendUpdate: true });
  }, everyMs);
