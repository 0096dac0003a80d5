import type { Clock } from '../../../common/time/clock';

/** Moments that are this close are the same expiry: a server tells it in seconds, and after a way of its own. */
const SAME_EXPIRY_MS = 10_000;
/** `setTimeout` takes no more. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Warns a fixed time before a session expires, once per expiry: one that is moved is warned of again. A session that has
 * less time left when that is learned, is warned of halfway. Without a time to warn ahead there is no warning.
 */
export class ExpiryWarning {
  private expiresAt: number | undefined;
  private hasWarned = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly aheadMs: number,
    private readonly clock: Clock,
    private readonly warn: (expiresAt: number) => void,
  ) {}

  expires(expiresAt: number): void {
    if (this.aheadMs === 0) return;
    const leftMs = expiresAt - this.clock.now();
    const isSame = Math.abs(expiresAt - (this.expiresAt ?? -Infinity)) < SAME_EXPIRY_MS;
    // Halfway would move with each time that it is told.
    if (isSame && (this.hasWarned || leftMs <= this.aheadMs)) return;
    this.expiresAt = expiresAt;
    this.hasWarned = false;
    this.schedule(expiresAt - (leftMs > this.aheadMs ? this.aheadMs : leftMs / 2));
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private schedule(dueAt: number): void {
    clearTimeout(this.timer);
    const delayMs = dueAt - this.clock.now();
    this.timer = setTimeout(
      () => {
        if (delayMs > MAX_DELAY_MS) this.schedule(dueAt);
        else this.tell();
      },
      Math.min(Math.max(0, delayMs), MAX_DELAY_MS),
    );
    // A warning is no reason for a process to stay.
    this.timer.unref();
  }

  /** Not when it comes late, as after a stop of the process: then there is nothing left to warn of. */
  private tell(): void {
    this.hasWarned = true;
    if (this.expiresAt !== undefined && this.expiresAt > this.clock.now()) this.warn(this.expiresAt);
  }
}
