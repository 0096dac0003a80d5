import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Tries until `attempt` no longer throws, and returns what it then returns. After the deadline its last error is the
 * failure, so that a failed expectation shows what was seen instead.
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
