import { describe, expect, it } from 'vitest';
import {
  AttError,
  DisconnectedError,
  MalformedPduError,
  NotFoundError,
  TimeoutError,
} from '../../../../src/core/errors.ts';
import { DISCOVERY_LIMIT } from '../../../../src/gatt/client/discovery.ts';
import { Characteristic } from '../../../../src/gatt/server/characteristic.ts';
import { Descriptor } from '../../../../src/gatt/server/descriptor.ts';
import { Service } from '../../../../src/gatt/server/service.ts';
import {
  connectPair,
  inOrder,
  ManualClock,
  newServer,
  type Script,
  ScriptedServer,
  type Step,
  turn,
} from '../../../support/gatt-pair.ts';

const UART = '6e400001-b5a3-f393-e0a9-e50e24dcca9e';
const UART_OCTETS = '9ecadc240ee5a9e093f3a3b50100406e';

const scripted = (...steps: readonly Step[]) => {
  const clock = new ManualClock();
  return { clock, server: new ScriptedServer(clock, inOrder(...steps)) };
};

const notFound = (opcode: string, handle: string): string => `01${opcode}${handle}0a`;

describe('the discovery of services', () => {
  it('asks for all until there are no more (GATT/CL/GAD/BV-01-C)', async () => {
    const { clock, server } = scripted(
      ['10 0100 ffff 0028', '1106 0100 0500 0018 0600 0900 0118'],
      ['10 0a00 ffff 0028', `1114 0a00 1000 ${UART_OCTETS}`],
      ['10 1100 ffff 0028', notFound('10', '1100')],
    );
    const services = await clock.run(server.client.services());
    expect(services.map(({ uuid, handle, endHandle }) => [uuid, handle, endHandle])).toEqual([
      ['1800', 1, 5],
      ['1801', 6, 9],
      [UART, 10, 16],
    ]);
    expect(await server.client.services()).toEqual(services);
    expect((await server.client.services({ uuid: 0x1801 }))[0]).toBe(services[1]);
  });

  it('ends at the last handle without asking again', async () => {
    const { clock, server } = scripted(['10 0100 ffff 0028', '1106 0100 ffff 0018']);
    expect((await clock.run(server.client.services())).length).toBe(1);
  });

  it('asks for one by its UUID, and no further than to the first (GATT/CL/GAD/BV-02-C)', async () => {
    const { clock, server } = scripted(['06 0100 ffff 0028 1a18', '07 0a00 1000 1400 1400']);
    const service = await clock.run(server.client.service(0x181a));
    expect([service.handle, service.endHandle]).toEqual([10, 16]);
    expect(await server.client.service('181A')).toBe(service);
  });

  it('asks by the long form of a long UUID', async () => {
    const { clock, server } = scripted([`06 0100 ffff 0028 ${UART_OCTETS}`, '07 0a00 1000']);
    expect((await clock.run(server.client.service(UART))).uuid).toBe(UART);
  });

  it('lists what there is when one is not', async () => {
    const { clock, server } = scripted(
      ['06 0100 ffff 0028 1a18', notFound('06', '0100')],
      ['10 0100 ffff 0028', '1106 0100 0500 0018 0600 0900 0118'],
      ['10 0a00 ffff 0028', notFound('10', '0a00')],
    );
    await expect(clock.run(server.client.service(0x181a))).rejects.toThrow(
      new NotFoundError('the server has no service 181a: it has 1800, 1801'),
    );
    await expect(server.client.service(0x180f)).rejects.toThrow(NotFoundError);
  });

  it('gives one object for one service, however it was found', async () => {
    const { clock, server } = scripted(
      ['06 0100 ffff 0028 0118', '07 0600 0900'],
      ['10 0100 ffff 0028', '1106 0100 0500 0018 0600 0900 0118'],
      ['10 0a00 ffff 0028', notFound('10', '0a00')],
    );
    const service = await clock.run(server.client.service(0x1801));
    expect((await clock.run(server.client.services()))[1]).toBe(service);
  });
});

