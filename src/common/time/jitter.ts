/**
 * A random duration within `share` (0 to 1) around `ms`, so that work that failed together is not retried together.
 */
export function jittered(ms: number, share = 0.2): number {
  return Math.round(ms * (1 - share + 2 * share * Math.random()));
}
