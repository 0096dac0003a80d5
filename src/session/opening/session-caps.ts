import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { AccessConfig } from '../../config/access.config';
import { HeartbeatConfig } from '../../config/heartbeat.config';
import { SessionConfig } from '../../config/session.config';
import { sessionsThatFit } from '../domain/beat-pace';
import type { CallerLimits } from '../ports/session.store';
import { type ClientCapacity, UpstreamCapacity } from '../ports/upstream-capacity';

/** The part of all slots that one of several callers may take; the rest stays for the others. */
const SHARE = 0.5;

/** An OAuth client and the number of sessions that it can carry. */
export interface ClientCap extends ClientCapacity {
  readonly cap: number;
}

/**
 * The numbers of live sessions that the deployment allows: of all callers, and of each. A caller's share is that of its
 * key, else `SESSION_MAX_PER_CALLER`, else half; the only caller that can open sessions has all, and so have
 * those that need no credential, which are one caller.
 */
@Injectable()
export class SessionCaps {
  constructor(
    private readonly config: SessionConfig,
    private readonly access: AccessConfig,
    private readonly capacity: UpstreamCapacity,
    private readonly heartbeats: HeartbeatConfig,
  ) {}

  get total(): number {
    return this.config.maxConcurrent;
  }

  /** Every OAuth client, and the number of sessions whose beats fit its budget at the longest interval. */
  get clients(): readonly ClientCap[] {
    return this.capacity.clients.map((client) => ({
      ...client,
      cap: sessionsThatFit(client.beatsPerMs, this.heartbeats.stretchMaxMs),
    }));
  }

  /** The number of sessions that all clients carry together. */
  get onClients(): number {
    return this.clients.reduce((sum, { cap }) => sum + cap, 0);
  }

  /** The shares of a caller: of the slots, and of the sessions that the OAuth clients carry. */
  of(caller: Caller): CallerLimits {
    const { onClients } = this;
    if (caller.isAnonymous) return { total: this.total, onClients };
    const own = caller.limits.maxSessions ?? this.config.maxPerCaller;
    return { total: this.shareOf(this.total, own), onClients: this.shareOf(onClients, own) };
  }

  private shareOf(all: number, own: number | undefined): number {
    if (own !== undefined) return Math.min(own, all);
    return this.access.isShared('sessions.write') ? Math.max(1, Math.floor(all * SHARE)) : all;
  }
}
