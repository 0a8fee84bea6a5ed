import { systemClock } from '../../src/core/system-clock.ts';
import { MemoryIdentityStore, open } from '../../src/index.ts';
import { openTcp } from '../../src/transport/socket/tcp.ts';
import { role, served, serveOrders } from '../child.ts';
import { CountingTransport } from './counting-transport.ts';
import { makeCentral } from './jelling-central.ts';
import { makePeripheral } from './jelling-peripheral.ts';
import { SwitchedCache } from './switched-cache.ts';

const port = role === 'central' ? served.central : served.peripheral;
const transport = new CountingTransport(await openTcp({ host: '127.0.0.1', port }, { clock: systemClock }));
const gattCache = new SwitchedCache();
const ble = await open(transport, { identityStore: new MemoryIdentityStore(), gattCache });

serveOrders({
  ...(role === 'central' ? makeCentral(ble, gattCache) : makePeripheral(ble)),
  close: () => ble.close(),
  counted: () => ({ writes: transport.counters['writes'] ?? 0, requests: transport.requests }),
});
