import { UpstreamError } from '../../../common/errors/upstream.errors';
import { pause } from '../../../common/time/pause';
import type { ClientFrames } from '../frames/client-frame';
import type { StatedExpiry } from '../frames/session-expiry';
import type { RequestChannel } from './request-channel';

/** The platform allows a connection two echoes a minute: one every 30 seconds, and never an earlier one. */
const COOL_DOWN_MS = 30_250;
const COOL_DOWN_SPREAD_MS = 750;
const ECHO_TIMEOUT_MS = 10_000;
/** Number of unanswered echoes in a row that breaks an open connection. */
const TOLERATED_MISSES = 3;

/**
 * Sends the echoes of one connection, each at least 30 seconds after its predecessor: an earlier request waits, and all
 * concurrent requests share one echo.
 */
export class EchoKeepalive {
  private notBefore = 0;
  private misses = 0;
  private inFlight: Promise<boolean> | undefined;

  constructor(
    private readonly channel: RequestChannel,
    private readonly frames: ClientFrames,
    private readonly onExpiry: (expiry: StatedExpiry) => void,
  ) {}

  /** Resolves with whether the echo was answered within 10 seconds. Rejects when the connection ends or refuses. */
  echo(): Promise<boolean> {
    this.inFlight ??= this.send().finally(() => {
      this.inFlight = undefined;
    });
    return this.inFlight;
  }

  private async send(): Promise<boolean> {
    const waitMs = this.notBefore - performance.now();
    if (waitMs > 0) await pause(waitMs, this.channel.signal);
    this.coolDown();
    try {
      const { expiry } = await this.channel.request(this.frames.echo(), 'echo', ECHO_TIMEOUT_MS);
      // The platform counts from the arrival of the echo, which may have been late but came before this answer.
      this.coolDown();
      this.misses = 0;
      this.onExpiry(expiry);
      return true;
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.code !== 'upstream-timeout') throw error;
      this.misses += 1;
      if (this.misses >= TOLERATED_MISSES) this.channel.terminate();
      return false;
    }
  }

  private coolDown(): void {
    this.notBefore = performance.now() + COOL_DOWN_MS + Math.random() * COOL_DOWN_SPREAD_MS;
  }
}
