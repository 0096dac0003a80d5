import { Injectable } from '@nestjs/common';
import { pause } from '../../../common/time/pause';
import { OneByOne } from './one-by-one';
import { SlidingWindow } from './sliding-window';

/** What the platform allows a deployment. */
const CONNECTIONS_PER_MINUTE = 1_000;
const MINUTE_MS = 60_000;
/** What leaves us evenly may arrive in a bunch: a window a little longer than theirs makes up for it. */
const MARGIN = 1.05;
/** A 429 may ask for ten years; after this long one connection finds out whether it still stands. */
const MAX_CLOSED_MS = 300_000;
const DEFAULT_CLOSED_MS = 3_000;

/**
 * The line in front of the deployment: who wants to connect waits here, first come first served, so that a restart
 * or an outage that hits every session stays within what the platform allows. A 429 closes it for all.
 */
@Injectable()
export class ConnectPacer {
  private readonly window = new SlidingWindow(CONNECTIONS_PER_MINUTE, MINUTE_MS * MARGIN);
  private readonly line = new OneByOne();

  /** Resolves when one connection may be made; rejects with the reason of the signal. */
  pass(signal: AbortSignal): Promise<void> {
    return this.line.run(() => this.turn(signal), signal);
  }

  /** The platform refused a connection as one too many. */
  close(forMs: number = DEFAULT_CLOSED_MS): void {
    this.window.close(Math.min(MAX_CLOSED_MS, forMs));
  }

  private async turn(signal: AbortSignal): Promise<void> {
    for (let wait = this.window.waitMs; wait > 0; wait = this.window.waitMs)
      await pause(Math.ceil(wait), signal);
    this.window.take();
  }
}
