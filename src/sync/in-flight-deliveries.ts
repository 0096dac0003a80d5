import type { SharedPlaces } from './shared-places';
import type { Delivery, QueuedEvent } from './domain/delivery';

/** A receiver whose last delivery took less time is prompt. */
const PROMPT_MS = 1_000;

/**
 * The deliveries in flight to one sink, at most `capacity` of them and one per conversation: a slow conversation
 * occupies one place and blocks no other conversation. Each also takes one of the `shared` places, if sinks share them.
 */
export class InFlightDeliveries {
  private readonly inFlight = new Map<string, Promise<void>>();

  private isPrompt = true;

  constructor(
    private readonly capacity: number,
    private readonly shared?: SharedPlaces,
  ) {}

  get free(): number {
    const own = this.capacity - this.inFlight.size;
    return this.shared === undefined ? own : Math.min(own, this.shared.freeFor(this.isPrompt));
  }

  get isEmpty(): boolean {
    return this.inFlight.size === 0;
  }

  /** The conversations with a delivery in flight now. */
  get busy(): ReadonlySet<string> {
    return new Set(this.inFlight.keys());
  }

  /** Starts `work` for a delivery unless its conversation is busy or no place is free; calls `whenOver` after it. */
  begin({ event }: Delivery<QueuedEvent>, work: () => Promise<void>, whenOver: () => void): void {
    if (this.free === 0 || this.inFlight.has(event.conversationId)) return;
    const startedAt = performance.now();
    const giveBack = this.shared?.take(this.isPrompt);
    const run = work().finally(() => {
      this.inFlight.delete(event.conversationId);
      this.isPrompt = performance.now() - startedAt < PROMPT_MS;
      giveBack?.();
      whenOver();
    });
    this.inFlight.set(event.conversationId, run);
  }

  /** Resolves when all deliveries that are in flight now are over. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.inFlight.values());
  }
}
