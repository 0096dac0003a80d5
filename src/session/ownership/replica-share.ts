import { Injectable } from '@nestjs/common';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { Lease } from '../../replica/ports/lease';
import { ReplicaStore } from '../../replica/ports/replica.store';
import { SessionStore } from '../ports/session.store';

/** Surplus that a replica keeps: moving sessions back and forth is worse than a small imbalance. */
const SLACK = 0.1;
const MIN_SLACK = 10;
/** Sessions that may be claimed beyond the share, so that none is left when every replica has its share. */
const LEFTOVERS = 5;

/** Computes the number of sessions that this replica should hold, so that all replicas that stay hold about as many. */
@Injectable()
export class ReplicaShare {
  constructor(
    private readonly replicas: ReplicaStore,
    private readonly sessions: SessionStore,
    private readonly heartbeats: HeartbeatService,
    private readonly lease: Lease,
  ) {}

  /**
   * The current share of this replica: 0 for one that is about to stop, unless all are; infinite for the only replica of a
   * database.
   */
  async current(): Promise<number> {
    if (!this.lease.isShared) return Number.POSITIVE_INFINITY;
    const [live, total] = await Promise.all([this.replicas.live(), this.sessions.countLive()]);
    const staying = live.filter(({ isLeaving }) => !isLeaving);
    const isStaying = staying.some(({ id }) => id === this.lease.holder);
    if (!isStaying && staying.length > 0) return 0;
    return Math.max(1, Math.ceil(total / Math.max(1, staying.length)));
  }

  /** Sessions that this replica may claim: those that its share lacks, and a few more. */
  room(share: number): number {
    return share === 0 ? 0 : LEFTOVERS + Math.max(0, share - this.heartbeats.running);
  }

  /** Sessions to release for other replicas; 0 while this one is close to its share. */
  surplus(share: number): number {
    const slack = share === 0 ? 0 : Math.max(MIN_SLACK, Math.ceil(share * SLACK));
    return this.heartbeats.running > share + slack ? this.heartbeats.running - share : 0;
  }
}
