import { Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service';
import type { Caller } from '../access/domain/caller';
import type { AuditFact } from '../audit/domain/audit-record';
import { foreignAct, ofAllSessions } from '../session/domain/foreign-act';
import { reachOf } from '../session/domain/reach';
import type { Session } from '../session/domain/session';
import { TRANSITIONS } from '../session/domain/session-state';
import { SessionQueries } from '../session/session.queries';
import { FEED_START } from './domain/feed-event';
import { STREAM_TYPES, type StreamType, TYPES_OF_MESSAGES } from './domain/stream-event';
import { StreamWish } from './domain/stream-wish';
import type { StreamPlan } from './event.stream';
import { EventStreams } from './event.streams';
import { EventTail } from './event.tail';
import type { Outlet } from './outlet';
import { EventFeed } from './ports/event.feed';

/** Positions are whole numbers; clients need not know. */
const EVENT_ID = /^\d{1,15}$/;

/** What a caller wants to hear. */
export interface AskedStream {
  /** Absent: of all sessions within the caller's reach. */
  readonly conversationId?: string;
  /** Absent: everything that the caller may hear. */
  readonly types?: readonly StreamType[];
  /** The id of the last event that the caller has. */
  readonly lastEventId?: string;
  readonly caller: Caller;
  /** What the caller has shown, to look at it again. */
  readonly authorization: string | undefined;
}

/** Opens event streams. */
@Injectable()
export class EventsService {
  constructor(
    private readonly sessions: SessionQueries,
    private readonly access: AccessService,
    private readonly feed: EventFeed,
    private readonly tail: EventTail,
    private readonly streams: EventStreams,
  ) {}

  /**
   * Plans a stream; undefined when nothing will ever come of it, because the session has ended and all is told.
   * Throws `SessionNotFoundError`, and `InsufficientScopeError` for types that the caller may not hear.
   */
  async plan(asked: AskedStream): Promise<StreamPlan | undefined> {
    const { conversationId, caller, authorization } = asked;
    const types = this.typesFor(caller, asked.types);
    // Before the session: when that has not ended, its end is told after here.
    const latest = await this.feed.latest();
    const session =
      conversationId === undefined ? undefined : await this.sessions.get(conversationId, reachOf(caller));
    const isOver = session !== undefined && TRANSITIONS[session.state].length === 0;
    const start = await this.startFor(asked.lastEventId, latest);
    const filter = conversationId === undefined ? reachOf(caller) : { conversationId };
    if (isOver && !start.isReset && (await this.feed.after(start.from, 1, filter)).length === 0)
      return undefined;
    const isAllowed = (): Promise<boolean> => this.access.stillKnows(caller, authorization);
    const reading = readingOf(caller, types, session);
    return {
      wish: new StreamWish(filter, types),
      ...start,
      latest,
      isOver,
      ...(reading === undefined ? {} : { reading }),
      isAllowed,
    };
  }

  /** Throws `TooManyStreamsError` and `ShuttingDownError` before it asks for the outlet. */
  begin(plan: StreamPlan, outlet: () => Outlet): void {
    this.streams.begin(plan, { feed: this.feed, tail: this.tail }, outlet);
  }

  private typesFor(caller: Caller, asked: readonly StreamType[] | undefined): ReadonlySet<StreamType> {
    if (asked?.some(isOfMessages)) this.access.authorize(caller, { kind: 'scope', scope: 'messages.read' });
    if (asked !== undefined) return new Set(asked);
    return new Set(STREAM_TYPES.filter((type) => caller.may('messages.read') || !isOfMessages(type)));
  }

  private async startFor(
    lastEventId: string | undefined,
    latest: number,
  ): Promise<Pick<StreamPlan, 'from' | 'isReset'>> {
    if (lastEventId === undefined || lastEventId === '') return { from: latest, isReset: false };
    const position = EVENT_ID.test(lastEventId) ? Number(lastEventId) : undefined;
    const isKnown = position !== undefined && (position === FEED_START || (await this.feed.holds(position)));
    return isKnown ? { from: position, isReset: false } : { from: latest, isReset: true };
  }
}

function isOfMessages(type: StreamType): boolean {
  return TYPES_OF_MESSAGES.includes(type);
}

/** What a stream tells of the guests of other callers: messages. A state is no personal data. */
function readingOf(
  caller: Caller,
  types: ReadonlySet<StreamType>,
  session: Session | undefined,
): AuditFact | undefined {
  if (![...types].some(isOfMessages)) return undefined;
  if (session !== undefined) return foreignAct(caller, session, 'EVENTS_STREAMED');
  return reachOf(caller).owner === undefined ? ofAllSessions(caller, 'EVENTS_STREAMED') : undefined;
}
