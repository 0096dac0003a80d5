import { setTimeout as delay } from 'node:timers/promises';

/** One iteration at a constant rate, with the `performance.now()` at which it is due. */
export interface Turn {
  readonly index: number;
  readonly dueAt: number;
}

/** Iterates until the signal is aborted. Late iterations follow each other immediately, and none is skipped. */
export async function* constantRate(perSecond: number, signal: AbortSignal): AsyncGenerator<Turn> {
  const startedAt = performance.now();
  for (let index = 0; ; index += 1) {
    const dueAt = startedAt + (index * 1_000) / perSecond;
    const waitMs = Math.max(0, dueAt - performance.now());
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    yield { index, dueAt };
  }
}