const oneService = ['06 0100 ffff 0028 1a18', '07 0a00 1400'] as const;

describe('the discovery of characteristics', () => {
  it('asks until the service ends or there are no more (GATT/CL/GAD/BV-04-C)', async () => {
    const { clock, server } = scripted(
      oneService,
      ['08 0a00 1400 0328', '0907 0b00 12 0c00 6e2a 0f00 02 1000 6f2a'],
      // Behind the last value there is room for a descriptor and for no other characteristic.
      ['08 1000 1400 0328', `0915 1200 0c 1300 ${UART_OCTETS}`],
    );
    const service = await clock.run(server.client.service(0x181a));
    const all = await clock.run(service.characteristics());
    expect(
      all.map(({ uuid, declarationHandle, handle, endHandle }) => [
        uuid,
        declarationHandle,
        handle,
        endHandle,
      ]),
    ).toEqual([
      ['2a6e', 0x0b, 0x0c, 0x0e],
      ['2a6f', 0x0f, 0x10, 0x11],
      [UART, 0x12, 0x13, 0x14],
    ]);
    expect(all[0]?.properties).toMatchObject({ read: true, notify: true, indicate: false, write: false });
    expect(await service.characteristic(0x2a6f)).toBe(all[1]);
    expect(all[0]?.service).toBe(service);
    await expect(service.characteristic(0x2a70)).rejects.toThrow(
      `service 181a of the server has no characteristic 2a70: it has 2a6e, 2a6f, ${UART}`,
    );
  });

  it('keeps two of one UUID apart', async () => {
    const { clock, server } = scripted(
      oneService,
      ['08 0a00 1400 0328', '0907 0b00 02 0c00 6e2a 0d00 02 0e00 6e2a'],
      ['08 0e00 1400 0328', notFound('08', '0e00')],
      ['0a 0c00', '0b01'],
      ['0a 0e00', '0b02'],
    );
    const service = await clock.run(server.client.service(0x181a));
    const both = await clock.run(service.characteristics({ uuid: 0x2a6e }));
    const values = await clock.run(Promise.all(both.map((each) => each.read())));
    expect(values.map(([octet]) => octet)).toEqual([1, 2]);
  });
});

describe('the discovery of descriptors', () => {
  it('asks for the handles behind the value, in both formats (GATT/CL/GAD/BV-06-C)', async () => {
    const { clock, server } = scripted(
      oneService,
      ['08 0a00 1400 0328', '0907 0b00 12 0c00 6e2a 1000 02 1100 6f2a'],
      ['08 1100 1400 0328', notFound('08', '1100')],
      ['04 0d00 0f00', '0501 0d00 0229 0e00 0129'],
      ['04 0f00 0f00', `0502 0f00 ${UART_OCTETS}`],
    );
    const service = await clock.run(server.client.service(0x181a));
    const characteristic = await clock.run(service.characteristic(0x2a6e));
    const all = await clock.run(characteristic.descriptors());
    expect(all.map(({ uuid, handle }) => [uuid, handle])).toEqual([
      ['2902', 0x0d],
      ['2901', 0x0e],
      [UART, 0x0f],
    ]);
    expect(await characteristic.descriptor(0x2901)).toBe(all[1]);
    await expect(characteristic.descriptor(0x2904)).rejects.toThrow(
      `characteristic 2a6e of the server has no descriptor 2904: it has 2902, 2901, ${UART}`,
    );
  });

  it('asks nothing where there is no room', async () => {
    const { clock, server } = scripted(
      ['06 0100 ffff 0028 1a18', '07 0a00 0c00'],
      ['08 0a00 0c00 0328', '0907 0b00 02 0c00 6e2a'],
    );
    const service = await clock.run(server.client.service(0x181a));
    const characteristic = await clock.run(service.characteristic(0x2a6e));
    expect(await characteristic.descriptors()).toEqual([]);
    await expect(characteristic.descriptor(0x2902)).rejects.toThrow(/it has none/);
  });
});

