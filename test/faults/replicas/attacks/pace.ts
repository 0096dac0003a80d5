import { constantRate } from '../constant-rate';

export interface Pace {
  readonly perSecond: number;
  /** At a time. What comes due while so many are under way is left out: attackers have one small machine, too. */
  readonly atMost: number;
}

/**
 * Makes attempts at a constant rate until the signal is aborted; resolves when those under way are over. Attempts count
 * what the service does; what they throw is a fault of the attack itself, and thrown.
 */
export async function atPace(
  { perSecond, atMost }: Pace,
  signal: AbortSignal,
  attempt: (index: number) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const { index } of constantRate(perSecond, signal)) {
    if (underWay.size >= atMost || failures.length > 0) continue;
    const attempted = attempt(index)
      .catch((error: unknown) => void failures.push(error))
      .then(() => void underWay.delete(attempted));
    underWay.add(attempted);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw new AggregateError(failures, 'An attack failed by itself.');
}

/** The entry of a list whose turn it is. */
export function turnOf<T>(list: readonly T[], index: number): T {
  const entry = list[index % list.length];
  if (entry === undefined) throw new Error('There is nothing to choose from.');
  return entry;
}
