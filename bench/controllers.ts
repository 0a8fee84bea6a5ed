import process from 'node:process';
import { parseAddress } from '../src/core/address.ts';
import { LegacyEventType } from '../src/hci/codec/advertising-report.ts';
import { HciEvent } from '../src/hci/codec/events.ts';
import { createAir, serve } from '../src/virtual/index.ts';
import type { Served } from './child.ts';
import { lastDevice, linkCount } from './phases.ts';

// Controllers on one air without time, in a process of their own: their work is nobody's that is measured.

const DEVICES = 50;
/** 31 octets: flags and a complete name. */
const data = Uint8Array.from([
  2,
  1,
  6,
  27,
  9,
  ...new TextEncoder().encode('a device that says its name').subarray(0, 26),
]);

const report = (device: number, rssi: number): Uint8Array =>
  HciEvent.leAdvertisingReport.encode({
    reports: [
      {
        eventType: LegacyEventType.advInd,
        addressType: 1,
        address: parseAddress(`C0:00:00:00:00:${device.toString(16).padStart(2, '0')}`),
        data,
        rssi,
      },
    ],
  });

/** Devices that come round in turn, with an RSSI that changes: each report says something new. */
const reports = Array.from({ length: DEVICES * 4 }, (_, i) => report(i % DEVICES, -40 - ((i * 7) % 50)));
/** By this one a scanner knows that the others are over. */
const last = report(lastDevice, -40);

const air = createAir();
const serveOne = async (maxLinks = 1) => {
  const { port = 0, controller } = await serve(air, 'tcp:127.0.0.1:0', { maxLinks });
  return { port, controller, address: controller.address ?? '' };
};
const central = await serveOne(linkCount);
const peripheral = await serveOne();
const many = await Promise.all(Array.from({ length: linkCount }, () => serveOne()));
const places: Served = {
  central: central.port,
  peripheral: peripheral.port,
  peripheralAddress: peripheral.address,
  many: many.map(({ port, address }) => ({ port, address })),
};
process.send?.(places);

/** In portions, so that the socket is not filled beyond what is read. */
const flood = (left: number): void => {
  const portion = Math.min(left, 200);
  for (let i = 0; i < portion; i++) {
    const next = reports[(left - i) % reports.length];
    if (next !== undefined) central.controller.faults.inject(next);
  }
  if (left > portion) setImmediate(flood, left - portion);
  else central.controller.faults.inject(last);
};

process.on('message', (order: { readonly flood: number }) => flood(order.flood));
process.on('disconnect', () => process.exit());
