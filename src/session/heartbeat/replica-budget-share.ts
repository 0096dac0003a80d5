import { Injectable, Logger } from '@nestjs/common';
import { Lease } from '../../replica/ports/lease';
import { SessionStore } from '../ports/session.store';
import { UpstreamCapacity } from '../ports/upstream-capacity';

/** Validity of a count: sessions come and go. */
const VALID_MS = 2_000;
/** Client id of sessions that need no client and use no budget. */
const NO_CLIENT = '';

/**
 * The share of a client's budget for the beats of this replica: the part that its sessions are of all sessions of the
 * client, so that all replicas stretch their intervals alike. The sessions of all replicas are counted in the background;
 * the last count is used until the next one is known.
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

  /** Between 0 and 1, for a client with this number of sessions on this replica. */
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
      this.log.warn({ message: 'Session count failed; the last one is used', error });
    }
  }
}
