import { UpstreamThrottledError } from '../../../common/errors/upstream.errors';
import type { ConnectionEnd } from '../connection/guest-connection';

const FIRST_MS = 1_000;
const MAX_MS = 30_000;
/** A server that is maintained closes every line at once. */
const MAINTENANCE_MS = 5_000;
/** Somebody else uses the session too: no fight about it. */
const CONTENDED_MS = 60_000;
/** A server may ask for ten years; after this long one attempt finds out. */
const MAX_ASKED_MS = 300_000;
/** A line that lived this long makes up for the failures before it. */
const STABLE_MS = 30_000;
const GOODBYES: ReadonlySet<number> = new Set([1000, 1001, 1012]);

/** Codes that say that our frames are at fault, which no repeat mends. */
const FAULTS: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/** Whether the other side hung up because of us. */
export function isFault({ cause, code }: ConnectionEnd): boolean {
  return cause === 'closed' && FAULTS.has(code);
}

/** How long to wait before the next attempt to connect: longer with every failure, and never together with others. */
export class ReconnectPace {
  private failures = 0;
  private nextMs = 0;
  private isContended = false;

  get waitMs(): number {
    return this.nextMs;
  }

  afterEnding({ cause, code }: ConnectionEnd, livedMs: number): void {
    if (livedMs >= STABLE_MS) this.failures = 0;
    const isGoodbye = cause === 'closed' && GOODBYES.has(code);
    const spreadMs = Math.random() * (isGoodbye ? MAINTENANCE_MS : FIRST_MS);
    this.nextMs = spreadMs + (this.isContended ? CONTENDED_MS : this.backOffMs());
    this.isContended = false;
    this.failures += 1;
  }

  afterFailure(error: unknown): void {
    const askedMs = error instanceof UpstreamThrottledError ? error.retryAfterMs : 0;
    this.failures += 1;
    this.nextMs = Math.min(MAX_ASKED_MS, askedMs) + this.backOffMs();
  }

  /** The server is about to close the line because the session has too many. */
  contended(): void {
    this.isContended = true;
  }

  private backOffMs(): number {
    if (this.failures === 0) return 0;
    const fullMs = Math.min(MAX_MS, FIRST_MS * 2 ** (this.failures - 1));
    return fullMs / 2 + (Math.random() * fullMs) / 2;
  }
}
