/** Once it has run dry, the next portion is handed out as a whole: small looks at a long queue would cost more. */
const PORTIONS_PER_SECOND = 10;

/** At how many deliveries a second one receiver is served: what waited for it does not fall on it all at once. */
export class DeliveryPace {
  private readonly portion: number;
  private left: number;
  private refilledAt: number;
  private isDry = false;

  /** `now` is in milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {
    this.portion = Math.max(1, perSecond / PORTIONS_PER_SECOND);
    this.left = this.portion;
    this.refilledAt = now();
  }

  /** How many deliveries may begin now. */
  get allowed(): number {
    this.refill();
    return this.isDry ? 0 : Math.floor(this.left);
  }

  /** How long until deliveries may begin again, in milliseconds; 0 when they may now. */
  get waitMs(): number {
    return this.allowed > 0 ? 0 : Math.ceil(((this.portion - this.left) / this.perSecond) * 1_000) + 1;
  }

  /** So many have begun. */
  take(count: number): void {
    this.left -= count;
    this.isDry = this.left < 1;
  }

  private refill(): void {
    const now = this.now();
    this.left = Math.min(this.portion, this.left + ((now - this.refilledAt) * this.perSecond) / 1_000);
    this.refilledAt = now;
    if (this.left >= this.portion) this.isDry = false;
  }
}
