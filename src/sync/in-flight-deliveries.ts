import type { Delivery, QueuedEvent } from './domain/delivery';

/**
 * The deliveries in flight to one sink, at most `capacity` of them and one per conversation: a slow conversation
 * occupies one place and blocks no other conversation.
 */
export class InFlightDeliveries {
  private readonly inFlight = new Map<string, Promise<void>>();

  constructor(private readonly capacity: number) {}

  get free(): number {
    return this.capacity - this.inFlight.size;
  }

  /** The conversations with a delivery in flight now. */
  get busy(): ReadonlySet<string> {
    return new Set(this.inFlight.keys());
  }

  /** Starts `work` for a delivery unless its conversation is busy or no place is free; calls `whenOver` after it. */
  begin({ event }: Delivery<QueuedEvent>, work: () => Promise<void>, whenOver: () => void): void {
    if (this.free === 0 || this.inFlight.has(event.conversationId)) return;
    const run = work().finally(() => {
      this.inFlight.delete(event.conversationId);
      whenOver();
    });
    this.inFlight.set(event.conversationId, run);
  }

  /** Resolves when all deliveries that are in flight now are over. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.inFlight.values());
  }
}
