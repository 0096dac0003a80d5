import { Injectable } from '@nestjs/common';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { Lease } from '../../replica/ports/lease';
import type { Session } from '../domain/session';
import { PinnedSessions } from '../forwarding/pinned-sessions';
import { GuestChannels } from '../ports/guest-channels';
import { SessionHolders } from '../ports/session-holders';

/** Takes sessions that nobody holds, and lets go of sessions: another replica goes on with them. */
@Injectable()
export class SessionClaims {
  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly channels: GuestChannels,
    private readonly holders: SessionHolders,
    private readonly lease: Lease,
    private readonly requests: PinnedSessions,
  ) {}

  /** At most so many. They are this replica's own, and nobody beats for them yet. */
  claim(count: number): Promise<Session[]> {
    return this.holders.claim(this.lease.holder, count);
  }

  /**
   * Gives back at most so many of the sessions that this replica beats for, but none that a request needs here. Returns how
   * many. Whatever could not be written down as given back is this replica's own still, and is found again by the upkeep.
   */
  async release(count: number): Promise<number> {
    const names = this.heartbeats.names.filter((name) => !this.requests.isPinned(name)).slice(0, count);
    this.drop(names);
    await this.holders.release(this.lease.holder, names);
    return names.length;
  }

  /** Nothing that was held is this process's any more. */
  dropAll(): void {
    this.drop(this.heartbeats.names);
  }

  /** Nothing of ours reaches them from here on: only then somebody else may act for them. */
  private drop(names: readonly string[]): void {
    for (const name of names) {
      this.heartbeats.stop(name);
      this.channels.leave(name);
    }
  }
}
