/** So many conversations whose first attempt failed, with no success in between, and it is the receiver's fault. */
const FAILING_FROM = 5;
/** Longer than an attempt may take. */
const ATTEMPT_MS = 20_000;

/**
 * Whether a receiver as a whole is failing, as its answers tell. While it is, it hears of one event in an interval,
 * until one is accepted: nobody is helped by a receiver in trouble that every lane hammers.
 *
 * Only first attempts count: a few conversations that are refused for ever never make the receiver failing.
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

  /** Milliseconds until it is time for one event to find out; 0 when it is, or when nobody has to. */
  get untilProbeMs(): number {
    return this.nextProbeAt === undefined ? 0 : Math.max(0, this.nextProbeAt - this.now());
  }

  /** Validity of the finding that the receiver is failing, in milliseconds: the next probe is over by then. */
  get validMs(): number {
    return 2 * this.probeIntervalMs + ATTEMPT_MS;
  }

  /** One event may find out at once: somebody has reason to think that the receiver is back. */
  probeNow(): void {
    if (this.isFailing) this.nextProbeAt = this.now();
  }

  /** A probe is on its way. */
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
