import { Injectable } from '@nestjs/common';
import { UpstreamCapacity } from '../session/ports/upstream-capacity';

/**
 * The highest use of the request budget of each OAuth client since the last `take`, from 0 to 1: requests in the
 * platform's window of those that it allows, as `GET /v1/limits` shows them. A client that a 429 has closed counts as used up. The
 * platform counts the requests of all replicas, and of others that use the client.
 */
@Injectable()
export class BudgetPeaks {
  private peaks = new Map<string, number>();

  constructor(private readonly capacity: UpstreamCapacity) {}

  /** Reads the windows as they are at this moment, from memory. */
  sample(): void {
    for (const { id, allowed, used, closedForMs } of this.capacity.clients) {
      const share = closedForMs > 0 ? 1 : Math.min(1, used / Math.max(1, allowed));
      this.peaks.set(id, Math.max(share, this.peaks.get(id) ?? 0));
    }
  }

  /** Samples once more, so that also a short time has a value of every client. */
  take(): ReadonlyMap<string, number> {
    this.sample();
    const taken = this.peaks;
    this.peaks = new Map();
    return taken;
  }
}
