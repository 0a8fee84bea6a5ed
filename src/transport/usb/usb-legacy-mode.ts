import { HciPacketType } from '../../core/transport.ts';
import { DEFAULT_MAX_ACL_LENGTH } from '../h4-framer.ts';
import { matches, RESET_COMPLETE } from '../reset-complete.ts';
import { UsbFramer } from './usb-framer.ts';
import { eventLagMs } from './usb-lag.ts';
import { bulkReader, type UsbMode, type UsbModeOptions } from './usb-mode.ts';
import { UsbReader } from './usb-reader.ts';
import type { UsbHciInterface } from './usb-select.ts';
import { UsbWriter } from './usb-writer.ts';

/** Legacy Mode (Vol 4, Part B, 2.1): commands on the control endpoint, events on interrupt, ACL data on bulk, none with its indicator. */
export class UsbLegacyMode implements UsbMode {
  readonly readers: readonly UsbReader[];
  readonly writer: UsbWriter;
  readonly eventLagMs: number;
  readonly counters = {};
  readonly #options: UsbModeOptions;
  readonly #events: UsbFramer;
  readonly #acl: UsbFramer;
  readonly #makeEventFramer: () => UsbFramer;
  /** Of what comes by the endpoint of data: ACL data, or events while a boot loader is spoken to. */
  #dataWay: UsbFramer;
  #outOfStep = false;

  constructor({ events, aclIn, aclOut }: UsbHciInterface, options: UsbModeOptions) {
    const { device, counters, lose } = options;
    this.#options = options;
    this.eventLagMs = eventLagMs(events, aclIn);
    const shared = {
      packet: (packet: Uint8Array): void => this.#deliver(packet),
      overlong: (length: number): void => {
        counters.add('overlongPackets');
        this.#loseStep(`an ACL data packet that claims ${length} octets`);
      },
    };
    this.#makeEventFramer = () => new UsbFramer({ ...shared, type: HciPacketType.event, maxLength: 0xff });
    this.#events = this.#makeEventFramer();
    this.#acl = new UsbFramer({ ...shared, type: HciPacketType.acl, maxLength: DEFAULT_MAX_ACL_LENGTH });
    this.#dataWay = this.#acl;
    this.readers = [
      // An event that fills its last packet is not followed by an empty one, so that a longer read would wait for the next event.
      new UsbReader({
        device,
        counters,
        lose,
        endpoint: events,
        readOctets: events.maxPacketSize,
        received: (buffer, length) => {
          // Every event begins with a packet, so that out of step each packet may be the one that is waited for.
          if (this.#outOfStep) this.#events.reset();
          this.#events.push(buffer, length);
        },
        gap: (isCertain) => this.#gap(this.#events, isCertain),
      }),
      bulkReader(aclIn, {
        device,
        counters,
        lose,
        received: (buffer, length) => this.#dataWay.push(buffer, length),
        gap: (isCertain) => this.#gap(this.#dataWay, isCertain),
      }),
    ];
    this.writer = new UsbWriter({ device, bulkOut: aclOut, isSerialized: false, counters, lose });
  }

  readonly bootLoaderMode = (opcode: number | undefined): void => {
    this.writer.opcodeByDataWay = opcode;
    this.#dataWay = opcode === undefined ? this.#acl : this.#makeEventFramer();
  };

  #deliver(packet: Uint8Array): void {
    const { counters, packet: deliver } = this.#options;
    if (this.#outOfStep) {
      if (!matches(packet, RESET_COMPLETE)) {
        counters.add('droppedPackets');
        return;
      }
      this.#outOfStep = false;
      counters.add('resynced');
      this.#acl.reset();
    }
    deliver(packet);
  }

  /** What follows a failed read may be the rest of a packet whose middle is lost. */
  #gap(framer: UsbFramer, isCertain: boolean): void {
    if (!isCertain && !framer.isWithinPacket) return;
    framer.reset();
    this.#loseStep('a read that failed');
  }

  #loseStep(what: string): void {
    if (this.#outOfStep) return;
    this.#outOfStep = true;
    this.#options.counters.add('lostSync');
    this.#options.lostSync(what);
  }
}
