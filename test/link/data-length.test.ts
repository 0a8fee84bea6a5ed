import { DisconnectedError, InvalidArgumentError, InvalidStateError } from 'jelling';
import { expect, test } from 'vitest';
import { HciCommand } from '../../src/hci/codec/commands.ts';
import { isCommand } from '../support/hci-packets.ts';
import { type Host, Hosts, linked } from '../support/hosts.ts';

const SHORTEST = { maxTxOctets: 27, maxTxTimeUs: 328, maxRxOctets: 27, maxRxTimeUs: 328 };
const LONGEST = { maxTxOctets: 251, maxTxTimeUs: 2120, maxRxOctets: 251 };

/** A host whose controller begins every link with short packets, and leaves it at that unless it is told. */
const hesitant = (hosts: Hosts): Promise<Host> =>
  hosts.host({
    fromHost: (packet) =>
      isCommand(packet, HciCommand.leWriteSuggestedDefaultDataLength)
        ? {
            replaceWith: HciCommand.leWriteSuggestedDefaultDataLength.encode({
              suggestedMaxTxOctets: 27,
              suggestedMaxTxTime: 328,
            }),
          }
        : undefined,
  });

test('a new link has the longest packets, also where neither controller begins by itself', async () => {
  await using hosts = new Hosts();
  const { atCentral, atPeripheral } = await linked(hosts, await hesitant(hosts), await hesitant(hosts));
  await hosts.clock.advance(100);
  expect(atCentral.dataLength).toMatchObject(LONGEST);
  expect(atPeripheral.dataLength).toMatchObject(LONGEST);
});

test('with a peer or a controller that has the shortest alone they stay so, and the link is none the worse', async () => {
  await using hosts = new Hosts();
  const old = await hosts.host({ profile: '4.0' });
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), old);
  await hosts.clock.advance(100);
  expect(atCentral.dataLength).toEqual(SHORTEST);
  expect(atPeripheral.dataLength).toEqual(SHORTEST);
  await expect(atPeripheral.setDataLength({ txOctets: 100 })).rejects.toThrow(InvalidStateError);
  expect(await hosts.run(atCentral.services())).toHaveLength(2);
});

test('shorter packets on demand, in the direction that was asked for', async () => {
  await using hosts = new Hosts();
  const { atCentral, atPeripheral } = await linked(hosts, await hosts.host(), await hosts.host());
  await hosts.run(atCentral.setDataLength({ txOctets: 100 }));
  await hosts.clock.advance(100);
  expect(atCentral.dataLength).toMatchObject({ maxTxOctets: 100, maxTxTimeUs: 912, maxRxOctets: 251 });
  expect(atPeripheral.dataLength).toMatchObject({ maxTxOctets: 251, maxRxOctets: 100, maxRxTimeUs: 912 });
});

test('lengths that the specification does not allow are refused, and a lost link ends the call', async () => {
  await using hosts = new Hosts();
  const { atCentral } = await linked(hosts, await hosts.host(), await hosts.host());
  for (const request of [
    { txOctets: 26 },
    { txOctets: 252 },
    { txOctets: 27.5 },
    { txOctets: 251, txTimeUs: 17_041 },
  ])
    await expect(atCentral.setDataLength(request)).rejects.toThrow(InvalidArgumentError);
  await hosts.run(atCentral.disconnect());
  await expect(atCentral.setDataLength({ txOctets: 251 })).rejects.toThrow(DisconnectedError);
});
