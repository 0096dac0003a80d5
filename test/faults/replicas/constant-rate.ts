import { setTimeout as delay } from 'node:timers/promises';

/** A turn at a constant rate, and the moment of `performance.now()` at which it is due. */
export interface Turn {
  readonly index: number;
  readonly dueAt: number;
}

/** Turns until the signal is aborted. Those that are late come one right after the other, and none is left out. */
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
