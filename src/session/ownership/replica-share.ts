import { Injectable } from '@nestjs/common';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { Lease } from '../../replica/ports/lease';
import { ReplicaStore } from '../../replica/ports/replica.store';
import { SessionStore } from '../ports/session.store';

/** A replica that has a little more than its share keeps it: sessions that wander are worse than that. */
const SLACK = 0.1;
const MIN_SLACK = 10;
/** What may be claimed beyond the own share, so that nothing is left over where everybody has theirs. */
const LEFTOVERS = 5;

/** How many sessions this replica should hold, so that all replicas that stay hold about as many. */
@Injectable()
export class ReplicaShare {
  constructor(
    private readonly replicas: ReplicaStore,
    private readonly sessions: SessionStore,
    private readonly heartbeats: HeartbeatService,
    private readonly lease: Lease,
  ) {}

  /**
   * The share of this replica at the moment: none for who is about to stop, unless everybody is; without bound where nothing
   * is shared.
   */
  async current(): Promise<number> {
    if (!this.lease.isShared) return Number.POSITIVE_INFINITY;
    const [live, total] = await Promise.all([this.replicas.live(), this.sessions.countLive()]);
    const staying = live.filter(({ isLeaving }) => !isLeaving);
    const isStaying = staying.some(({ id }) => id === this.lease.holder);
    if (!isStaying && staying.length > 0) return 0;
    return Math.max(1, Math.ceil(total / Math.max(1, staying.length)));
  }

  /** Sessions that this replica may take: those that are missing from its share, and a few more. */
  room(share: number): number {
    return share === 0 ? 0 : LEFTOVERS + Math.max(0, share - this.heartbeats.running);
  }

  /** Sessions that others should have; none as long as it is about its share. */
  surplus(share: number): number {
    const slack = share === 0 ? 0 : Math.max(MIN_SLACK, Math.ceil(share * SLACK));
    return this.heartbeats.running > share + slack ? this.heartbeats.running - share : 0;
  }
}
