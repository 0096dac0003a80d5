import type { SharedTokenBucketStore } from '../../../common/limits/shared-token-bucket-store';
import { abortable } from '../../../common/time/abortable';
import { pause } from '../../../common/time/pause';
import type { WebMessagingConfig } from '../../../config/web-messaging.config';
import { Mutex } from './mutex';
import { LocalConnectRateLimiter } from './local-connect-rate-limiter';
import { SharedConnectRateLimiter } from './shared-connect-rate-limiter';

/** A 429 may ask for ten years; after this long one connection finds out whether it still stands. */
const MAX_CLOSED_MS = 300_000;
const DEFAULT_CLOSED_MS = 3_000;

/**
 * The line in front of the deployment: who wants to connect waits here, first come first served, so that a restart
 * or an outage that hits every session stays within what the platform allows. A 429 closes it for all. Replicas on
 * one database share what the platform allows, with each other and with those that were there before them.
 */
export class ConnectRateLimiter {
  private readonly line = new Mutex();

  constructor(
    private readonly pace: LocalConnectRateLimiter | SharedConnectRateLimiter = new LocalConnectRateLimiter(),
  ) {}

  static of(buckets: SharedTokenBucketStore, { deploymentId }: WebMessagingConfig): ConnectRateLimiter {
    return new ConnectRateLimiter(
      buckets.isShared ? new SharedConnectRateLimiter(buckets, deploymentId) : new LocalConnectRateLimiter(),
    );
  }

  /** Resolves when one connection may be made; rejects with the reason of the signal. */
  pass(signal: AbortSignal): Promise<void> {
    return this.line.run(() => this.turn(signal), signal);
  }

  /** The platform refused a connection as one too many. */
  close(forMs: number = DEFAULT_CLOSED_MS): void {
    this.pace.close(Math.min(MAX_CLOSED_MS, forMs));
  }

  private async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = await abortable(this.pace.tryTake(this.line.size), signal);
      if (waitMs === 0) return;
      await pause(Math.ceil(waitMs), signal);
    }
  }
}
