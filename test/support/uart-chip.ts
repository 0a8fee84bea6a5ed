import { readU16 } from '../../src/core/bytes.ts';
import { HciPacketType, type HciTransport } from '../../src/core/transport.ts';
import { BroadcomCommand } from '../../src/hci/codec/commands-vendor.ts';
import { H4Framer } from '../../src/transport/h4-framer.ts';
import type { Air, VirtualController } from '../../src/virtual/index.ts';
import { FakeSerial } from '../unit/transport/serial/fake-serial.ts';

/** At which the chip wakes up. */
export const FIRST_RATE = 115_200;

const COMMAND_COMPLETE = 0x0e;

/** A Raspberry Pi's chip at the other end of a serial line: hears and is heard at the rate that it has been told, and wakes up at its first one. */
export class UartChip {
  readonly serial = new FakeSerial({ hear: (octets) => this.#hear(octets) });
  rate = FIRST_RATE;
  /** How often it has woken up. */
  starts = 0;
  controller: VirtualController;
  /** Called for each packet that it hears. */
  onPacket: (packet: Uint8Array) => void = () => undefined;
  readonly #air: Air;
  #port: HciTransport | undefined;
  #framer: H4Framer;
  #rateTold: number | undefined;

  constructor(air: Air) {
    this.#air = air;
    ({ controller: this.controller, framer: this.#framer } = this.#wake());
  }

  /** Loses its power for a moment: its patch is gone, and so is all that it was told. It says `garbage` as it wakes up. */
  restart(garbage = new Uint8Array(0)): void {
    this.controller.remove();
    ({ controller: this.controller, framer: this.#framer } = this.#wake());
    if (garbage.length > 0) this.serial.say(garbage);
  }

  /** Has its power taken away for good. */
  end(): void {
    this.controller.remove();
    void this.#port?.close();
  }

  #wake(): { readonly controller: VirtualController; readonly framer: H4Framer } {
    this.starts++;
    this.rate = FIRST_RATE;
    this.#rateTold = undefined;
    const controller = this.#air.createController({ profile: 'broadcom-pi' });
    const port = controller.connect();
    this.#port = port;
    port.start({
      packet: (packet) => this.#say(packet),
      lostSync: () => undefined,
      closed: () => undefined,
    });
    const framer = new H4Framer(
      { side: 'controller' },
      {
        packet: (packet) => {
          if (port !== this.#port) return;
          this.#listen(packet);
          this.onPacket(packet);
          if (port === this.#port) port.send(packet.slice());
        },
        lostSync: () => undefined,
      },
    );
    return { controller, framer };
  }

  #hear(octets: Uint8Array): void {
    // What comes at another rate is no packet, and the chip is out of step until it has heard a Reset.
    this.#framer.push(this.serial.baudRate === this.rate ? octets : octets.map(() => 0));
  }

  #listen(packet: Uint8Array): void {
    if (packet[0] !== HciPacketType.command) return;
    const { opcode } = BroadcomCommand.updateBaudRate;
    if (readU16(packet, 1) === opcode)
      this.#rateTold = new DataView(packet.slice().buffer).getUint32(6, true);
  }

  #say(packet: Uint8Array): void {
    this.serial.say(this.serial.baudRate === this.rate ? packet.slice() : packet.map(() => 0xff));
    if (packet[0] !== HciPacketType.event || packet[1] !== COMMAND_COMPLETE) return;
    const opcode = readU16(packet, 4);
    // Answered at the old rate, in force after that; a patch that has been started begins where the chip woke up.
    if (opcode === BroadcomCommand.updateBaudRate.opcode) this.rate = this.#rateTold ?? this.rate;
    if (opcode === BroadcomCommand.launchRam.opcode) this.rate = FIRST_RATE;
  }
}
