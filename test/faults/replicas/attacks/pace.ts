import { constantRate } from '../constant-rate';

export interface Pace {
  readonly perSecond: number;
  /** Maximum number of concurrent attempts. Attempts beyond it are skipped: attackers have one small machine, too. */
  readonly atMost: number;
}

/**
 * Makes attempts at a constant rate until the signal is aborted; resolves when the last attempts have finished.
 * Attempts record the service's behaviour; an error that they throw is a defect of the attack itself, and is
 * rethrown.
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

/** Returns the next entry of a list in rotation. */
export function turnOf<T>(list: readonly T[], index: number): T {
  const entry = list[index % list.length];
  if (entry === undefined) throw new Error('There is nothing to choose from.');
  return entry;
}
