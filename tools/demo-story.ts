import type { Connection, Device, DisconnectedError } from 'jelling';
import { type ServiceNode, serviceFields, showTree } from './attribute-tree.ts';
import type { ClientEvents } from './demo-client.ts';
import { SENSOR_NAME } from './demo-sensor.ts';
import { describeServices } from './describe.ts';
import { thermometer } from './gauge.ts';
import type { Output } from './output.ts';
import { spread } from './statistics.ts';
import { padEnd, padStart } from './text.ts';

const WHO_WIDTH = 8;
const BAR_WIDTH = 36;

interface Measured {
  heardMs: number;
  connectMs: number;
  exploreMs: number;
  readMs: number;
  leaveMs: number;
  attributes: number;
  readonly latenciesMs: number[];
}

/** Tells the demonstration as it happens, and what was measured at its end. */
export class DemoStory implements ClientEvents {
  readonly #output: Output;
  readonly #measured: Measured = {
    heardMs: 0,
    connectMs: 0,
    exploreMs: 0,
    readMs: 0,
    leaveMs: 0,
    attributes: 0,
    latenciesMs: [],
  };
  /** When each reading that is still on its way was sent: they arrive in order. */
  readonly #sentAt: number[] = [];
  #sent = 0;
  #firstReadingAt = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  opened(sensor: string, client: string): void {
    const { style } = this.#output;
    this.#output.data({ event: 'ready', sensor, client }, () =>
      [
        `${style('bold', 'Jelling')}: a temperature sensor and its client, on two virtual controllers`,
        this.#says('sensor', `I am ${sensor}, and advertise as ${style('bold', SENSOR_NAME)}`),
        this.#says('client', `I am ${client}, and look for it`),
      ].join('\n'),
    );
  }

  heard(device: Device, rssi: number | undefined, services: readonly string[], elapsedMs: number): void {
    const { address } = device;
    this.#measured.heardMs = elapsedMs;
    this.#output.data({ event: 'heard', address, name: SENSOR_NAME, rssi, services, elapsedMs }, () =>
      this.#says(
        'client',
        `heard ${this.#output.style('bold', SENSOR_NAME)} at ${address}, ${rssi ?? '?'} dBm: ${describeServices(services)}`,
      ),
    );
  }

  connected(connection: Connection, elapsedMs: number): void {
    const { device, mtu, parameters } = connection;
    const { address } = device;
    const { intervalMs } = parameters;
    this.#measured.connectMs = elapsedMs;
    this.#output.data({ event: 'connected', address, mtu, intervalMs, elapsedMs }, () =>
      this.#says('client', `connected: MTU ${mtu}, a connection event every ${intervalMs} ms`),
    );
  }

  explored(services: readonly ServiceNode[], elapsedMs: number): void {
    this.#measured.exploreMs = elapsedMs;
    this.#measured.attributes = services.reduce((sum, node) => sum + attributesOf(node), 0);
    const fields = services.map(serviceFields);
    this.#output.data({ event: 'explored', services: fields, elapsedMs }, () => {
      const { style } = this.#output;
      const lines = showTree([`this is what ${SENSOR_NAME} has`], services, style);
      return [
        '',
        ...lines.map((line, i) => (i === 0 ? this.#says('client', line) : this.#says('', line))),
        '',
      ].join('\n');
    });
  }

  read(celsius: number, elapsedMs: number): void {
    this.#measured.readMs = elapsedMs;
    this.#output.data({ event: 'read', celsius, elapsedMs }, () =>
      this.#says('client', `read ${celsius.toFixed(2)} °C, and now listen`),
    );
  }

  sent(): void {
    this.#sent++;
    this.#sentAt.push(performance.now());
  }

  notified(celsius: number): void {
    const now = performance.now();
    if (this.#measured.latenciesMs.length === 0) this.#firstReadingAt = now;
    const latencyMs = now - (this.#sentAt.shift() ?? now);
    this.#measured.latenciesMs.push(latencyMs);
    const elapsedMs = now - this.#firstReadingAt;
    this.#output.data({ event: 'reading', celsius, elapsedMs, latencyMs }, () => {
      const seconds = padStart((elapsedMs / 1_000).toFixed(1), 4);
      const { style } = this.#output;
      return this.#says('', `${style('dim', `${seconds} s`)} ${thermometer(celsius, BAR_WIDTH, style)}`);
    });
  }

  left(elapsedMs: number): void {
    this.#measured.leaveMs = elapsedMs;
    this.#output.data({ event: 'left', elapsedMs }, () => `\n${this.#says('client', 'goodbye')}`);
  }

  gone({ message, reason }: DisconnectedError): void {
    this.#output.data({ event: 'gone', reason }, () => this.#says('sensor', message));
  }

  summary(): void {
    const { latenciesMs, ...steps } = this.#measured;
    const { least, median, most } = spread(latenciesMs);
    const { user, system } = process.cpuUsage();
    const fields = {
      ...steps,
      sent: this.#sent,
      received: latenciesMs.length,
      latencyMs: { least, median, most },
      cpuMs: (user + system) / 1_000,
      memoryMiB: process.memoryUsage().rss / 2 ** 20,
    };
    this.#output.data({ event: 'summary', ...fields }, () => {
      const ms = (value: number): string => `${padStart(value.toFixed(1), 8)} ms`;
      const rows: readonly (readonly [string, string])[] = [
        ['to hear it', ms(fields.heardMs)],
        ['to connect and agree on the MTU', ms(fields.connectMs)],
        [`to explore ${fields.attributes} attributes and read them`, ms(fields.exploreMs)],
        ['to read the temperature', ms(fields.readMs)],
        [`a reading on its way, least of ${fields.received}`, ms(least)],
        ['  the middle one', ms(median)],
        ['  the slowest', ms(most)],
        ['to say goodbye', ms(fields.leaveMs)],
        ['CPU of both hosts, both radios and Node.js', ms(fields.cpuMs)],
      ];
      const { style } = this.#output;
      return [
        '',
        style('bold', 'Measured'),
        ...rows.map(([what, value]) => `  ${padEnd(what, 46)}${value}`),
        '',
        `Next: ${style('bold', 'npx jelling scan')} with a controller plugged in, or ${style('bold', 'npx jelling --help')}.`,
      ].join('\n');
    });
  }

  #says(who: 'sensor' | 'client' | '', what: string): string {
    const { style } = this.#output;
    return `${style(who === 'sensor' ? 'magenta' : 'cyan', padEnd(who, WHO_WIDTH))}${what}`;
  }
}

const attributesOf = ({ characteristics }: ServiceNode): number =>
  characteristics.reduce((sum, { descriptors }) => sum + 2 + descriptors.length, 1);
