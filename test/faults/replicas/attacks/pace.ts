import { setTimeout as delay } from 'node:timers/promises';

export interface Pace {
  readonly perSecond: number;
  /** At a time. What comes due while so many are under way is left out: attackers have one small machine, too. */
  readonly atMost: number;
}

/** Makes attempts at a constant rate until the signal is aborted; resolves when those under way are over. */
export async function atPace(
  { perSecond, atMost }: Pace,
  signal: AbortSignal,
  attempt: (index: number) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let firstFailure: unknown;
  for (let index = 0; !signal.aborted; index += 1) {
    const dueInMs = startedAt + (index * 1_000) / perSecond - performance.now();
    if (dueInMs > 0) await delay(dueInMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || underWay.size >= atMost) continue;
    const attempted = attempt(index)
      .catch((error: unknown) => (firstFailure ??= error))
      .then(() => void underWay.delete(attempted));
    underWay.add(attempted);
  }
  await Promise.all(underWay);
  // Attempts count what the service does; what they throw is a fault of the attack itself.
  if (firstFailure !== undefined) throw firstFailure;
}

/** The entry of a list whose turn it is. */
export function turnOf<T>(list: readonly T[], index: number): T {
  const entry = list[index % list.length];
  if (entry === undefined) throw new Error('There is nothing to choose from.');
  return entry;
}
