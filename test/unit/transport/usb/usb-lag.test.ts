import { describe, expect, it } from 'vitest';
import { eventLagMs, MAX_EVENT_LAG_MS } from '../../../../src/transport/usb/usb-lag.ts';

describe('how late an event may be on USB', () => {
  it.each([
    ['a dongle at full speed', 16, 1, 64, 4],
    ['one that is polled every tenth frame', 16, 10, 64, 31],
    ['one at full speed whose events fit a packet', 64, 1, 64, 2],
    ['one at high speed, polled in each microframe', 16, 1, 512, 1.375],
    ['one at high speed, polled in each frame', 64, 4, 512, 2],
    ['one at a speed above', 64, 4, 1024, 2],
    ['a descriptor without an interval', 16, 0, 64, 4],
    ['an interval that is none at high speed', 64, 255, 512, MAX_EVENT_LAG_MS],
    ['an interval that nobody could wait for', 16, 255, 64, MAX_EVENT_LAG_MS],
    ['an endpoint without room', 0, 1, 64, 37],
  ])('is told for %s', (_, maxPacketSize, bInterval, bulk, ms) => {
    const events = { address: 0x81, type: 'interrupt', maxPacketSize, bInterval } as const;
    const aclIn = { address: 0x82, type: 'bulk', maxPacketSize: bulk, bInterval: 0 } as const;
    expect(eventLagMs(events, aclIn)).toBe(ms);
  });
});
