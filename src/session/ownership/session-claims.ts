import { Injectable } from '@nestjs/common';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { Lease } from '../../replica/ports/lease';
import type { Session } from '../domain/session';
import { PinnedSessions } from '../forwarding/pinned-sessions';
import { GuestChannels } from '../ports/guest-channels';
import { SessionHolders } from '../ports/session-holders';

/** Claims sessions without a holder, and releases sessions for other replicas to claim. */
@Injectable()
export class SessionClaims {
  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly channels: GuestChannels,
    private readonly holders: SessionHolders,
    private readonly lease: Lease,
    private readonly pinned: PinnedSessions,
  ) {}

  /** Claims at most `count` sessions, which have no heartbeat yet. */
  claim(count: number): Promise<Session[]> {
    return this.holders.claim(this.lease.holder, count);
  }

  /**
   * Releases at most `count` of the sessions with a heartbeat here, but none that a request pins. Returns their number.
   * When the release could not be saved, this replica still holds them, and the reconciler restarts their heartbeats.
   */
  async release(count: number): Promise<number> {
    const names = this.heartbeats.names.filter((name) => !this.pinned.isPinned(name)).slice(0, count);
    this.drop(names);
    await this.holders.release(this.lease.holder, names);
    return names.length;
  }

  /** Drops all sessions, because the lease was lost. */
  dropAll(): void {
    this.drop(this.heartbeats.names);
  }

  /** Stops acting for sessions upstream, which has to precede the claim of another replica. */
  private drop(names: readonly string[]): void {
    for (const name of names) {
      this.heartbeats.stop(name);
      this.channels.leave(name);
    }
  }
}
