import { describe, expect, it } from 'vitest';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Descriptor } from '../../../../src/gatt/server/descriptor.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import { ManualClock, newServer, RawClient } from '../../../support/gatt-pair.ts';

const UART = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
const UART_OCTETS = '9ecadc240ee5a9e093f3a3b50100406e';

/**
 * 0001 1800, 0002-0003 Device Name, 0004-0005 Appearance; 0020 1801, 0021-0023 Service Changed with its configuration, 0024-0025 Client Supported Features,
 * 0026-0027 Database Hash, 0028-0029 Server Supported Features; 0030 181a, 0031-0034 Temperature with configuration and description, 0035-0036 Humidity;
 * 0037 Nordic UART, 0038-0039 its RX; 003a another 181a; 003b 180f.
 */
const fixture = (): RawClient => {
  const clock = new ManualClock();
  const server = newServer(clock);
  const environment = new Service(0x181a);
  const temperature = new Characteristic(environment, 0x2a6e, { read: true, notify: true });
  new Descriptor(temperature, 0x2901, { read: true, initial: 'room' });
  new Characteristic(environment, 0x2a6f, { read: true });
  const uart = new Service(UART);
  new Characteristic(uart, '6e400002-b5a3-f393-e0a9-e50e24dcca9e', { write: true, writeNoResponse: true });
  server.register(environment, uart, new Service(0x181a), new Service(0x180f));
  return new RawClient(clock, server);
};

describe('Read By Group Type', () => {
  it('lists services of one UUID length, and goes on from where it was left (GATT/SR/GAD/BV-01-C)', async () => {
    const client = fixture();
    expect(await client.ask('10 0100 ffff 0028')).toEqual([
      '1106 010007000018 200029000118 300036001a18'.replaceAll(' ', ''),
    ]);
    expect(await client.ask('10 3700 ffff 0028')).toEqual([
      `1114 37003900 ${UART_OCTETS}`.replaceAll(' ', ''),
    ]);
    expect(await client.ask('10 3a00 ffff 0028')).toEqual([
      '1106 3a003a00 1a18 3b003b00 0f18'.replaceAll(' ', ''),
    ]);
    expect(await client.ask('10 3c00 ffff 0028')).toEqual(['01103c000a']);
  });

  it('takes the type in its long form', async () => {
    const client = fixture();
    expect(await client.ask('10 3b00 ffff fb349b5f80000080 00100000 00280000')).toEqual(['11063b003b000f18']);
  });

  it('answers from within a service with the next one only', async () => {
    expect(await fixture().ask('10 0200 2000 0028')).toEqual(['1106200029000118']);
    expect(await fixture().ask('10 2100 2900 0028')).toEqual(['011021000a']);
  });

  it('refuses what is no group, and ranges that are none', async () => {
    const client = fixture();
    expect(await client.ask('10 0100 ffff 0328')).toEqual(['0110010010']);
    expect(await client.ask('10 0100 ffff 6e2a')).toEqual(['0110010010']);
    expect(await client.ask('10 0000 ffff 0028')).toEqual(['0110000001']);
    expect(await client.ask('10 0500 0400 0028')).toEqual(['0110050001']);
  });
});

describe('Find By Type Value', () => {
  it('finds every service of a UUID (GATT/SR/GAD/BV-02-C)', async () => {
    const client = fixture();
    expect(await client.ask('06 0100 ffff 0028 1a18')).toEqual(['07 30003600 3a003a00'.replaceAll(' ', '')]);
    expect(await client.ask(`06 0100 ffff 0028 ${UART_OCTETS}`)).toEqual(['0737003900']);
    expect(await client.ask('06 3b00 ffff 0028 1a18')).toEqual(['01063b000a']);
    expect(await client.ask('06 0100 ffff 0028 3412')).toEqual(['010601000a']);
  });

  it('knows a 16-bit UUID by its long form', async () => {
    expect(await fixture().ask('06 0100 ffff 0028 fb349b5f80000080001000000f180000')).toEqual(['073b003b00']);
  });

  it('does not tell by comparing what the values of characteristics are', async () => {
    expect(await fixture().ask(`06 0100 ffff 0029 ${Buffer.from('room').toString('hex')}`)).toEqual([
      '010601000a',
    ]);
    expect(await fixture().ask(`06 0100 ffff 002a ${Buffer.from('test').toString('hex')}`)).toEqual([
      '010601000a',
    ]);
  });

  it('refuses ranges that are none', async () => {
    expect(await fixture().ask('06 0000 ffff 0028 1a18')).toEqual(['0106000001']);
    expect(await fixture().ask('06 0200 0100 0028 1a18')).toEqual(['0106020001']);
  });
});

