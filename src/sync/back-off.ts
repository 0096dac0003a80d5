import { jittered } from '../common/time/jitter';

const FIRST_MS = 1_000;
/** With its jitter below 30 s: a receiver that is back hears from every waiting conversation within that time. */
const MAX_MS = 24_000;

/** How long a delivery waits after its nth failed attempt, counted from 1. */
export function backOffMs(failedAttempts: number): number {
  return jittered(Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failedAttempts - 1, 20)));
}
