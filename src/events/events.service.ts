import { Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service';
import type { Caller } from '../access/domain/caller';
import type { AuditFact } from '../audit/domain/audit-record';
import { foreignAct, ofAllSessions } from '../session/domain/foreign-act';
import { accessScopeOf } from '../session/domain/access-scope';
import type { Session } from '../session/domain/session';
import { TRANSITIONS } from '../session/domain/session-state';
import { SessionQueries } from '../session/session.queries';
import { FEED_START } from './domain/feed-event';
import { STREAM_TYPES, type StreamType, TYPES_OF_MESSAGES } from './domain/stream-event';
import { StreamFilter } from './domain/stream-filter';
import type { StreamPlan } from './event-stream';
import { EventStreams } from './event-streams';
import type { EventStreamWriter } from './event-stream-writer';
import type { FeedFilter } from './ports/event-feed';
import { EventStreamDependencies } from './event-stream-dependencies';

/** Ids of earlier releases are positions in clear. */
const IN_CLEAR = /^\d{1,15}$/;

/** A request for an event stream. */
export interface StreamRequest {
  /** Absent: all sessions in the scope of the caller. */
  readonly conversationId?: string;
  /** Absent: all types that the caller may receive. */
  readonly types?: readonly StreamType[];
  /** The id of the last event that the caller has. */
  readonly lastEventId?: string;
  readonly caller: Caller;
  /** The credential of the caller, which is checked again while the stream is open. */
  readonly authorization: string | undefined;
}

/** Opens event streams. */
@Injectable()
export class EventsService {
  constructor(
    private readonly sessions: SessionQueries,
    private readonly access: AccessService,
    private readonly sources: EventStreamDependencies,
    private readonly streams: EventStreams,
  ) {}

  /**
   * Plans a stream; undefined when the session has ended and the client has all of its events.
   * Throws `SessionNotFoundError`, and `InsufficientScopeError` for types that the caller may not receive.
   */
  async plan(request: StreamRequest): Promise<StreamPlan | undefined> {
    const { conversationId, caller, authorization } = request;
    const types = this.typesFor(caller, request.types);
    // Before the session: when that has not ended, the event of its end comes after this position.
    const latest = await this.sources.feed.latest();
    const session =
      conversationId === undefined
        ? undefined
        : await this.sessions.get(conversationId, accessScopeOf(caller));
    const isOver = session !== undefined && TRANSITIONS[session.state].length === 0;
    const start = await this.startAfter(request.lastEventId, latest);
    const filter = conversationId === undefined ? accessScopeOf(caller) : { conversationId };
    if (isOver && start.start !== 'reset' && (await this.hasAll(start.from, filter))) return undefined;
    const isAllowed = (): Promise<boolean> => this.access.stillKnows(caller, authorization);
    const reading = readingOf(caller, types, session);
    return {
      caller,
      filter: new StreamFilter(filter, types),
      ...start,
      latest,
      isOver,
      ...(reading === undefined ? {} : { reading }),
      isAllowed,
    };
  }

  /** Throws `TooManyCallerStreamsError`, `TooManyStreamsError` and `ShuttingDownError` before it calls `writer`. */
  begin(plan: StreamPlan, writer: () => EventStreamWriter): void {
    this.streams.begin(plan, this.sources, writer);
  }

  private typesFor(caller: Caller, requested: readonly StreamType[] | undefined): ReadonlySet<StreamType> {
    if (requested?.some(isOfMessages))
      this.access.authorize(caller, { kind: 'scope', scope: 'messages.read' });
    if (requested !== undefined) return new Set(requested);
    return new Set(STREAM_TYPES.filter((type) => caller.may('messages.read') || !isOfMessages(type)));
  }

  private async hasAll(from: number, filter: FeedFilter): Promise<boolean> {
    return (await this.sources.feed.after(from, 1, filter)).length === 0;
  }

  private async startAfter(
    lastEventId: string | undefined,
    latest: number,
  ): Promise<Pick<StreamPlan, 'from' | 'start'>> {
    if (lastEventId === undefined || lastEventId === '') return { from: latest, start: 'now' };
    const position = await this.positionOf(lastEventId, latest);
    return position === undefined ? { from: latest, start: 'reset' } : { from: position, start: 'resumed' };
  }

  /** Undefined for an id that this service has not issued, or after which events may have been purged. */
  private async positionOf(id: string, latest: number): Promise<number | undefined> {
    const { feed, ids } = this.sources;
    const encrypted = ids.decrypt(id);
    const position = encrypted ?? (IN_CLEAR.test(id) ? Number(id) : undefined);
    if (position === FEED_START) return FEED_START;
    // Positions after the end come from a database that an older backup has replaced.
    if (position === undefined || position > latest) return undefined;
    const isKnown =
      encrypted === undefined ? await feed.reachesInClear(position) : await feed.reaches(position);
    return isKnown ? position : undefined;
  }
}

function isOfMessages(type: StreamType): boolean {
  return TYPES_OF_MESSAGES.includes(type);
}

/** The audit fact for a stream with messages of other callers' guests. A state is no personal data. */
function readingOf(
  caller: Caller,
  types: ReadonlySet<StreamType>,
  session: Session | undefined,
): AuditFact | undefined {
  if (![...types].some(isOfMessages)) return undefined;
  if (session !== undefined) return foreignAct(caller, session, 'EVENTS_STREAMED');
  return accessScopeOf(caller).owner === undefined ? ofAllSessions(caller, 'EVENTS_STREAMED') : undefined;
}
