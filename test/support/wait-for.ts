import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Repeats `attempt` until it does not throw, and returns its result. After the deadline it throws the last error, so
 * that a failed expectation shows the actual value.
 */
export async function waitFor<T>(attempt: () => T | Promise<T>, deadlineMs = 60_000): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(PAUSE_MS);
  }
}
