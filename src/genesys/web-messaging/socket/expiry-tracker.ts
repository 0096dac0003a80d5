import type { Clock } from '../../../common/time/clock';
import { expiryOf, type StatedExpiry } from '../frames/session-expiry';
import type { Notify } from './socket-listener';

/** Tolerance within which two moments are the same expiry: the server states it in seconds, after a network delay. */
const SAME_EXPIRY_MS = 10_000;
/** Maximum delay of `setTimeout`. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Tracks the expiry of a session and notifies the listener of each change. It warns a fixed time ahead, once per expiry: an
 * expiry that is moved gets another warning. A session with less time left is warned of halfway. With 0 there is no
 * warning.
 */
export class ExpiryTracker {
  private durationMs: number | undefined;
  private current: number | undefined;
  private warnedExpiry: number | undefined;
  private hasWarned = false;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly aheadMs: number,
    private readonly clock: Clock,
    private readonly notify: Notify,
  ) {}

  /** Epoch milliseconds; undefined until the server has stated an expiry. */
  get expiresAt(): number | undefined {
    return this.current;
  }

  /** Takes over the expiry that the server has stated. */
  update(stated: StatedExpiry): void {
    const { durationMs, expiresAt } = expiryOf(stated, this.clock.now());
    this.durationMs = durationMs ?? this.durationMs;
    this.moveTo(expiresAt);
  }

  /** Restarts the duration of the session, which every message of either side does. */
  prolong(): void {
    if (this.durationMs !== undefined) this.moveTo(this.clock.now() + this.durationMs);
  }

  /** The session is over: no notification follows. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private moveTo(expiresAt: number | undefined): void {
    if (expiresAt === undefined || expiresAt === this.current || this.isStopped) return;
    this.current = expiresAt;
    this.planWarning(expiresAt);
    this.notify((listener) => {
      listener.onExpiry(expiresAt);
    });
  }

  private planWarning(expiresAt: number): void {
    if (this.aheadMs === 0) return;
    const leftMs = expiresAt - this.clock.now();
    const isSame = Math.abs(expiresAt - (this.warnedExpiry ?? -Infinity)) < SAME_EXPIRY_MS;
    // Halfway would move with each repetition of the same expiry.
    if (isSame && (this.hasWarned || leftMs <= this.aheadMs)) return;
    this.warnedExpiry = expiresAt;
    this.hasWarned = false;
    this.schedule(expiresAt - (leftMs > this.aheadMs ? this.aheadMs : leftMs / 2));
  }

  private schedule(dueAt: number): void {
    clearTimeout(this.timer);
    const delayMs = dueAt - this.clock.now();
    this.timer = setTimeout(
      () => {
        if (delayMs > MAX_DELAY_MS) this.schedule(dueAt);
        else this.warn();
      },
      Math.min(Math.max(0, delayMs), MAX_DELAY_MS),
    );
    // A warning does not keep the process alive.
    this.timer.unref();
  }

  /** A warning that comes after the expiry, as when the process was suspended, is dropped. */
  private warn(): void {
    this.hasWarned = true;
    const expiresAt = this.warnedExpiry;
    if (expiresAt === undefined || expiresAt <= this.clock.now()) return;
    this.notify((listener) => {
      listener.onExpiring(expiresAt);
    });
  }
}
