import type { HciTransport } from '../core/transport.ts';
import { Air } from './air.ts';
import { HostTransport } from './host-transport.ts';

/** The airs that monikers name, each while a controller is open on it. */
let airs: Map<string, Air> | undefined;

/**
 * A controller of one's own on an air that the whole process shares: what the moniker `virtual[:NAME]` opens. Closing the transport takes
 * the controller away.
 */
export const openVirtual = (name = ''): HciTransport => {
  airs ??= new Map();
  const shared = airs;
  let air = shared.get(name);
  if (air === undefined) {
    air = new Air();
    shared.set(name, air);
  }
  const controller = air.createController();
  const forget = (): void => {
    controller.remove();
    if (air.controllers.length === 0) shared.delete(name);
  };
  return new HostTransport(name === '' ? 'virtual' : `virtual:${name}`, (line) => {
    const port = controller.attach(line);
    return {
      ...port,
      gone: () => {
        port.gone();
        forget();
      },
    };
  });
};
