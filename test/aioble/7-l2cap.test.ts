import { DisconnectedError, InvalidArgumentError, type L2capChannel } from 'jelling';
import { describe, expect, test } from 'vitest';
import { codeOf, ramp, type Scene, type SceneOptions, scene } from './scene.ts';

const PSM = 0x80;

/** A channel between central and peripheral, opened by the central. */
const channel = async (options: SceneOptions & { readonly mtu?: readonly [number, number] } = {}) => {
  const [mtu, farMtu] = options.mtu ?? [128, 100];
  const at = await scene(options);
  const accepted = at.atPeripheral.l2capAccept({ psm: PSM, mtu: farMtu });
  const here = await at.run(at.atCentral.l2capConnect({ psm: PSM, mtu }));
  return { at, here, there: await at.run(accepted) };
};

/** What is read until so many octets have come. */
const readAll = async ({ run }: Scene, from: L2capChannel, length: number): Promise<Uint8Array> => {
  const all = new Uint8Array(length);
  for (let at = 0; at < length; ) at += await run(from.receiveInto(all.subarray(at)));
  return all;
};

describe('aioble 7, opening', () => {
  test('l2cap_accept(psm, mtu) and l2cap_connect(psm, mtu) are l2capAccept({ psm, mtu }) and l2capConnect({ psm, mtu })', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    expect([here.psm, there.psm]).toEqual([PSM, PSM]);
    // our_mtu and peer_mtu, each as its side sees it.
    expect([here.mtu, here.peerMtu, there.mtu, there.peerMtu]).toEqual([128, 100, 100, 128]);
  });

  test('several channels on a connection, to one PSM and to others, from either side, and any number of listeners', async () => {
    await using at = await scene();
    await using listener = at.peripheral.ble.l2capListen({ psm: 0x81, mtu: 64 });
    const channels: L2capChannel[] = [];
    for (let i = 0; i < 3; i++) {
      channels.push(await at.run(at.atCentral.l2capConnect({ psm: 0x81 })));
      channels.push(await at.run(listener.accept()));
    }
    // Who listens may connect too.
    const back = at.atCentral.l2capAccept({ psm: 0x82 });
    channels.push(await at.run(at.atPeripheral.l2capConnect({ psm: 0x82 })));
    await at.run(back);
    for (const one of channels) expect(one.isOpen).toBe(true);
    expect(new Set(channels).size).toBe(7);
  });

  test('an attempt that is given up leaves nothing behind, and listening ends when it is told to', async () => {
    await using at = await scene();
    expect(await at.run(codeOf(at.atPeripheral.l2capAccept({ psm: PSM, timeoutMs: 100 })))).toBe(
      'BLE_TIMEOUT',
    );
    at.peripheral.controller.faults.stall();
    expect(await at.run(codeOf(at.atCentral.l2capConnect({ psm: PSM, timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
    at.peripheral.controller.faults.resume();
    await at.wait(100);
    const listener = at.atPeripheral.l2capListen({ psm: PSM, mtu: 64 });
    const here = await at.run(at.atCentral.l2capConnect({ psm: PSM }));
    expect((await at.run(listener.accept())).mtu).toBe(64);
    await at.run(listener.close());
    expect(await at.run(codeOf(at.atCentral.l2capConnect({ psm: PSM })))).toBe('BLE_L2CAP');
    // The next listener has an MTU of its own, and the channel of the old one lives on.
    const again = at.atPeripheral.l2capAccept({ psm: PSM, mtu: 256 });
    await at.run(at.atCentral.l2capConnect({ psm: PSM }));
    expect((await at.run(again)).mtu).toBe(256);
    expect(here.isOpen).toBe(true);
  });

  test('arguments that make no sense are refused at once', async () => {
    await using at = await scene();
    await expect(at.atCentral.l2capConnect({ psm: 0 })).rejects.toThrow(InvalidArgumentError);
    await expect(at.atCentral.l2capConnect({ psm: PSM, mtu: 22 })).rejects.toThrow(InvalidArgumentError);
    expect(() => at.atPeripheral.l2capListen({ psm: 0x100 })).toThrow(InvalidArgumentError);
  });
});

describe('aioble 7, recvinto', () => {
  test('recvinto(buf) is receiveInto(buffer): 1 to buffer.length octets of an SDU, and the rest at the next call', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    await at.run(here.send(ramp(35)));
    await at.wait(10);
    expect(there.available).toBe(35);
    const buffer = new Uint8Array(10);
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) counts.push(await at.run(there.receiveInto(buffer)));
    expect(counts).toEqual([10, 10, 10, 5]);
    expect(buffer.subarray(0, 5)).toEqual(ramp(35).subarray(30));
    expect(there.available).toBe(0);
  });

  test('or whole SDUs, one by one or in a loop that ends when the channel is closed', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    const got: Uint8Array[] = [];
    const loop = async (): Promise<void> => {
      for await (const sdu of there) got.push(sdu);
    };
    const reading = loop();
    for (const length of [1, 50, 100]) await at.run(here.send(ramp(length)));
    await at.wait(10);
    await at.run(here.disconnect());
    await at.run(reading);
    expect(got).toEqual([ramp(1), ramp(50), ramp(100)]);
  });

  test('the peer may send as much as has been read: a reader who stops stops the sender, and nothing is lost', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    const data = ramp(20_000);
    const sending = here.send(data, { timeoutMs: Number.POSITIVE_INFINITY });
    await at.wait(1_000);
    const held = there.available;
    expect(held).toBeLessThan(20_000);
    await at.wait(60_000);
    expect(there.available).toBe(held);
    expect(await readAll(at, there, data.length)).toEqual(data);
    await at.run(sending);
  });

  test('what had come before the close is read before the end is told', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    await at.run(here.send(ramp(100)));
    await at.run(here.disconnect());
    await at.wait(10);
    expect(there.isOpen).toBe(false);
    expect(await readAll(at, there, 100)).toEqual(ramp(100));
    expect(await at.failure(there.receive())).toBeInstanceOf(DisconnectedError);
  });
});

