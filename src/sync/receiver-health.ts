/** Number of conversations with a failed first attempt, without a success in between, that makes the receiver failing. */
const FAILING_FROM = 5;
/** Longer than an attempt may take. */
const ATTEMPT_MS = 20_000;

/**
 * Tells from its answers whether a receiver as a whole is failing. While it is, the relay sends one event per interval
 * as a probe until one is accepted, like a half-open circuit breaker: the load of all conversations would not help.
 *
 * Only first attempts count, so that a few conversations that are always refused never make the receiver failing.
 */
export class ReceiverHealth {
  private readonly suspects = new Set<string>();
  private nextProbeAt: number | undefined;

  /** `now` is in milliseconds. */
  constructor(
    private readonly probeIntervalMs: number,
    private readonly now: () => number,
  ) {}

  get isFailing(): boolean {
    return this.nextProbeAt !== undefined;
  }

  /** Milliseconds until the next probe is due; 0 when it is due, and when the receiver is not failing. */
  get untilProbeMs(): number {
    return this.nextProbeAt === undefined ? 0 : Math.max(0, this.nextProbeAt - this.now());
  }

  /** Validity of the condition `failing`, in milliseconds: the next probe is over by then. */
  get validMs(): number {
    return 2 * this.probeIntervalMs + ATTEMPT_MS;
  }

  /** Whether the receiver is failing and is being probed: there are events for it, and a probe was sent when one was due. */
  get isProbing(): boolean {
    return this.nextProbeAt !== undefined && this.now() < this.nextProbeAt + ATTEMPT_MS;
  }

  /** Makes the next probe due at once: an operator has resumed the sink. */
  probeNow(): void {
    if (this.isFailing) this.nextProbeAt = this.now();
  }

  /** The relay has sent a probe. */
  probed(): void {
    this.nextProbeAt = this.now() + this.probeIntervalMs;
  }

  /** Returns whether the receiver was failing until now. */
  succeeded(): boolean {
    const wasFailing = this.isFailing;
    this.suspects.clear();
    this.nextProbeAt = undefined;
    return wasFailing;
  }

  /** Returns whether the receiver is failing from now on. */
  failed(conversationId: string, isFirstAttempt: boolean): boolean {
    if (this.isFailing || !isFirstAttempt) return false;
    this.suspects.add(conversationId);
    if (this.suspects.size < FAILING_FROM) return false;
    this.suspects.clear();
    this.probed();
    return true;
  }
}
