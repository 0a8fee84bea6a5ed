/** Our host as the one who has services. */
import type { Adapter } from 'jelling';
import { batteryService, deviceInformationService, nordicUartService, serveFiles } from 'jelling/services';
import { MemoryFiles } from '../../support/memory-files.ts';
import { digest } from '../bytes.ts';
import { MeetingPeripheral } from '../jelling-meeting.ts';
import { contract, fileOf, inverted, uartOctets } from './contract.ts';

export class ServicesPeripheral extends MeetingPeripheral {
  readonly #battery = batteryService({ level: contract.level });
  readonly #uart = nordicUartService();

  protected override prepare(adapter: Adapter): void {
    const { information, pnpId, files } = contract;
    const about = deviceInformationService({ ...information, pnpId: { vendorIdSource: 'usb', ...pnpId } });
    adapter.registerServices(this.#battery, about, this.#uart);
    const storage = new MemoryFiles(
      Object.fromEntries(Object.entries(files).map(([name, length]) => [name, fileOf(length)])),
    );
    serveFiles(adapter, {
      storage,
      uploads: 'new',
      events: {
        ended: ({ operation, name = '' }, error) => {
          if (operation !== 'upload' || error !== undefined) return;
          this.saw('upload', digest([storage.files.get(name) ?? new Uint8Array(0)]));
        },
      },
    });
    // What goes wrong with it, or with the link, is what the rows miss.
    this.#echo(adapter).catch(() => {});
  }

  async #echo(adapter: Adapter): Promise<void> {
    while (adapter.connections[0] === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    const channel = this.#uart.channel(adapter.connections[0]);
    const heard = new Uint8Array(uartOctets.length);
    let at = 0;
    for await (const octets of channel) {
      heard.set(octets, at);
      at += octets.length;
      await channel.send(inverted(octets));
      if (at === heard.length) {
        this.saw('uart', digest([heard]));
        this.#battery.level = contract.nextLevel;
      }
    }
  }
}
