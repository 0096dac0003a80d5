/** How far back the pace of late reaches. */
const MEMORY_MS = 10_000;
/** As long as a lease is trusted that nobody renews: after that nothing is sent anyway. */
const LASTS_MS = 8_000;
const SECOND_MS = 1_000;

/**
 * What a process may go on sending while it cannot ask for its part of a shared bucket: as much as it has sent of late, and
 * for a few seconds. All of it is owed to the bucket, which fills meanwhile: paid back, no more has left than it gave.
 */
export class Credit {
  private level = 0;
  private levelAt: number;
  private begunAt: number | undefined;
  private endedAt = -Infinity;
  private perMs = 0;
  private tokens = 0;
  private refilledAt = 0;
  private debt = 0;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(private readonly now: () => number) {
    this.levelAt = now();
  }

  /** Tokens that were taken and not paid back. */
  get owed(): number {
    return this.debt;
  }

  /** Whether the bucket cannot be asked, or could not be a moment ago: longer than a request waits for its turn. */
  get wasNeededOfLate(): boolean {
    return this.begunAt !== undefined || this.now() - this.endedAt < MEMORY_MS;
  }

  /** A token of the bucket was used. */
  note(): void {
    this.level = this.levelNow + 1;
    this.levelAt = this.now();
  }

  /** The bucket cannot be asked. Told again, nothing changes. */
  begin(): void {
    if (this.begunAt !== undefined) return;
    this.begunAt = this.refilledAt = this.now();
    this.perMs = this.levelNow / MEMORY_MS;
    this.tokens = Math.min(1, this.perMs * SECOND_MS);
  }

  /** The bucket has answered. */
  end(): void {
    if (this.begunAt !== undefined) this.endedAt = this.now();
    this.begunAt = undefined;
  }

  tryTake(): boolean {
    const now = this.now();
    if (this.begunAt === undefined || now - this.begunAt > LASTS_MS) return false;
    const atOnce = Math.max(2, this.perMs * SECOND_MS);
    this.tokens = Math.min(atOnce, this.tokens + (now - this.refilledAt) * this.perMs);
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    this.debt += 1;
    return true;
  }

  pay(tokens: number): void {
    this.debt -= tokens;
  }

  private get levelNow(): number {
    return this.level * Math.exp((this.levelAt - this.now()) / MEMORY_MS);
  }
}
