import { UpstreamThrottledError } from '../../../common/errors/upstream.errors';
import type { ConnectionEnd } from '../connection/guest-connection';

const FIRST_MS = 1_000;
const MAX_MS = 30_000;
/** Spread after an orderly close: a server in maintenance closes all its connections at once. */
const MAINTENANCE_MS = 5_000;
/** Delay when another client uses the session too, so that the two do not alternate. */
const CONTENDED_MS = 60_000;
/** Maximum of a `Retry-After`; after this long an attempt tells more. */
const MAX_RETRY_AFTER_MS = 300_000;
/** Lifetime of a connection that resets the count of failures. */
const STABLE_MS = 30_000;
/** Close codes of an orderly shutdown. */
const ORDERLY: ReadonlySet<number> = new Set([1000, 1001, 1012]);

/** Close codes that blame the frames of this service, which a repeat does not change. */
const FAULTS: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/** Whether the server closed the connection because of the frames of this service. */
export function isFault({ cause, code }: ConnectionEnd): boolean {
  return cause === 'closed' && FAULTS.has(code);
}

/** The delay before the next attempt to connect: exponential backoff with jitter. */
export class ReconnectBackoff {
  private failures = 0;
  private nextMs = 0;
  private isContended = false;

  get waitMs(): number {
    return this.nextMs;
  }

  afterEnd({ cause, code }: ConnectionEnd, livedMs: number): void {
    if (livedMs >= STABLE_MS) this.failures = 0;
    const isOrderly = cause === 'closed' && ORDERLY.has(code);
    const spreadMs = Math.random() * (isOrderly ? MAINTENANCE_MS : FIRST_MS);
    this.nextMs = spreadMs + (this.isContended ? CONTENDED_MS : this.backoffMs());
    this.isContended = false;
    this.failures += 1;
  }

  afterFailure(error: unknown): void {
    const retryAfterMs = error instanceof UpstreamThrottledError ? error.retryAfterMs : 0;
    this.failures += 1;
    this.nextMs = Math.min(MAX_RETRY_AFTER_MS, retryAfterMs) + this.backoffMs();
  }

  /** The server is about to close the connection because the session has too many. */
  contended(): void {
    this.isContended = true;
  }

  private backoffMs(): number {
    if (this.failures === 0) return 0;
    const fullMs = Math.min(MAX_MS, FIRST_MS * 2 ** (this.failures - 1));
    return fullMs / 2 + (Math.random() * fullMs) / 2;
  }
}
