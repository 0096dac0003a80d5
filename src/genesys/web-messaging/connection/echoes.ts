import { UpstreamError } from '../../../common/errors/upstream.errors';
import { pause } from '../../../common/time/pause';
import type { ClientFrames } from '../frames/client-frame';
import type { StatedExpiry } from '../frames/session-expiry';
import type { RequestChannel } from './request-channel';

/** The platform takes two a minute on a connection: exactly one each 30 seconds, and never one sooner. */
const COOL_DOWN_MS = 30_250;
const COOL_DOWN_SPREAD_MS = 750;
const ANSWER_TIMEOUT_MS = 10_000;
/** Misses in a row after which the line is given up although it is open. */
const TOLERATED_MISSES = 3;

/**
 * The health checks over one line, never one sooner than 30 seconds after its predecessor: one that is asked for
 * sooner waits, and all who ask meanwhile share it.
 */
export class Echoes {
  private notBefore = 0;
  private misses = 0;
  private inFlight: Promise<boolean> | undefined;

  constructor(
    private readonly dialogue: RequestChannel,
    private readonly frames: ClientFrames,
    private readonly hear: (expiry: StatedExpiry) => void,
  ) {}

  /** Whether the echo was answered within 10 seconds. Rejects when the line ends or refuses. */
  echo(): Promise<boolean> {
    this.inFlight ??= this.send().finally(() => {
      this.inFlight = undefined;
    });
    return this.inFlight;
  }

  private async send(): Promise<boolean> {
    const waitMs = this.notBefore - performance.now();
    if (waitMs > 0) await pause(waitMs, this.dialogue.signal);
    this.coolDown();
    try {
      const { expiry } = await this.dialogue.ask(this.frames.echo(), 'echo', ANSWER_TIMEOUT_MS);
      // It may have been on its way for long: it arrived before its answer left, and that is what the platform counts from.
      this.coolDown();
      this.misses = 0;
      this.hear(expiry);
      return true;
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.code !== 'upstream-timeout') throw error;
      this.misses += 1;
      if (this.misses >= TOLERATED_MISSES) this.dialogue.giveUp();
      return false;
    }
  }

  private coolDown(): void {
    this.notBefore = performance.now() + COOL_DOWN_MS + Math.random() * COOL_DOWN_SPREAD_MS;
  }
}
