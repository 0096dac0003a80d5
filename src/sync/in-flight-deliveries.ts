import type { Delivery, QueuedEvent } from './domain/delivery';
import type { Place, Promptness, SharedPlaces } from './shared-places';

/** A delivery that takes longer makes its receiver slow, until one takes less. */
const PROMPT_MS = 1_000;

/**
 * The deliveries in flight to one sink, at most `capacity` of them and one per conversation: a slow conversation
 * occupies one place and blocks no other conversation. Each also takes one of the `shared` places, if sinks share them.
 */
export class InFlightDeliveries {
  private readonly inFlight = new Map<string, Promise<void>>();
  private reserved: Place[] = [];
  private promptness: Promptness = 'unknown';
  private late = 0;
  private leaveSlow: (() => void) | undefined;

  constructor(
    private readonly capacity: number,
    private readonly shared?: SharedPlaces,
  ) {}

  get free(): number {
    const held = this.inFlight.size + this.reserved.length;
    return Math.min(this.capacity - held, this.shared?.freeFor(this.promptness, held) ?? Infinity);
  }

  get isEmpty(): boolean {
    return this.inFlight.size === 0;
  }

  /** The conversations with a delivery in flight now. */
  get busy(): ReadonlySet<string> {
    return new Set(this.inFlight.keys());
  }

  /** Takes up to `wanted` places for deliveries that are about to begin; returns how many. */
  reserve(wanted: number): number {
    const count = Math.min(wanted, this.free);
    for (let taken = 0; taken < count; taken += 1) this.reserved.push(this.takePlace());
    return Math.max(0, count);
  }

  /** Gives back the places that no delivery has taken. */
  cancelReservation(): void {
    for (const place of this.reserved.splice(0)) place.release();
  }

  /**
   * Starts `work` for a delivery unless its conversation is busy or no place is free; calls `whenOver` after it. `work`
   * calls `answered` when the receiver has answered, which gives the shared place back: what follows is no fault of the receiver.
   */
  begin(
    { event }: Delivery<QueuedEvent>,
    work: (answered: () => void) => Promise<void>,
    whenOver: () => void,
  ): void {
    if (this.inFlight.has(event.conversationId) || (this.reserved.length === 0 && this.free === 0)) return;
    const answered = this.awaitAnswer(this.reserved.pop() ?? this.takePlace());
    const run = work(answered).finally(() => {
      this.inFlight.delete(event.conversationId);
      answered();
      whenOver();
    });
    this.inFlight.set(event.conversationId, run);
  }

  /** Resolves when all deliveries that are in flight now are over. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.inFlight.values());
  }

  /** Leaves the shared places to the other sinks. */
  close(): void {
    this.leaveSlow?.();
    this.leaveSlow = undefined;
  }

  private takePlace(): Place {
    return this.shared?.take(this.promptness) ?? OWN_PLACE;
  }

  /** Makes the receiver slow if its answer takes long; the returned function, called with the answer, makes it prompt if not. */
  private awaitAnswer(place: Place): () => void {
    if (this.shared === undefined) return () => undefined;
    let state: 'waiting' | 'late' | 'over' = 'waiting';
    const timer = setTimeout(() => {
      state = 'late';
      this.late += 1;
      place.becomeSlow();
      this.becomeSlow();
    }, PROMPT_MS);
    return () => {
      if (state === 'over') return;
      clearTimeout(timer);
      place.release();
      if (state === 'late') this.late -= 1;
      else if (this.late === 0) this.becomePrompt();
      state = 'over';
    };
  }

  private becomeSlow(): void {
    this.promptness = 'slow';
    this.leaveSlow ??= this.shared?.joinSlow();
  }

  private becomePrompt(): void {
    this.promptness = 'prompt';
    this.close();
  }
}

/** The place of a sink that shares none. */
const OWN_PLACE: Place = { becomeSlow: () => undefined, release: () => undefined };
