/**
 * Exponential back-off with equal jitter: from half of `baseMs * 2 ** (failures - 1)` to all of it, and at most `maxMs`.
 * `failures` counts from 1.
 */
export function backoffMs(failures: number, baseMs: number, maxMs: number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return ceiling * (0.5 + Math.random() / 2);
}
