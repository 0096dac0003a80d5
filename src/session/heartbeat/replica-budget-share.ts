import { Injectable, Logger } from '@nestjs/common';
import { Lease } from '../../replica/ports/lease';
import { SessionStore } from '../ports/session.store';
import { UpstreamCapacity } from '../ports/upstream-capacity';

/** How long a count is good for: sessions come and go. */
const VALID_MS = 2_000;
/** Sessions of channels that no client is needed for, which take nothing of a client's budget. */
const NO_CLIENT = '';

/**
 * Which part of what a client carries the beats of this replica may plan with: as much as its sessions are of all that
 * the client has, so that all replicas stretch their beats alike. The others are counted behind the scenes, and who
 * they were the last time counts until it is known how many there are now.
 */
@Injectable()
export class ReplicaBudgetShare {
  private readonly log = new Logger(ReplicaBudgetShare.name);
  private live: ReadonlyMap<string, number> = new Map();
  private countedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly lease: Lease,
    private readonly sessions: SessionStore,
    private readonly capacity: UpstreamCapacity,
  ) {}

  /** Between 0 and 1, of a client that has so many sessions here. */
  of(client: string, here: number): number {
    if (!this.lease.isShared || here === 0) return 1;
    if (performance.now() - this.countedAt >= VALID_MS) void this.count();
    return here / Math.max(here, this.live.get(client) ?? 0);
  }

  private async count(): Promise<void> {
    this.countedAt = performance.now();
    try {
      const live = new Map<string, number>();
      for (const [id, count] of await this.sessions.countLiveByClient()) {
        if (id === NO_CLIENT) continue;
        const client = this.capacity.clientFor(id);
        live.set(client, (live.get(client) ?? 0) + count);
      }
      this.live = live;
    } catch (error) {
      this.log.warn({ message: 'The sessions of all replicas could not be counted', error });
    }
  }
}
