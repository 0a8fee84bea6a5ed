/** Our host as the one who uses services. */
import type { Connection } from 'jelling';
import { connectNordicUart, FileClient, FileError } from 'jelling/services';
import { MemoryFiles } from '../../support/memory-files.ts';
import { digest } from '../bytes.ts';
import { MeetingCentral } from '../jelling-meeting.ts';
import { contract, longFile, uartOctets, uploadFile } from './contract.ts';

export class ServicesCentral extends MeetingCentral {
  protected override async talk(connection: Connection): Promise<void> {
    await this.step('uart', async () => {
      await using channel = await connectNordicUart(connection);
      const heard = new Uint8Array(uartOctets.length);
      const sending = channel.send(uartOctets);
      for (let at = 0; at < heard.length; ) {
        const octets = await channel.receive();
        heard.set(octets, at);
        at += octets.length;
      }
      await sending;
      this.saw('uart', digest([heard]));
    });
    const client = await FileClient.find(connection);
    const local = new MemoryFiles({ 'from-central.bin': uploadFile });
    await this.step('list', async () => {
      const entries = await client.list();
      this.saw('list', { entries: entries.map(({ name, size }) => [name, size]) });
    });
    await this.step('download', async () => {
      for (const name of Object.keys(contract.files)) await client.download(name, local);
      const files = Object.keys(contract.files).map((name) => local.files.get(name) ?? new Uint8Array(0));
      this.saw('download', digest(files));
    });
    await this.step('resume', async () => {
      const begun = new MemoryFiles();
      begun.begin({ name: 'long.bin', octets: longFile, there: contract.partOctets });
      const { resumedAt } = await client.download('long.bin', begun);
      this.saw('resume', { resumedAt, ...digest([begun.files.get('long.bin') ?? new Uint8Array(0)]) });
    });
    await this.step('refused', async () => {
      const reason = await client.download('nothing', local).catch((error: unknown) => error);
      if (!(reason instanceof FileError)) throw reason;
      this.saw('refused', { reasons: [reason.reason] });
    });
    await this.step('upload', async () => {
      const { resumedAt } = await client.upload('from-central.bin', local);
      this.saw('upload', { there: [resumedAt] });
    });
  }
}
