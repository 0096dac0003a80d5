import type { Priority } from './priority';

/** Share of the bucket that is kept for more urgent requests, by priority. */
export const KEPT_FROM: Readonly<Record<Priority, number>> = {
  disconnect: 0,
  open: 0.15,
  beat: 0.4,
  other: 0.5,
};

/** Where the requests of an OAuth client are taken from. */
export abstract class RateLimiter {
  /** Requests that could be sent at once. */
  abstract readonly left: number;

  /** Requests that are there before it is known here: somebody has been asked and has not answered yet. */
  abstract readonly underWay: number;

  /** Requests per millisecond that are refilled. */
  abstract readonly ratePerMs: number;

  /** Whether it can be asked, and could be for the last seconds; where it cannot, little or nothing is given. */
  abstract readonly isReachable: boolean;

  /**
   * Takes one request and returns 0, or returns how many milliseconds to wait before asking again. `inLine` is how
   * many requests of at least that urgency there are.
   */
  abstract tryTake(priority: Priority, inLine: number): number;

  /** The platform says what it allows in a window. */
  abstract adopt(allowed: number): void;

  /** Nobody is to send anything for so long. */
  abstract close(forMs: number): void;

  /** Called when there may be more than was said, and with how long others have closed the client, where they have. */
  abstract onNews(listener: (closedForMs: number) => void): void;
}
