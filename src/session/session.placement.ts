import { Injectable } from '@nestjs/common';
import { SessionConfig } from '../config/session.config';
import type { Session } from './domain/session';
import { SessionLimitReachedError } from './domain/session.errors';
import { SessionStore, type SlotLimits } from './ports/session.store';
import { UpstreamCapacity } from './ports/upstream-capacity';
import { SessionPace } from './session.pace';

/** Where a new session goes: an OAuth client with room, and the limits that its slot counts against. */
export interface Place {
  readonly oauthClient: string;
  readonly limits: SlotLimits;
}

/**
 * Chooses the OAuth client of a new session: of those with room the one with most budget left, and one that the
 * login refuses only when there is no other.
 */
@Injectable()
export class SessionPlacement {
  constructor(
    private readonly sessions: SessionStore,
    private readonly capacity: UpstreamCapacity,
    private readonly pace: SessionPace,
    private readonly config: SessionConfig,
  ) {}

  /** Throws `SessionLimitReachedError` with reason `upstream-budget` when no client has room. */
  async choose(): Promise<Place> {
    const live = await this.sessions.countLiveByClient();
    const total = this.config.maxConcurrent;
    const places = this.capacity.clients
      .map((client) => ({
        ...client,
        ofClient: this.pace.fitting(client),
        sessions: live.get(client.id) ?? 0,
      }))
      .filter(({ sessions, ofClient }) => sessions < ofClient)
      .sort(
        (a, b) => Number(a.isRefused) - Number(b.isRefused) || b.left - a.left || a.sessions - b.sessions,
      );
    const [best] = places;
    if (best === undefined) throw new SessionLimitReachedError(total, 'upstream-budget');
    return { oauthClient: best.id, limits: { total, ofClient: best.ofClient } };
  }

  /** Writes the session down in its place. */
  reserve(session: Session, { limits }: Place): Promise<void> {
    return this.sessions.reserve(session, limits);
  }
}
