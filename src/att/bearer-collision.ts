/** An opening of Enhanced bearers that the peer refused for want of room. */
export interface RefusedOpening {
  /** Of this side. */
  readonly role: 'central' | 'peripheral';
  /** The peer wanted to open some at the same time, and was refused too. */
  readonly isCollision: boolean;
  /** Openings in a row that ended so, this one included. */
  readonly attempts: number;
  /** Connection interval times one plus peripheral latency. */
  readonly paceMs: number;
}

/** Openings in a row that may collide; the next one is given up. */
export const MAX_OPENING_ATTEMPTS = 3;

const SHORTEST_BACK_OFF_MS = 100;

/**
 * How long to wait before asking again, or undefined for not at all. Where both sides had kept what room there was for their own request, the central may
 * ask again at once, and the peripheral lets it go first (Vol 3, Part G, 5.4).
 */
export const backOffMs = ({ role, isCollision, attempts, paceMs }: RefusedOpening): number | undefined => {
  if (!isCollision || attempts >= MAX_OPENING_ATTEMPTS) return undefined;
  return role === 'central' ? 0 : Math.max(SHORTEST_BACK_OFF_MS, 2 * paceMs);
};
