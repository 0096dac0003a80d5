import { DeliveryFailedError } from './domain/delivery.errors';
import type { SinkRelay } from './sink-relay';

/** A receiver that does not answer. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** A receiver that refuses. */
export function refuse(): Promise<never> {
  return Promise.reject(new DeliveryFailedError('status 500', { status: 500 }));
}

/** A receiver that accepts after a delay. */
export function takes(ms: number): () => Promise<void> {
  return () => new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for a stop that ends within the given time. */
export async function expectOverWithin(ms: number, stop: Promise<void>): Promise<void> {
  let isOver = false;
  const over = stop.then(() => (isOver = true));
  await jest.advanceTimersByTimeAsync(ms);
  expect(isOver).toBe(true);
  await over;
}

/** Stops a relay at once, and checks that no timer of it is left. */
export async function expectStopped(relay: SinkRelay): Promise<void> {
  await expectOverWithin(100, relay.stop(0));
  expect(jest.getTimerCount()).toBe(0);
}
