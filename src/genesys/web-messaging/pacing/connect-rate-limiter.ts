import type { RateLimiter } from '../../../common/limits/rate-limiter';
import { SharedRateLimiter } from '../../../common/limits/shared-rate-limiter';
import type { SharedTokenBucketStore } from '../../../common/limits/shared-token-bucket-store';
import { withAnySignal } from '../../../common/time/any-signal';
import { pause } from '../../../common/time/pause';
import type { WebMessagingConfig } from '../../../config/web-messaging.config';
import { Mutex } from './mutex';
import { SlidingWindow } from './sliding-window';

/** The platform allows a deployment so many connections a minute. */
const CONNECTIONS_PER_MINUTE = 1_000;
/** Connections that leave evenly may arrive in a bunch: a window that is a little longer makes up for it. */
const WINDOW_MS = 63_000;
/** Share of the connections that all replicas together may make at once. */
const BURST_SHARE = 0.3;
const LIFE_MS = 1_000;

/**
 * The queue in front of a deployment: connections are made first come first served, so that a restart or an outage that
 * hits every session stays within the limit of the platform. A 429 closes it for all of them. Replicas on one database
 * share the limit, also with replicas that have stopped.
 */
export class ConnectRateLimiter {
  private readonly queue = new Mutex();
  private wake: () => void = () => undefined;

  constructor(private readonly limiter: RateLimiter = new SlidingWindow(CONNECTIONS_PER_MINUTE, WINDOW_MS)) {
    limiter.onChange(() => {
      this.wake();
    });
  }

  static of(
    buckets: SharedTokenBucketStore,
    { deploymentId }: Pick<WebMessagingConfig, 'deploymentId'>,
  ): ConnectRateLimiter {
    if (!buckets.isShared) return new ConnectRateLimiter();
    return new ConnectRateLimiter(
      new SharedRateLimiter(buckets, {
        name: `deployment:${deploymentId}`,
        allowed: CONNECTIONS_PER_MINUTE,
        windowMs: WINDOW_MS,
        burstShare: BURST_SHARE,
        lifeMs: LIFE_MS,
      }),
    );
  }

  /** Resolves when one connection may be made; rejects with the reason of the signal. */
  acquire(signal: AbortSignal): Promise<void> {
    return this.queue.run(() => this.take(signal), signal);
  }

  /** The platform refused a connection as one too many. */
  close(forMs?: number): void {
    this.limiter.close(forMs);
  }

  private async take(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = this.limiter.tryTake(0, this.queue.size);
      if (waitMs === 0) return;
      await this.untilChange(Math.ceil(waitMs), signal);
    }
  }

  /** Waits for a change of the limiter, at most so long. */
  private async untilChange(maxMs: number, signal: AbortSignal): Promise<void> {
    const change = new AbortController();
    this.wake = () => {
      change.abort();
    };
    try {
      await withAnySignal([signal, change.signal], (either) => pause(maxMs, either));
    } catch (error) {
      if (signal.aborted || !change.signal.aborted) throw error;
    }
  }
}