describe('aioble 7, send', () => {
  test('send(buf) resolves when all of it is with the controller, in SDUs as long as the peer takes them', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    const sent = here.send(ramp(250));
    const lengths: number[] = [];
    for (let i = 0; i < 3; i++) lengths.push((await at.run(there.receive())).length);
    await at.run(sent);
    expect(lengths).toEqual([100, 100, 50]);
    expect(here.sent).toEqual({ octets: 250, sdus: 3 });
    await at.run(here.send(new Uint8Array(0)));
    expect(here.sent.sdus).toBe(3);
  });

  test('after a timeout it is known how much has left', async () => {
    const { at, here } = await channel();
    await using _ = at;
    const failure = await at.failure(here.send(ramp(4_000), { timeoutMs: 300 }));
    expect(failure).toMatchObject({ code: 'BLE_TIMEOUT', message: expect.stringMatching(/\d+ .*octets/) });
    expect(here.sent.octets).toBeGreaterThan(0);
    expect(here.sent.octets).toBeLessThan(4_000);
  });

  test('flush() waits for what send() was given; several may send at once, and each SDU stays whole', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    const sends = ['a', 'b', 'c'].map((letter) => here.send(new TextEncoder().encode(letter.repeat(100))));
    const flushed = here.flush();
    for (const letter of ['a', 'b', 'c']) {
      expect(new TextDecoder().decode(await at.run(there.receive()))).toBe(letter.repeat(100));
    }
    await at.run(Promise.all([...sends, flushed]));
  });
});

describe('aioble 7, disconnect', () => {
  test('disconnect() closes the channel alone, and is nothing to one that is closed', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    await at.run(here.disconnect());
    await here.disconnect();
    await at.run(there.disconnected());
    expect(at.atCentral.isConnected).toBe(true);
    expect(await at.run(codeOf(here.send(ramp(1))))).toBe('BLE_DISCONNECTED');
  });

  test('disconnected() waits for either side, and tells which; for ever unless told', async () => {
    const { at, here, there } = await channel();
    await using _ = at;
    expect(await at.run(codeOf(there.disconnected({ timeoutMs: 100 })))).toBe('BLE_TIMEOUT');
    const [far, near] = [there.disconnected(), here.disconnected()];
    await at.run(here.disconnect());
    expect([(await at.run(far)).reason, (await at.run(near)).reason]).toEqual([0x13, 0x16]);
  });

  test('async with channel is await using', async () => {
    const { at, there } = await channel();
    await using _ = at;
    const block = async (): Promise<void> => {
      await using inside = there;
      expect(inside.isOpen).toBe(true);
    };
    await at.run(block());
    expect(there.isOpen).toBe(false);
  });
});