describe('Read By Type', () => {
  it('lists the declarations of a service (GATT/SR/GAD/BV-04-C)', async () => {
    const client = fixture();
    expect(await client.ask('08 3000 3600 0328')).toEqual([
      '0907 3100123200 6e2a 3500023600 6f2a'.replaceAll(' ', ''),
    ]);
    expect(await client.ask('08 3600 3600 0328')).toEqual(['010836000a']);
  });

  it('keeps UUID lengths apart', async () => {
    expect(await fixture().ask('08 3500 3900 0328')).toEqual(['090735000236006f2a']);
    expect(await fixture().ask('08 3600 3900 0328')).toEqual([
      '0915 3800 0c 3900 9ecadc240ee5a9e093f3a3b50200406e'.replaceAll(' ', ''),
    ]);
  });

  it('reads values by their UUID (GATT/SR/GAR/BV-03-C)', async () => {
    const client = fixture();
    expect(await client.ask('08 0100 ffff 002a')).toEqual([`09060300${Buffer.from('test').toString('hex')}`]);
    expect(await client.ask('08 0100 ffff 0129')).toEqual([`09063400${Buffer.from('room').toString('hex')}`]);
  });

  it('refuses by the handle that stands in the way, if it is the first (GATT/SR/GAR/BI-06-C to BI-08-C)', async () => {
    const client = fixture();
    expect(await client.ask('08 0100 ffff 9ecadc240ee5a9e093f3a3b50200406e')).toEqual(['0108390002']);
    expect(await client.ask('08 0100 ffff 3412')).toEqual(['010801000a']);
    expect(await client.ask('08 0000 ffff 002a')).toEqual(['0108000001']);
    expect(await client.ask('08 0300 0200 002a')).toEqual(['0108030001']);
  });

  it('lists included services, with the UUID only where it has 16 bits (GATT/SR/GAD/BV-03-C)', async () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const outer = new Service(0x181a);
    outer.include(new Service(0x180f));
    outer.include(new Service(UART));
    server.register(outer);
    const client = new RawClient(clock, server);
    expect(outer.handle).toBe(0x32);
    expect(await client.ask('08 3200 3400 0228')).toEqual(['0908330030003000 0f18'.replaceAll(' ', '')]);
    expect(await client.ask('08 3400 3400 0228')).toEqual(['0906340031003100']);
  });
});

describe('Find Information', () => {
  it('lists handles and types of one UUID length (GATT/SR/GAD/BV-06-C)', async () => {
    const client = fixture();
    expect(await client.ask('04 3300 3400')).toEqual(['0501 33000229 34000129'.replaceAll(' ', '')]);
    expect(await client.ask('04 3900 3b00')).toEqual([
      '0502 3900 9ecadc240ee5a9e093f3a3b50200406e'.replaceAll(' ', ''),
    ]);
    expect(await client.ask('04 3800 3900')).toEqual(['050138000328']);
  });

  it('fills the PDU and no more', async () => {
    const [answer = ''] = await fixture().ask('04 0100 ffff');
    expect(answer.length / 2).toBe(2 + 5 * 4);
  });

  it('refuses an empty range and one that is none', async () => {
    expect(await fixture().ask('04 3c00 ffff')).toEqual(['01043c000a']);
    expect(await fixture().ask('04 0000 ffff')).toEqual(['0104000001']);
    expect(await fixture().ask('04 0200 0100')).toEqual(['0104020001']);
  });
});