describe('the discovery of included services', () => {
  it('reads the UUIDs that are not in the declaration (GATT/CL/GAD/BV-03-C)', async () => {
    const { clock, server } = scripted(
      oneService,
      ['08 0a00 1400 0228', '0908 0b00 2000 2500 0f18'],
      ['08 0c00 1400 0228', '0906 0c00 3000 3500'],
      ['08 0d00 1400 0228', notFound('08', '0d00')],
      ['0a 3000', `0b${UART_OCTETS}`],
    );
    const service = await clock.run(server.client.service(0x181a));
    const included = await clock.run(service.includedServices());
    expect(included.map(({ uuid, handle, endHandle }) => [uuid, handle, endHandle])).toEqual([
      ['180f', 0x20, 0x25],
      [UART, 0x30, 0x35],
    ]);
  });
});

describe('a server that includes a service under another UUID', () => {
  it('does not spoil what that service said of itself', async () => {
    const { clock, server } = scripted(
      ['10 0100 ffff 0028', '1106 0a00 1400 1a18'],
      ['10 1500 ffff 0028', `1114 2000 2500 ${UART_OCTETS}`],
      ['10 2600 ffff 0028', notFound('10', '2600')],
      ['08 0a00 1400 0228', '0908 0b00 2000 2500 9eca'],
      ['08 0c00 1400 0228', notFound('08', '0c00')],
      ['08 2000 2500 0328', notFound('08', '2000')],
    );
    const [environment, uart] = await clock.run(server.client.services());
    expect(await clock.run(environment?.includedServices() ?? Promise.resolve([]))).toEqual([uart]);
    expect(await clock.run(uart?.characteristics() ?? Promise.resolve([]))).toEqual([]);
  });
});

describe('a server that lies in discovery is given up on (A2, A3)', () => {
  const endless: Script = (pdu) => {
    if (pdu.startsWith('10')) return '110601000500001806000900011805000500ffff';
    return undefined;
  };

  it.each<[string, string]>([
    ['the same service again', '1106 0000 0500 0018'],
    ['a service before the range', '1106 0000 0005 0018'],
    ['an end before the start', '1106 0500 0400 0018'],
    ['handles that fall', '1106 0600 0900 0118 0100 0500 0018'],
    ['services that overlap', '1106 0100 0500 0018 0500 0900 0118'],
    ['a UUID of 32 bits', '1108 0100 0500 00180000'],
    ['a UUID of nothing', '1104 0100 0500'],
  ])('services: %s', async (_name, answer) => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, () => answer);
    await expect(clock.run(server.client.services())).rejects.toThrow(MalformedPduError);
    expect(server.asked.length).toBe(1);
  });

  it('services: one repeated for ever', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, endless);
    await expect(clock.run(server.client.services())).rejects.toThrow(/against the specification/);
    expect(server.asked.length).toBeLessThan(3);
  });

  it('services: more than anybody has', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, (pdu) => {
      const start = pdu.slice(2, 6);
      return `1106${start}${start}0018`;
    });
    // The clock stands still: all of it happens in one turn.
    await expect(server.client.services()).rejects.toThrow(`more than ${DISCOVERY_LIMIT}`);
    expect(server.asked.length).toBe(DISCOVERY_LIMIT + 1);
  });

  it.each<[string, string]>([
    ['a declaration outside of the service', '0907 1500 02 1600 6e2a'],
    ['a value before its declaration', '0907 0c00 02 0b00 6e2a'],
    ['a value at its declaration', '0907 0c00 02 0c00 6e2a'],
    ['a value outside of the service', '0907 1400 02 1500 6e2a'],
    ['a value behind the next declaration', '0907 0b00 02 0e00 6e2a 0d00 02 0f00 6f2a'],
    ['a declaration of six octets', '0908 0b00 02 0c00 6e2a00'],
    ['a declaration of nothing', '0902 0b00'],
  ])('characteristics: %s', async (_name, answer) => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, (pdu) => {
      if (pdu.startsWith('06')) return '07 0a00 1400';
      return pdu.startsWith('080a00') ? answer : '0108000 00a'.replaceAll(' ', '');
    });
    const service = await clock.run(server.client.service(0x181a));
    await expect(clock.run(service.characteristics())).rejects.toThrow(MalformedPduError);
  });

  it('descriptors: handles that do not rise', async () => {
    const { clock, server } = scripted(
      oneService,
      ['08 0a00 1400 0328', '0907 0b00 12 0c00 6e2a'],
      ['08 0c00 1400 0328', notFound('08', '0c00')],
      ['04 0d00 1400', '0501 0e00 0229 0d00 0129'],
    );
    const service = await clock.run(server.client.service(0x181a));
    const characteristic = await clock.run(service.characteristic(0x2a6e));
    await expect(clock.run(characteristic.descriptors())).rejects.toThrow(MalformedPduError);
  });
});

