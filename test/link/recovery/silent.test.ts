import { InvalidArgumentError, open, TransportError } from 'jelling';
import { createAir } from 'jelling/virtual';
import { describe, expect, test } from 'vitest';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { type Host, Hosts, linked } from '../../support/hosts.ts';
import { recoveringHost, settled } from '../../support/recovering.ts';

const QUESTION = HciCommand.readLocalVersionInformation.encode({});
/** Two looks at what has come, and the deadline of a command. */
const NOTICED_MS = 62_000;

/** Counts the questions that reach the controller from now on. */
const questions = ({ controller }: Host): (() => number) => {
  let count = 0;
  controller.faults.fromHost = (packet) => {
    if (Buffer.compare(packet, QUESTION) === 0) count++;
    return undefined;
  };
  return () => count;
};

/** What a host may be at when nothing is asked of its controller. Resolves when it is. */
const occupations: Readonly<Record<string, (hosts: Hosts, host: Host) => Promise<unknown>>> = {
  nothing: async () => undefined,
  scanning: async (hosts, { ble }) => {
    void settled(ble.scan().next());
    await hosts.clock.advance(100);
  },
  advertising: async (hosts, { ble }) => {
    const advertising = ble.advertising();
    void settled(advertising.next());
    await hosts.run(advertising.started());
  },
  'a link as central': async (hosts, host) => linked(hosts, host, await hosts.host()),
  'a link as peripheral': async (hosts, host) => linked(hosts, await hosts.host(), host),
};

describe.each(Object.entries(occupations))(
  'a controller that falls silent, its host at %s',
  (_name, begin) => {
    test('is missed, and opened again', async () => {
      await using hosts = new Hosts();
      const host = await recoveringHost(hosts);
      await begin(hosts, host);
      const asked = questions(host);
      await hosts.clock.advance(10_000);
      host.controller.faults.stall();
      await hosts.clock.advance(NOTICED_MS);
      expect(host.states[0]).toBe('lost');
      expect(host.log.join('\n')).toContain(
        'did not answer HCI_Read_Local_Version_Information within 2000 ms',
      );
      await hosts.run(host.ble.ready());
      expect(host.states).toEqual(['lost', 'ready']);
      // The one that has come is watched as the last one was.
      const before = asked();
      await hosts.clock.advance(60_000);
      expect(asked()).toBeGreaterThan(before);
    });

    test('closes an adapter that is not to get it back', async () => {
      await using hosts = new Hosts();
      const host = await hosts.host();
      await begin(hosts, host);
      host.controller.faults.stall();
      await hosts.clock.advance(NOTICED_MS);
      expect(host.ble.state).toBe('closed');
      expect(host.ble.signal.reason).toBeInstanceOf(TransportError);
    });
  },
);

describe('asking whether the controller is there', () => {
  test('takes one command in 30 s of silence, and shows in the counters', async () => {
    await using hosts = new Hosts();
    const host = await hosts.host();
    const asked = questions(host);
    await hosts.clock.advance(600_000);
    expect(asked()).toBeGreaterThanOrEqual(19);
    expect(asked()).toBeLessThanOrEqual(20);
    expect(host.ble.counters['silenceChecks']).toBe(asked());
    expect(host.ble.state).toBe('ready');
  });

  test('takes none while packets come', async () => {
    await using hosts = new Hosts();
    const host = await hosts.host();
    const { atCentral } = await linked(hosts, host, await hosts.host());
    const asked = questions(host);
    for (let i = 0; i < 60; i++) {
      await hosts.run(atCentral.readByUuid(0x2a00));
      await hosts.clock.advance(10_000);
    }
    expect(asked()).toBe(0);
  });

  test('takes no notice of a controller that refuses', async () => {
    await using hosts = new Hosts();
    const host = await hosts.host();
    host.controller.faults.toHost = () => ({
      replaceWith: Uint8Array.of(4, 0x0e, 4, 1, QUESTION[1] ?? 0, QUESTION[2] ?? 0, 0x0c),
    });
    await hosts.clock.advance(600_000);
    expect([host.ble.state, host.ble.counters['silenceChecks']]).toEqual(['ready', 20]);
  });

  test('comes after the time that open() was told, or never', async () => {
    await using hosts = new Hosts();
    const often = await hosts.host({ open: { silenceMs: 1_000 } });
    const never = await hosts.host({ open: { silenceMs: Number.POSITIVE_INFINITY } });
    const asked = [often, never].map(questions);
    await hosts.clock.advance(60_000);
    expect(asked.map((count) => count())).toEqual([60, 0]);
    for (const silenceMs of [0, -1, Number.NaN]) {
      const transport = createAir().createController().connect();
      await expect(open(transport, { silenceMs })).rejects.toThrow(InvalidArgumentError);
      await transport.close();
    }
  });

  test('ends with the adapter, and with each controller', async () => {
    await using hosts = new Hosts();
    const host = await recoveringHost(hosts);
    for (let i = 0; i < 3; i++) {
      host.controller.faults.unplug();
      await hosts.run(host.ble.ready());
    }
    const asked = questions(host);
    await hosts.clock.advance(300_000);
    expect(asked()).toBeLessThanOrEqual(10);
    await hosts.run(host.ble.close());
    expect(hosts.clock.pending).toBe(0);
  });
});
