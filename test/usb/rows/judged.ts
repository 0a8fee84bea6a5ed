import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { open } from 'jelling';
import type { Row, Socket } from '../row.ts';

type Facts = { readonly socket: Socket; readonly address: string };

const patient = { timeoutMs: 20_000 };

/** The answer to a command has no octets behind its header, and tshark 4.0 looks for an HCI packet there all the same. */
const answerToCommand = 'usbip.urb == 3 && usbip.endpoint_number == 0';

/** What must be seen, and how often at the least. Over USB/IP tshark takes events for octets of HCI, and does not look into them. */
const seen = { bthci_cmd: 10, hci_usb: 50, 'usbip.operation': 2, 'usb.bDescriptorType': 5 };

/** Where the half in the guest does not come to its end. */
const LONGEST_S = 120;

/** Captures on the loopback of the machine what passes through one TCP port. */
class Capture {
  readonly #folder = mkdtempSync(join(tmpdir(), 'jelling-usbip-'));
  readonly #file = join(this.#folder, 'usbip.pcapng');
  readonly #port: number;
  readonly #tshark: ChildProcess;

  constructor(port: number) {
    this.#port = port;
    this.#tshark = spawn(
      'tshark',
      ['-i', 'lo', '-a', `duration:${LONGEST_S}`, '-f', `tcp port ${port}`, '-w', this.#file],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
  }

  async started(): Promise<void> {
    for await (const chunk of this.#tshark.stderr ?? [])
      if (String(chunk).includes('Capture started')) return;
    throw new Error('tshark does not capture on lo');
  }

  async stop(): Promise<void> {
    if (this.#tshark.exitCode !== null) return;
    this.#tshark.kill('SIGINT');
    await once(this.#tshark, 'exit');
  }

  /** The packets that a filter lets through. */
  async packets(filter: string): Promise<readonly string[]> {
    const { stdout } = await promisify(execFile)(
      'tshark',
      ['-r', this.#file, '-d', `tcp.port==${this.#port},usbip`, '-Y', filter],
      { maxBuffer: 64 << 20 },
    );
    return stdout.split('\n').filter((line) => line !== '');
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

export const judged: Row<Facts> = {
  name: 'judged',
  what: 'what the kernel and the dongle say to each other, decoded by tshark without a malformed packet',
  stage: async (stage) => {
    const { socket } = await stage.dongle();
    const peer = await stage.host();
    await stage.advertise(peer);
    const capture = new Capture(socket.port);
    await capture.started();
    stage.on('verdict', async () => {
      await capture.stop();
      const malformed = await capture.packets(`_ws.malformed && !(${answerToCommand})`);
      const counts: Record<string, number> = {};
      for (const filter of Object.keys(seen)) counts[filter] = (await capture.packets(filter)).length;
      capture.remove();
      return { malformed, counts };
    });
    return { socket, address: peer.address };
  },
  guest: async ({ attach, ask, facts, say }) => {
    await attach(facts.socket);
    {
      await using ble = await open('usb', { bonds: false });
      await using connection = await ble.device(facts.address).connect(patient);
      await connection.service(0x1801, patient);
    }
    const { malformed, counts } = (await ask('verdict')) as {
      malformed: readonly string[];
      counts: Readonly<Record<string, number>>;
    };
    say(JSON.stringify(counts));
    assert.deepEqual(malformed, []);
    for (const [filter, least] of Object.entries(seen)) assert.ok((counts[filter] ?? 0) >= least, filter);
  },
};