describe('callers of discovery', () => {
  const database = () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const environment = new Service(0x181a);
    const temperature = new Characteristic(environment, 0x2a6e, { read: true, notify: true });
    new Descriptor(temperature, 0x2901, { read: true });
    server.register(environment, new Service(UART));
    return { clock, ...connectPair(clock, server) };
  };

  it('share one, and ask nothing twice', async () => {
    const { clock, client, clientChannel } = database();
    const both = await clock.run(Promise.all([client.services(), client.services()]));
    expect(both[0]).toBe(both[1]);
    const once = clientChannel.sent.length;
    const [service] = both[0].filter(({ uuid }) => uuid === '181a');
    await clock.run(client.service(0x181a));
    expect(clientChannel.sent.length).toBe(once);
    const characteristics = await clock.run(
      Promise.all([service?.characteristic(0x2a6e), service?.characteristic(0x2a6e)]),
    );
    expect(characteristics[0]).toBe(characteristics[1]);
  });

  it('may give up without harm to the others (a broken loop jams aioble)', async () => {
    const { clock, client } = database();
    const abort = new AbortController();
    const aborted = client.services({ signal: abort.signal });
    const patient = client.services();
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect((await clock.run(patient)).length).toBe(4);
  });

  it('have two seconds for each step, or the deadline that they give', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, () => undefined);
    const started = clock.now();
    await expect(clock.run(server.client.services())).rejects.toThrow(
      /timed out after 2000 ms while discovering the services of the server/,
    );
    expect(clock.now() - started).toBe(2_000);
    await expect(clock.run(server.client.services({ timeoutMs: 300 }))).rejects.toThrow(TimeoutError);
    expect(clock.now() - started).toBe(2_300);
    await clock.advance(60_000);
  });

  it('that wait longer than who began get what comes later', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, () => undefined);
    const hasty = server.client.services();
    const patient = server.client.services({ timeoutMs: 10_000 });
    await expect(clock.run(hasty)).rejects.toThrow(TimeoutError);
    await clock.advance(1_000);
    server.script = () => '1106 0100 ffff 0018';
    server.send('0110010006');
    expect((await clock.run(patient)).length).toBe(1);
  });

  it('get the error of the server, and the next call asks anew', async () => {
    const clock = new ManualClock();
    const answers = ['0110010006', '1106 0100 ffff 0018'];
    const server = new ScriptedServer(clock, () => answers.shift());
    await expect(clock.run(server.client.services())).rejects.toThrow(AttError);
    expect((await clock.run(server.client.services())).length).toBe(1);
  });

  it('are told when the link ends, during and after', async () => {
    const { client, connection } = database();
    const waiting = client.services();
    connection.disconnect();
    await expect(waiting).rejects.toThrow(DisconnectedError);
    await expect(client.service(0x181a)).rejects.toThrow(DisconnectedError);
    await turn();
  });
});

