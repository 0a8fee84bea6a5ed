import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { HciCommand } from '../../../src/hci/codec/commands.ts';
import { HciEvent } from '../../../src/hci/codec/events.ts';
import { bitOf } from '../../../src/hci/codec/features.ts';
import { placedCommands, supportedCommandBit } from '../../../src/hci/codec/supported-commands.ts';
import { handlersOf, supportedCommandsOf } from '../../../src/virtual/commands/table.ts';
import { type ProfileName, profileOf } from '../../../src/virtual/profile.ts';
import { connected, onAir, settle } from './test-host.ts';

const profiles: readonly ProfileName[] = ['4.0', '4.2', '5.x', 'zephyr'];
/** No bit stands for vendor commands, nor for the command that reads the bits. */
const withoutBit = (opcode: number): boolean =>
  opcode >= 0xfc00 || opcode === HciCommand.readLocalSupportedCommands.opcode;

describe('what a controller tells of itself', () => {
  it.each(profiles)('1. %s: each supported bit has a handler and each handler a bit', (name) => {
    const profile = profileOf(name);
    const bits = supportedCommandsOf(profile);
    const handlers = handlersOf(profile);
    const known = new Map(placedCommands.map((type) => [supportedCommandBit(type), type.opcode]));
    for (let bit = 0; bit < 512; bit++) {
      if (!bitOf(bits, bit)) continue;
      expect(handlers.has(known.get(bit) ?? -1), `bit ${bit}`).toBe(true);
    }
    for (const { type } of handlers.values()) {
      if (withoutBit(type.opcode)) continue;
      const bit = supportedCommandBit(type);
      expect(bit !== undefined && bitOf(bits, bit), type.name).toBe(true);
    }
    expect(handlers.size).toBeGreaterThan(40);
  });

  it.each(profiles)(
    '2. %s: every command it has is answered, also with no parameters and with too many',
    (profile) =>
      onAir([{ profile }], async ({ hosts: [host] }) => {
        if (host === undefined) throw new Error('no host');
        for (const { type } of handlersOf(profileOf(profile)).values()) {
          for (const length of [0, 255]) {
            const packet = new Uint8Array(4 + length).fill(0xff, 4);
            packet.set([1, type.opcode & 0xff, type.opcode >> 8, length]);
            host.transport.send(packet);
            await settle();
            if (type.answer === 'none') continue;
            const { status } = host.answerTo(type);
            if (length === 255) expect(status, type.name).toBe(0x12);
          }
        }
        host.packets.length = 0;
      }),
  );

  it('3. an unknown command gets status 0x01, whatever its parameters', () =>
    onAir([{}], async ({ hosts: [host] }) => {
      host?.transport.send(Uint8Array.of(1, 0x99, 0xfd, 2, 1, 2));
      await settle();
      expect(host?.event(HciEvent.commandStatus)).toMatchObject({ status: 0x01, commandOpcode: 0xfd99 });
      expect(host?.violations).toEqual(['unknownCommand']);
    }));

  it('4. a command of a later version is unknown to an older profile', () =>
    onAir([{ profile: '4.0' }], async ({ hosts: [host] }) => {
      expect(await host?.command(HciCommand.leReadMaximumDataLength, {})).toMatchObject({ status: 0x01 });
      expect(
        await host?.command(HciCommand.leSetDefaultPhy, { allPhys: 3, txPhys: 0, rxPhys: 0 }),
      ).toMatchObject({
        status: 0x01,
      });
    }));

  it('5. versions, buffers and addresses are those of the profile', () =>
    onAir([{}, { profile: '4.0' }, { profile: 'zephyr' }], async ({ hosts: [modern, old, zephyr] }) => {
      expect(await modern?.ok(HciCommand.leReadBufferSize, {})).toEqual({
        status: 0,
        leAclDataPacketLength: 251,
        totalNumLeAclDataPackets: 8,
      });
      expect(await old?.ok(HciCommand.leReadBufferSize, {})).toMatchObject({ leAclDataPacketLength: 0 });
      expect(await old?.ok(HciCommand.readBufferSize, {})).toMatchObject({
        aclDataPacketLength: 310,
        totalNumAclDataPackets: 10,
      });
      expect(await old?.ok(HciCommand.readLocalVersionInformation, {})).toMatchObject({
        hciVersion: 6,
        companyIdentifier: 0xffff,
      });
      expect(await modern?.ok(HciCommand.readBdAddr, {})).toEqual({
        status: 0,
        bdAddr: modern?.controller.address,
      });
      expect(await zephyr?.ok(HciCommand.readBdAddr, {})).toEqual({
        status: 0,
        bdAddr: '00:00:00:00:00:00',
      });
      const { addresses } = (await zephyr?.ok(HciCommand.zephyrReadStaticAddresses, {})) ?? {};
      expect(addresses?.[0]?.address).toMatch(/^C2:/);
      expect(await modern?.command(HciCommand.zephyrReadStaticAddresses, {})).toMatchObject({ status: 1 });
    }));

  it('6. LE meta events stay away until the host sets their bit (7.3.1), and a single one can be masked', () =>
    onAir([{}, {}], async ({ hosts: [scanner, advertiser] }) => {
      await advertiser?.advertise();
      await scanner?.ok(HciCommand.reset, {});
      await scanner?.scan();
      await settle();
      expect(scanner?.reports()).toEqual([]);
      await scanner?.setUp();
      await scanner?.ok(HciCommand.leSetEventMask, { leEventMask: 0xffff_fffdn });
      await scanner?.scan();
      await settle();
      expect(scanner?.reports()).toEqual([]);
      await scanner?.setUp();
      await scanner?.scan();
      await settle();
      expect(scanner?.reports()).toHaveLength(1);
    }));

  it('7. LE Encrypt agrees with FIPS-197, octets the way HCI sends them', () =>
    onAir([{}], async ({ hosts: [host] }) => {
      const octets = (hex: string): Uint8Array =>
        Uint8Array.from(hex.match(/../g) ?? [], (h) => Number.parseInt(h, 16));
      const answer = await host?.ok(HciCommand.leEncrypt, {
        key: octets('000102030405060708090a0b0c0d0e0f').reverse(),
        plaintextData: octets('00112233445566778899aabbccddeeff').reverse(),
      });
      expect(toHex(answer?.encryptedData.toReversed() ?? new Uint8Array(0))).toBe(
        '69c4e0d86a7b0430d8cdb78070b4c55a',
      );
    }));

  it('8. LE Rand gives other octets each time, and the same ones from the same seed', async () => {
    const drawn: string[] = [];
    for (const seed of [3, 3, 4]) {
      await onAir(
        [{}],
        async ({ hosts: [host] }) => {
          const first = await host?.ok(HciCommand.leRand, {});
          const second = await host?.ok(HciCommand.leRand, {});
          drawn.push(
            toHex(first?.randomNumber ?? new Uint8Array(0)),
            toHex(second?.randomNumber ?? new Uint8Array(0)),
          );
        },
        { seed },
      );
    }
    expect(drawn[0]).not.toBe(drawn[1]);
    expect(drawn.slice(0, 2)).toEqual(drawn.slice(2, 4));
    expect(drawn[4]).not.toBe(drawn[0]);
  });

  it('9. a reset forgets everything: no link, no scan, no advertising, no pending connection, masks as at power-on', () =>
    connected(async ({ central, peripheral, centralHandle, clock }) => {
      await central.connectTo(peripheral.controller.address ?? ('' as never), { peerAddressType: 1 });
      await central.scan();
      await central.ok(HciCommand.reset, {});
      await settle();
      // Its own host hears nothing of the link; the peer finds itself alone.
      expect(central.packets).toEqual([]);
      expect(peripheral.event(HciEvent.disconnectionComplete)).toMatchObject({ reason: 0x08 });
      expect(central.controller.handles).toEqual([]);
      await central.setUp();
      await peripheral.advertise();
      await clock.advance(500);
      expect(central.packets).toEqual([]);
      expect(await central.command(HciCommand.leCreateConnectionCancel, {})).toMatchObject({ status: 0x0c });
      central.sendData(centralHandle, Uint8Array.of(1));
      await settle();
      expect(central.violations).toContain('aclUnknownHandle');
    }));

  it('10. two commands without an answer in between are a violation, and both are answered', () =>
    onAir([{}], async ({ hosts: [host] }) => {
      host?.transport.send(HciCommand.readBdAddr.encode({}));
      host?.transport.send(HciCommand.leRand.encode({}));
      await settle();
      host?.answerTo(HciCommand.readBdAddr);
      host?.answerTo(HciCommand.leRand);
      expect(host?.violations).toEqual(['commandWithoutCredit']);
    }));

  it('11. LE Host Support is there on dual-mode controllers alone', () =>
    onAir([{ profile: '4.0' }, {}], async ({ hosts: [old, modern] }) => {
      await old?.ok(HciCommand.writeLeHostSupport, { leSupportedHost: 1, simultaneousLeHost: 0 });
      expect(await old?.ok(HciCommand.readLeHostSupport, {})).toMatchObject({ leSupportedHost: 1 });
      expect(await modern?.command(HciCommand.readLeHostSupport, {})).toMatchObject({ status: 1 });
    }));
});
