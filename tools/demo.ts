import { open } from 'jelling';
import { createAir } from 'jelling/virtual';
import { defineCommand } from './command.ts';
import { runClient } from './demo-client.ts';
import { runSensor, SENSOR_APPEARANCE, SENSOR_NAME } from './demo-sensor.ts';
import { DemoStory } from './demo-story.ts';
import { duration, whole, withDefault } from './option.ts';

export const demo = defineCommand({
  description: [
    'A temperature sensor and its client, two complete hosts in this one program, on two virtual controllers whose air has the times of a real one. The client looks for the sensor, connects, explores it, reads it, listens to its readings and says goodbye. No hardware is needed, and it takes about ten seconds.',
  ],
  options: {
    readings: withDefault('N', 'how many readings to wait for; 16 unless given', whole(1, 100_000), 16),
    period: withDefault('TIME', 'how often the sensor sends one; 400ms unless given', duration, 400),
    seed: withDefault('N', 'what all chance on the air comes from; 1 unless given', whole(0, 0xffff_ffff), 1),
  },
  common: ['timeout', 'snoop', 'json', 'verbose'],
  examples: ['jelling demo', 'jelling demo --snoop demo.btsnoop', 'jelling demo --json | jq .celsius'],
  async run({ output, options, common, signal }) {
    const { readings, period: periodMs, seed } = options;
    const air = createAir({ model: 'timed', seed });
    const log = common.verbose
      ? ({ level, layer, message }: { level: string; layer: string; message: string }) =>
          output.log(`${level} ${layer}: ${message}`)
      : undefined;
    const sensorRadio = air.createController({ name: 'sensor', position: { x: 0, y: 0 } });
    const clientRadio = air.createController({ name: 'client', position: { x: 3, y: 1 } });
    const { timeout: timeoutMs, snoop } = common;
    await using sensor = await open(sensorRadio.connect(), {
      timeoutMs,
      signal,
      log,
      name: SENSOR_NAME,
      appearance: SENSOR_APPEARANCE,
    });
    await using client = await open(clientRadio.connect(), { timeoutMs, signal, log, snoop });

    const story = new DemoStory(output);
    story.opened(sensor.address, client.address);
    // Each side ends the other when it ends: neither waits for one that is gone.
    const over = new AbortController();
    const together = AbortSignal.any([signal, over.signal]);
    const sensing = runSensor(sensor, {
      periodMs,
      signal: together,
      onSend: () => story.sent(),
      onGone: (reason) => story.gone(reason),
    });
    const listening = runClient(client, { readings, timeoutMs, signal: together, on: story });
    sensing.catch((error: unknown) => over.abort(error));
    listening.catch((error: unknown) => over.abort(error));
    await Promise.all([listening, sensing]);
    story.summary();
    return undefined;
  },
});
