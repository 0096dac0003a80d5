/** Beat intervals of live sessions in milliseconds, and how many sessions have each. */
export type BeatDemand = ReadonlyMap<number, number>;

/** Bisection steps: enough for a factor that is exact to a thousandth of any sensible range. */
const HALVINGS = 24;

/**
 * The factor by which all intervals have to be stretched so that the beats of all sessions stay within `beatsPerMs`:
 * 1 if they fit already. Intervals are stretched evenly, none beyond `maxMs` (a longer one stays as it is). If even
 * that is not enough, the largest factor is returned: admission has to limit the sessions.
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

/** An interval under a factor: never shorter than before, never stretched beyond `maxMs`. */
export function stretched(intervalMs: number, factor: number, maxMs: number): number {
  return Math.max(intervalMs, Math.min(intervalMs * factor, maxMs));
}

/** The number of sessions that a client can carry with every interval stretched to the maximum. */
export function sessionsThatFit(beatsPerMs: number, maxMs: number): number {
  return Math.floor(beatsPerMs * maxMs);
}

function loadOf(demand: BeatDemand, factor: number, maxMs: number): number {
  let beats = 0;
  for (const [intervalMs, sessions] of demand) beats += sessions / stretched(intervalMs, factor, maxMs);
  return beats;
}
