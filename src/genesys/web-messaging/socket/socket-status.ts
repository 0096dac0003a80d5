import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../common/time/clock';
import { expiryOf, type StatedExpiry } from '../frames/session-expiry';
import { ExpiryWarning } from './expiry-tracker';
import type { OverReason, SocketListener, SocketState, Verdict } from './socket-listener';

/** What a socket is at, told to its owner as it changes. Nothing changes once it is over. */
export class SocketStatus {
  readonly signal: AbortSignal;
  private readonly stop = new AbortController();
  private currentState: SocketState = 'connecting';
  private overVerdict: Verdict | undefined;
  private readonly warning: ExpiryWarning;
  private durationMs: number | undefined;
  private expiry: number | undefined;
  private waiting: (() => void)[] = [];

  /** `settle` comes before the owner hears of the end. */
  constructor(
    private readonly owner: SocketListener,
    private readonly clock: Clock,
    expiryWarningMs: number,
    private readonly settle: (verdict: Verdict, cause: unknown) => void = () => undefined,
  ) {
    this.warning = new ExpiryWarning(expiryWarningMs, clock, (expiresAt) => {
      owner.onExpiring(expiresAt);
    });
    this.signal = this.stop.signal;
    // Every message on its way listens, and stops to when it is over.
    setMaxListeners(0, this.signal);
  }

  get state(): SocketState {
    return this.currentState;
  }

  get reason(): OverReason | undefined {
    return this.overVerdict?.reason;
  }

  /** The platform's own word for the end. */
  get endCause(): string | undefined {
    return this.overVerdict?.endCause;
  }

  get expiresAt(): number | undefined {
    return this.expiry;
  }

  moveTo(state: 'live' | 'reconnecting'): void {
    if (this.currentState === 'over' || this.currentState === state) return;
    this.currentState = state;
    this.owner.onState(state);
    if (state === 'live') this.wake();
  }

  /** `cause` is what those see who wait. Returns whether it was not over already. */
  end(verdict: Verdict, cause: unknown): boolean {
    if (this.currentState === 'over') return false;
    this.currentState = 'over';
    this.overVerdict = verdict;
    this.warning.stop();
    this.stop.abort(cause);
    this.settle(verdict, cause);
    this.owner.onState('over');
    this.owner.onOver(verdict.reason);
    this.wake();
    return true;
  }

  /** What the server said of the expiry. */
  expires(stated: StatedExpiry): void {
    const { durationMs, expiresAt } = expiryOf(stated, this.clock.now());
    this.durationMs = durationMs ?? this.durationMs;
    this.moveExpiry(expiresAt);
  }

  /** A message of either side: the session lives its whole duration from here on. */
  prolong(): void {
    if (this.durationMs !== undefined) this.moveExpiry(this.clock.now() + this.durationMs);
  }

  /** Resolves when the socket is live; rejects when it is over, or with the reason of the signal. */
  async untilLive(signal: AbortSignal): Promise<void> {
    while (this.currentState !== 'live') {
      this.signal.throwIfAborted();
      signal.throwIfAborted();
      await this.change(signal);
    }
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.waiting = this.waiting.filter((waiter) => waiter !== done);
        resolve();
      };
      this.waiting.push(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  private moveExpiry(expiresAt: number | undefined): void {
    if (expiresAt === undefined || expiresAt === this.expiry || this.currentState === 'over') return;
    this.expiry = expiresAt;
    this.warning.expires(expiresAt);
    this.owner.onExpiry(expiresAt);
  }

  private wake(): void {
    for (const done of [...this.waiting]) done();
  }
}
