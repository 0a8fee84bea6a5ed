import { eventKey, eventKeyOf, type HciEventType } from './event.ts';
import { controllerEvents } from './events-controller.ts';
import { leEvents } from './events-le.ts';

/** Every event that is known here, by its specification name in TypeScript case without the prefix. */
export const HciEvent = { ...controllerEvents, ...leEvents } as const;

const byKey: ReadonlyMap<number, HciEventType> = new Map(
  Object.values<HciEventType>(HciEvent).map((type) => [eventKey(type.code, type.subevent), type]),
);

export const eventByKey = (key: number): HciEventType | undefined => byKey.get(key);

/** The event of a whole packet, undefined where its header is cut, its length octet lies, or it is unknown. */
export const eventOf = (packet: Uint8Array): HciEventType | undefined => {
  const key = eventKeyOf(packet);
  return key === undefined ? undefined : byKey.get(key);
};
