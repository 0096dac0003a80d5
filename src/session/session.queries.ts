import { Injectable } from '@nestjs/common';
import { readPage } from '../common/pagination/page';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import type { HeartbeatStatus } from '../heartbeat/heartbeat';
import { HeartbeatConfig } from '../config/heartbeat.config';
import { isConversationId } from './domain/conversation-id';
import type { EndDetection } from './domain/end-detection';
import { canAccess, type AccessScope } from './domain/access-scope';
import type { Session } from './domain/session';
import type { SessionFilter } from './domain/session-filter';
import { SessionNotFoundError } from './domain/session.errors';
import { GuestChannels } from './ports/guest-channels';
import { SessionStore } from './ports/session.store';
import { decodeCursor, encodeCursor } from './session-cursor';

export interface SessionPage {
  readonly sessions: readonly Session[];
  /** The start of the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** Reads sessions; changes nothing. */
@Injectable()
export class SessionQueries {
  constructor(
    private readonly sessions: SessionStore,
    private readonly heartbeats: HeartbeatService,
    private readonly config: HeartbeatConfig,
    private readonly channels: GuestChannels,
  ) {}

  /** Throws `SessionNotFoundError`, also for ids that could never be one, and for a session outside the scope. */
  async get(conversationId: string, scope: AccessScope): Promise<Session> {
    const session = isConversationId(conversationId) ? await this.sessions.find(conversationId) : undefined;
    if (session === undefined) throw new SessionNotFoundError();
    if (!canAccess(scope, session)) throw new SessionNotFoundError({ isOutOfReach: true });
    return session;
  }

  /** Newest first. A cursor belongs to the query it came from; another one is an `InvalidRequestError`. */
  async list(
    { limit, cursor }: { limit: number; cursor?: string },
    filter: SessionFilter,
  ): Promise<SessionPage> {
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, filter) };
    const { items: sessions, nextCursor } = await readPage(
      limit,
      (count) => this.sessions.list({ ...filter, ...after, limit: count }),
      ({ snapshot }) => encodeCursor(snapshot, filter),
    );
    return { sessions, nextCursor };
  }

  /** The status of the heartbeat of a session in this process. */
  heartbeatOf({ conversationId, snapshot }: Session): HeartbeatStatus {
    const intervalMs = this.config.intervalMs(snapshot.durationLimit);
    return this.heartbeats.status(conversationId) ?? { intervalMs, consecutiveFailures: 0 };
  }

  /** The way in which an end by the agent is detected; undefined for a session that has ended, and while it is not known. */
  endDetectionOf({ isLive, snapshot }: Session): EndDetection | undefined {
    return isLive ? this.channels.endDetectionOf(snapshot.channel) : undefined;
  }
}
