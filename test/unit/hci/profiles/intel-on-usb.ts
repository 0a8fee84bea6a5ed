import type { HciTransport, ManualClock } from 'jelling';
import type { VirtualController } from 'jelling/virtual';
import { readU16 } from '../../../../src/core/bytes.ts';
import { openUsb } from '../../../../src/transport/usb/usb.ts';
import { csr, FakeUsb } from '../../transport/usb/fake-usb.ts';

const SECURE_SEND = 0xfc09;
const EVENTS = 0x81;
const DATA_IN = 0x82;
const ofIntel = { ...csr, vendorId: 0x8087, productId: 0x0032 };

/** A virtual Intel chip at the end of a USB that knows which way each packet has to take. */
export class IntelOnUsb {
  readonly transport: HciTransport;
  /** What came by the wrong way. */
  readonly astray: string[] = [];
  /** Opcodes of all commands, in order. */
  readonly opcodes: number[] = [];
  /** The parameters of each Intel_Secure_Send. */
  readonly fragments: Uint8Array[] = [];

  /** The host has gone. The chip keeps its power. */
  leave: () => void = () => undefined;

  private constructor(transport: HciTransport) {
    this.transport = transport;
  }

  static async open(controller: VirtualController, clock: ManualClock): Promise<IntelOnUsb> {
    let wrote: (endpoint: number, octets: Uint8Array) => void = () => undefined;
    const usb = new FakeUsb({ info: ofIntel, wrote: (endpoint, octets) => wrote(endpoint, octets.slice()) });
    const on = new IntelOnUsb(await openUsb({ by: 'class' }, { clock }, usb.load));
    let answersByData = false;
    const port = controller.attach({
      writable: true,
      deliver: (packet) => usb.deliver(packet[0] === 2 || answersByData ? DATA_IN : EVENTS, packet.slice(1)),
      lost: () => usb.unplug(),
    });
    on.leave = () => port.gone();
    wrote = (endpoint, octets) => {
      const command = endpoint === 0 ? octets.subarray(8) : octets;
      const opcode = readU16(command, 0);
      on.opcodes.push(opcode);
      if ((opcode === SECURE_SEND) !== (endpoint !== 0))
        on.astray.push(`0x${opcode.toString(16)} on endpoint ${endpoint}`);
      // What answers takes the way that the command took.
      answersByData = endpoint !== 0;
      if (opcode === SECURE_SEND) on.fragments.push(command.slice(3));
      port.send(Uint8Array.of(1, ...command));
    };
    return on;
  }
}
