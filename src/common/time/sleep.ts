import { pause } from './pause';

/** Resolves after `ms`, or as soon as the signal aborts; never rejects. Goes by the clock of a test, as `pause` does. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  // The abort is the only error of a pause, and ends the wait as the time does.
  await pause(ms, signal).catch(() => undefined);
}
