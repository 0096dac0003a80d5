/** Beat intervals of live sessions in milliseconds, and how many sessions have each. */
export type BeatDemand = ReadonlyMap<number, number>;

/** Enough halvings for a factor that is exact to a thousandth of any sensible range. */
const HALVINGS = 24;

/**
 * By how much every interval has to be stretched so that the beats of all sessions together stay within `beatsPerMs`:
 * 1 when they fit as they are. Intervals are stretched evenly, none beyond `maxMs` (or beyond itself, if it is longer
 * anyway). When not even that is enough, the largest factor is returned: admission has to see to it.
 */
export function stretchFactor(demand: BeatDemand, beatsPerMs: number, maxMs: number): number {
  const shortestMs = Math.min(...demand.keys());
  if (!Number.isFinite(shortestMs) || loadOf(demand, 1, maxMs) <= beatsPerMs) return 1;
  let low = 1;
  let high = Math.max(1, maxMs / shortestMs);
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (loadOf(demand, middle, maxMs) <= beatsPerMs) high = middle;
    else low = middle;
  }
  return high;
}

/** An interval under a factor: never shorter than it was, never stretched beyond `maxMs`. */
export function stretched(intervalMs: number, factor: number, maxMs: number): number {
  return Math.max(intervalMs, Math.min(intervalMs * factor, maxMs));
}

/** How many sessions a client can carry at all, with every interval stretched as far as it goes. */
export function sessionsThatFit(beatsPerMs: number, maxMs: number): number {
  return Math.floor(beatsPerMs * maxMs);
}

function loadOf(demand: BeatDemand, factor: number, maxMs: number): number {
  let beats = 0;
  for (const [intervalMs, sessions] of demand) beats += sessions / stretched(intervalMs, factor, maxMs);
  return beats;
}
