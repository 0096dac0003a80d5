import { Injectable } from '@nestjs/common';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import { ReplicaStore } from '../replica/ports/replica.store';
import { SessionStore } from './ports/session.store';

/** A replica that has a little more than its share keeps it: sessions that wander are worse than that. */
const SLACK = 0.1;
const MIN_SLACK = 10;

/** How many sessions this replica should hold, so that all replicas hold about as many. */
@Injectable()
export class SessionShare {
  constructor(
    private readonly replicas: ReplicaStore,
    private readonly sessions: SessionStore,
    private readonly heartbeats: HeartbeatService,
  ) {}

  /** Sessions that are missing from this replica's share. */
  async room(): Promise<number> {
    return Math.max(0, (await this.share()) - this.heartbeats.running);
  }

  /** Sessions that others should have; none as long as it is about its share. */
  async surplus(): Promise<number> {
    const share = await this.share();
    const most = share + Math.max(MIN_SLACK, Math.ceil(share * SLACK));
    return this.heartbeats.running > most ? this.heartbeats.running - share : 0;
  }

  private async share(): Promise<number> {
    const [live, total] = await Promise.all([this.replicas.live(), this.sessions.countLive()]);
    return Math.ceil(total / Math.max(1, live.length));
  }
}
