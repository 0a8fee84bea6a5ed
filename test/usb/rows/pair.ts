import assert from 'node:assert/strict';
import { open } from 'jelling';
import type { Row, Socket } from '../row.ts';

type Facts = { readonly socket: Socket; readonly address: string };

export const pair: Row<Facts> = {
  name: 'pair',
  what: 'pairs by numeric comparison, both sides show the same number, and the bond encrypts the next link',
  stage: async (stage) => {
    const { socket } = await stage.dongle();
    const peer = await stage.host();
    let shown = '';
    peer.security = {
      ui: {
        compareNumbers: (number) => {
          shown = number;
          return true;
        },
      },
    };
    stage.on('number', async () => shown);
    await stage.advertise(peer);
    return { socket, address: peer.address };
  },
  guest: async ({ attach, ask, facts, say, until }) => {
    await attach(facts.socket);
    await using ble = await open('usb');
    const device = ble.device(facts.address);
    const connection = await device.connect({ timeoutMs: 20_000 });
    await connection.pair({
      timeoutMs: 30_000,
      ui: {
        compareNumbers: async (number) => {
          say(`the number is ${number}`);
          return number === (await until('the peer to show it', () => otherNumber(ask)));
        },
      },
    });
    const { encrypted, authenticated, bonded, secureConnections, level } = connection.security;
    assert.deepEqual(
      { encrypted, authenticated, bonded, secureConnections, level },
      { encrypted: true, authenticated: true, bonded: true, secureConnections: true, level: 4 },
    );
    await connection.disconnect();
    const next = await device.connect({ timeoutMs: 20_000 });
    await until('the bond to encrypt', () => next.security.encrypted || undefined);
    assert.equal(next.security.level, 4);
    await next.disconnect();
  },
};

const otherNumber = async (ask: (action: string) => Promise<unknown>): Promise<unknown> => {
  const number = await ask('number');
  return number === '' ? undefined : number;
};
