import { H4Framer } from '../h4-framer.ts';
import { USB_READ_HEADROOM } from './usb-framer.ts';
import { bulkReader, type UsbMode, type UsbModeOptions } from './usb-mode.ts';
import type { UsbReader } from './usb-reader.ts';
import type { UsbSerializedSetting } from './usb-select.ts';
import { UsbWriter } from './usb-writer.ts';

/** Bulk Serialization Mode (Core 6.2, Vol 4, Part B): all packets, each behind its indicator as on a UART, in one stream each way. So nothing overtakes. */
export class UsbSerializedMode implements UsbMode {
  readonly readers: readonly UsbReader[];
  readonly writer: UsbWriter;
  readonly eventLagMs = 0;
  readonly #framer: H4Framer;

  constructor(setting: UsbSerializedSetting, options: UsbModeOptions) {
    const { device, counters, lose } = options;
    this.#framer = new H4Framer({ side: 'host' }, options);
    const reader = bulkReader(setting.bulkIn, {
      device,
      counters,
      lose,
      received: (buffer, length) =>
        this.#framer.push(buffer.subarray(USB_READ_HEADROOM, USB_READ_HEADROOM + length)),
      gap: (isCertain) => {
        if (isCertain || this.#framer.isWithinPacket) this.#framer.gap('a read that failed');
      },
    });
    this.readers = [reader];
    this.writer = new UsbWriter({ device, bulkOut: setting.bulkOut, isSerialized: true, counters, lose });
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#framer.counters;
  }
}
