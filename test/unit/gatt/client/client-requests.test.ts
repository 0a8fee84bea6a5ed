import { describe, expect, it } from 'vitest';
import {
  AttError,
  DisconnectedError,
  InvalidStateError,
  SmpError,
  TimeoutError,
} from '../../../../src/core/errors.ts';
import type { RaiseSecurity } from '../../../../src/gatt/client/client-requests.ts';
import { bytes, type Script, turn } from '../../../support/gatt-pair.ts';
import { at, counting, fixture, part, READ, WRITE } from '../server/many-values.ts';

/** Whether a call has settled; its failure is nobody's. */
const watch = (call: Promise<unknown>): { settled: boolean } => {
  const state = { settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  call.then(settle, settle);
  return state;
};

/** A server that refuses until security has been raised, and what was asked of whoever raises it. */
const guarded = async (options: {
  readonly refusals?: readonly string[];
  readonly served?: Script;
  readonly raise?: RaiseSecurity;
  readonly properties?: number;
}) => {
  const raised: number[] = [];
  const refusals = [...(options.refusals ?? ['05'])];
  const raiseSecurity: RaiseSecurity = async (status) => {
    raised.push(status);
    return options.raise === undefined ? true : options.raise(status);
  };
  const script: Script = (pdu) => {
    const status = refusals.shift();
    if (status !== undefined) return `01${pdu.slice(0, 6)}${status}`;
    return options.served === undefined ? `0b${pdu.slice(2)}` : options.served(pdu);
  };
  const { properties = READ | WRITE } = options;
  const made = await fixture(2, properties, script, 23, { raiseSecurity });
  return { ...made, characteristic: at(made.all, 0), raised };
};

describe('a request that is refused for want of security', () => {
  it.each([
    ['Insufficient Authentication', '05', 0x05],
    ['Insufficient Encryption', '0f', 0x0f],
    ['Encryption Key Size Too Short', '0c', 0x0c],
  ])('is made once more when the link has more: %s', async (_name, refusal, status) => {
    const { clock, server, characteristic, raised } = await guarded({ refusals: [refusal] });
    expect(await clock.run(characteristic.read())).toEqual(bytes(0x0c, 0));
    expect(raised).toEqual([status]);
    expect(server.takeAsked()).toEqual(['0a0c00', '0a0c00']);
  });

  it('is refused for good the second time', async () => {
    const { clock, server, characteristic, raised } = await guarded({ refusals: ['0f', '05'] });
    await expect(clock.run(characteristic.read())).rejects.toMatchObject({ status: 0x05 });
    expect(raised).toEqual([0x0f]);
    expect(server.asked.length).toBe(2);
  });

  it('is refused for good where security cannot be raised', async () => {
    const { clock, server, characteristic } = await guarded({ raise: async () => false });
    await expect(clock.run(characteristic.read())).rejects.toThrow(/Insufficient Authentication \(0x05\)/);
    expect(server.asked.length).toBe(1);
  });

  it('says why raising failed', async () => {
    const failure = new SmpError('the person said no', 0x0c, 'local');
    const { clock, characteristic } = await guarded({ raise: () => Promise.reject(failure) });
    const outcome = clock.run(characteristic.read());
    await expect(outcome).rejects.toBeInstanceOf(AttError);
    await expect(outcome).rejects.toMatchObject({ status: 0x05, handle: 0x0c, cause: failure });
    await expect(outcome).rejects.toThrow(/pair with the peer first, which failed: the person said no/);
    await expect(clock.run(characteristic.read())).resolves.toEqual(bytes(0x0c, 0));
  });

  it('is not made again where nobody wants that', async () => {
    const { clock, client, characteristic, raised } = await guarded({ refusals: ['05', '05', '05'] });
    expect(client.raisesSecurity).toBe(true);
    await expect(clock.run(characteristic.read({ raiseSecurity: false }))).rejects.toThrow(AttError);
    client.raisesSecurity = false;
    await expect(clock.run(characteristic.read({ timeoutMs: 500 }))).rejects.toThrow(AttError);
    expect(raised).toEqual([]);
    await clock.run(characteristic.read({ raiseSecurity: true }));
    expect(raised).toEqual([0x05]);
  });

  it('is not made again where security does not help', async () => {
    const { clock, characteristic, raised } = await guarded({ refusals: ['08'] });
    await expect(clock.run(characteristic.read())).rejects.toMatchObject({ status: 0x08 });
    expect(raised).toEqual([]);
  });

  it('shares the raising with others', async () => {
    const { clock, all, raised } = await guarded({ refusals: ['05', '05'] });
    const values = await clock.run(Promise.all(all.map((each) => each.read())));
    expect(values).toEqual([bytes(0x0c, 0), bytes(0x0e, 0)]);
    expect(raised).toEqual([0x05]);
  });

  it('writes what was given, whatever became of the array meanwhile', async () => {
    const value = bytes(1, 2, 3);
    const { clock, server, characteristic } = await guarded({
      served: () => '13',
      raise: async () => {
        value.fill(0xff);
        return true;
      },
    });
    await clock.run(characteristic.write(value));
    expect(server.takeAsked()).toEqual(['120c00010203', '120c00010203']);
  });

  it('goes on within long reads and long writes', async () => {
    const answers = [`0b${part(22, 0)}`, '010c0c000f', `0d${part(8, 22)}`];
    const long = await guarded({ refusals: [], served: () => answers.shift() });
    expect(await long.clock.run(long.characteristic.read())).toEqual(counting(30));
    expect(long.raised).toEqual([0x0f]);
    const echo: Script = (pdu) => (pdu.startsWith('16') ? `17${pdu.slice(2)}` : '19');
    const writing = await guarded({ served: echo });
    await writing.clock.run(writing.characteristic.write(counting(30)));
    expect(writing.server.takeAsked()).toEqual([
      `160c000000${part(18, 0)}`,
      `160c000000${part(18, 0)}`,
      `160c001200${part(12, 18)}`,
      '1801',
    ]);
  });

  it('waits for raising as long as it takes, or as the caller has time', async () => {
    const never = new Promise<boolean>(() => {});
    const { clock, characteristic } = await guarded({ refusals: ['05', '05', '05'], raise: () => never });
    const patient = watch(characteristic.read());
    const hasty = characteristic.read({ timeoutMs: 400 });
    await expect(clock.run(hasty)).rejects.toThrow(TimeoutError);
    await expect(hasty).rejects.toThrow(/raising the security of the link for reading characteristic 2a6e/);
    const abort = new AbortController();
    const reason = new Error('enough');
    const given = characteristic.read({ signal: abort.signal });
    await turn();
    abort.abort(reason);
    await expect(given).rejects.toBe(reason);
    await clock.advance(60_000);
    expect(patient.settled).toBe(false);
  });

  it('ends with the link', async () => {
    const never = new Promise<boolean>(() => {});
    const { server, characteristic } = await guarded({ raise: () => never });
    const reading = characteristic.read();
    await turn();
    server.channel.disconnect();
    await expect(reading).rejects.toThrow(DisconnectedError);
  });
});

const changed = /has changed its services, and service 181a is no longer what it was: ask the connection/;

describe('services that change under way', () => {
  it('make the answer of a request worth nothing', async () => {
    const { clock, client, server, all } = await fixture(1, READ, () => undefined);
    const reading = at(all, 0).read();
    await turn();
    client.invalidate(0x0a, 0x0c);
    server.send('0b01');
    await expect(clock.run(reading)).rejects.toThrow(changed);
  });

  it('hold back what waits for its turn', async () => {
    const { clock, client, server, all } = await fixture(2, READ | WRITE, () => undefined);
    const [one, other] = [at(all, 0), at(all, 1)];
    const calls: Promise<unknown>[] = [
      one.read(),
      other.write('x'),
      one.write('y'),
      client.readMultiple(all),
    ];
    await turn();
    client.invalidate(0x0a, 0xffff);
    server.send('0b01');
    for (const call of calls) await expect(clock.run(call)).rejects.toThrow(changed);
    expect(server.takeAsked()).toEqual(['0a0c00']);
  });

  it('elsewhere disturb nobody', async () => {
    const { clock, client, server, all } = await fixture(1, READ, () => undefined);
    const reading = at(all, 0).read();
    await turn();
    client.invalidate(0x20, 0xffff);
    server.send('0b01');
    expect(await clock.run(reading)).toEqual(bytes(1));
  });

  it('end a long read, whose parts would not belong together', async () => {
    const { clock, client, server, all } = await fixture(1, READ, (pdu) => {
      if (pdu.startsWith('0a')) return `0b${part(22, 0)}`;
      client.invalidate(1, 0xffff);
      return `0d${part(22, 22)}`;
    });
    await expect(clock.run(at(all, 0).read())).rejects.toThrow(changed);
    expect(server.takeAsked()).toEqual(['0a0c00', '0c0c001600']);
  });

  it('cancel a long write', async () => {
    const { clock, client, server, all } = await fixture(1, WRITE, (pdu) => {
      if (pdu.startsWith('18')) return '19';
      client.invalidate(1, 0xffff);
      return `17${pdu.slice(2)}`;
    });
    await expect(clock.run(at(all, 0).write(counting(60)))).rejects.toThrow(changed);
    await turn();
    expect(server.takeAsked()).toEqual([`160c000000${part(18, 0)}`, '1800']);
  });

  it('end the reading of all values of a UUID', async () => {
    const { clock, client, server } = await fixture(1, READ, (pdu) => {
      client.invalidate(1, 0xffff);
      return pdu.startsWith('08') ? `0915 0c00 ${part(19, 0)}`.replaceAll(' ', '') : undefined;
    });
    await expect(clock.run(client.readByUuid(0x2a6e))).rejects.toThrow(/has changed its services meanwhile/);
    expect(server.asked.length).toBe(1);
  });
});

describe('the Database Hash', () => {
  it('is asked for when all that was asked before has been answered (GATT/CL/GPM/BV-11-C)', async () => {
    const { clock, client, server, all } = await fixture(2, READ, () => undefined);
    const [one, other] = [at(all, 0), at(all, 1)];
    const first = one.read();
    await turn();
    const hash = client.readByUuid(0x2b2a);
    await turn();
    const second = other.read();
    await turn();
    expect(server.takeAsked()).toEqual(['0a0c00']);
    server.script = (pdu) => (pdu.startsWith('0a') ? '0b01' : `01${pdu.slice(0, 6)}0a`);
    server.send('0b01');
    expect(await clock.run(Promise.all([first, second, hash]))).toEqual([bytes(1), bytes(1), []]);
    expect(server.takeAsked()).toEqual(['0a0e00', '080100ffff2a2b']);
  });
});

describe('a server that says Database Out Of Sync', () => {
  it('makes the client forget what it knows, and the caller look it up again', async () => {
    const { clock, client, server, all, service } = await fixture(2, READ, (pdu) => `01${pdu.slice(0, 6)}12`);
    const [refusedRead, held] = [at(all, 0).read(), at(all, 1).read()];
    const refused = clock.run(refusedRead);
    await expect(refused).rejects.toThrow(
      /Database Out Of Sync \(0x12\) at handle 0x000C; the peer has changed its services; discover them again/,
    );
    await expect(refused).rejects.toMatchObject({ status: 0x12 });
    await expect(clock.run(held)).rejects.toThrow(changed);
    await expect(at(all, 0).read()).rejects.toThrow(InvalidStateError);
    await expect(service.characteristics()).rejects.toThrow(changed);
    expect(server.takeAsked()).toEqual(['0a0c00']);
    server.script = (pdu) => (pdu.startsWith('06') ? '070a000e00' : undefined);
    expect(await clock.run(client.service(0x181a))).not.toBe(service);
  });

  it('in a long write: what was prepared is cancelled, and nothing executed', async () => {
    const { clock, server, all } = await fixture(1, WRITE, (pdu) => {
      if (pdu.startsWith('18')) return '19';
      return pdu.startsWith('160c000000') ? `17${pdu.slice(2)}` : '01160c0012';
    });
    const writing = clock.run(at(all, 0).write(counting(60)));
    await expect(writing).rejects.toMatchObject({ status: 0x12 });
    await turn();
    expect(server.takeAsked()).toEqual([`160c000000${part(18, 0)}`, `160c001200${part(18, 18)}`, '1800']);
    await expect(at(all, 0).write('x')).rejects.toThrow(changed);
  });
});
