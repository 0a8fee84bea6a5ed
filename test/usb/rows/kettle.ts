import { Characteristic, Service } from 'jelling';
import type { Stage } from '../row.ts';

/** What the kettle has at first: longer than an ACL buffer of old controllers, and than the default ATT_MTU. */
export const kettleValue = Uint8Array.from({ length: 200 }, (_, index) => index);

/** A peer on the machine that advertises, lets itself be read, written and paired with, and notifies when it is asked to. Gives its address. */
export const putKettleOn = async (stage: Stage): Promise<string> => {
  const peer = await stage.host({ name: 'kettle' });
  const service = new Service(0x181a);
  const temperature = new Characteristic(service, 0x2a6e, {
    read: true,
    write: true,
    notify: true,
    initial: kettleValue,
  });
  peer.registerServices(service);
  peer.security = { ui: { compareNumbers: () => true } };
  await stage.advertise(peer, { name: 'kettle', services: [0x181a] });
  stage.on('notify', async () => {
    await temperature.notify(undefined, { value: kettleValue.toReversed() });
    return null;
  });
  return peer.address;
};