describe('services that change', () => {
  const fixture = () => {
    const clock = new ManualClock();
    const server = newServer(clock);
    const environment = new Service(0x181a);
    const temperature = new Characteristic(environment, 0x2a6e, { read: true, notify: true });
    server.register(environment);
    const pair = connectPair(clock, server, { client: { registers: true } });
    /** Lets the client ask to be told of changes. */
    const watch = async (): Promise<void> => {
      await clock.run(pair.client.services());
      await clock.advance(1_000);
    };
    return { clock, server, environment, temperature, watch, ...pair };
  };

  it('are forgotten where they changed, and found again (GATT/CL/GAS/BV-01-C)', async () => {
    const { clock, server, environment, client, watch } = fixture();
    await watch();
    const service = await clock.run(client.service(0x181a));
    const generic = await clock.run(client.service(0x1801));
    const characteristic = await clock.run(service.characteristic(0x2a6e));
    await clock.run(characteristic.subscribe());
    const waiting = characteristic.notified();
    server.unregister(environment);
    await expect(clock.run(waiting)).rejects.toThrow(/has changed its services/);
    for (const call of [
      () => characteristic.read(),
      () => characteristic.write('x'),
      () => characteristic.subscribe(),
      () => service.characteristics(),
    ]) {
      await expect(call()).rejects.toThrow(/ask the connection for it again/);
    }
    await expect(clock.run(client.service(0x181a))).rejects.toThrow(NotFoundError);
    server.register(environment);
    await turn();
    const again = await clock.run(client.service(0x181a));
    expect(again).not.toBe(service);
    expect(again.handle).toBe(environment.handle);
    expect(await clock.run(client.service(0x1801))).toBe(generic);
  });

  it('leave their handles to the characteristics that come after them', async () => {
    const { clock, server, environment, temperature, client, connection, watch } = fixture();
    await watch();
    const old = await clock.run((await clock.run(client.service(0x181a))).characteristic(0x2a6e));
    server.unregister(environment);
    await turn();
    server.register(environment);
    await turn();
    client.invalidate(1, 0xffff);
    const fresh = await clock.run((await clock.run(client.service(0x181a))).characteristic(0x2a6e));
    await clock.run(fresh.subscribe());
    await expect(clock.run(old.notified())).rejects.toThrow(/ask the connection for it again/);
    await temperature.notify(connection, { value: Uint8Array.of(7) });
    expect(await clock.run(fresh.notified())).toEqual(Uint8Array.of(7));
  });

  it('are forgotten where another service includes them, too', async () => {
    const { clock, server, environment, client } = fixture();
    const whole = new Service(0x180a);
    whole.include(environment);
    server.register(whole);
    const found = await clock.run(client.service(0x180a));
    const [included] = await clock.run(found.includedServices());
    expect(included).toBe(await clock.run(client.service(0x181a)));
    client.invalidate(1, 0xffff);
    await expect(included?.characteristics()).rejects.toThrow(/ask the connection for it again/);
  });

  it('while they are discovered are discovered anew', async () => {
    const clock = new ManualClock();
    const answers = ['1106 0100 0500 0018', undefined, '1106 0100 ffff 0018'];
    const server = new ScriptedServer(clock, () => answers.shift());
    const waiting = server.client.services();
    await turn();
    server.client.invalidate(1, 0xffff);
    server.send(notFound('10', '0600'));
    const [service] = await clock.run(waiting);
    expect(service?.endHandle).toBe(0xffff);
    expect(server.takeAsked()).toEqual(['100100ffff0028', '100600ffff0028', '100100ffff0028']);
    expect((await clock.run(server.client.services()))[0]).toBe(service);
  });

  it('whenever they are discovered are given up', async () => {
    const clock = new ManualClock();
    const server = new ScriptedServer(clock, () => {
      server.client.invalidate(1, 0xffff);
      return '1106 0100 ffff 0018';
    });
    await expect(clock.run(server.client.services())).rejects.toThrow(/has changed its services meanwhile/);
    expect(server.asked.length).toBe(3);
  });

  it('are discovered anew where the server says that it is out of sync', async () => {
    const { clock, server } = scripted(
      ['10 0100 ffff 0028', '1106 0100 0500 0018'],
      ['10 0600 ffff 0028', '0110060012'],
      ['10 0100 ffff 0028', '1106 0100 ffff 0018'],
    );
    expect((await clock.run(server.client.services())).map(({ endHandle }) => endHandle)).toEqual([0xffff]);
  });
});
