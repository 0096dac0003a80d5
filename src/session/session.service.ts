import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { InFlightShares } from '../common/limits/in-flight-shares';
import { AccessConfig } from '../config/access.config';
import { isConversationId } from './domain/conversation-id';
import type { OpenedAnswer } from './domain/stored-response';
import type { IdempotentRequest } from './domain/idempotent-request';
import type { Login } from './domain/login';
import type { AccessScope } from './domain/access-scope';
import type { Session } from './domain/session';
import { SessionNotFoundError } from './domain/session.errors';
import type { Opened } from './ports/guest-channel';
import { type OpenSession, SessionAdmission } from './opening/session-admission';
import { SessionEnding } from './ending/session-ending';
import { SessionOpening } from './opening/session-opening';
import { SessionHeartbeat } from './heartbeat/session-heartbeat';

export interface OpenedSession {
  readonly session: Session;
  /** The upstream's own answer, as it came. */
  readonly upstream: Opened['answer'];
  /** What is kept for the key of the request, if it had one. */
  readonly answer?: OpenedAnswer;
}

/** What a request with a key wants to be kept with its session. */
export interface IdempotencyContext {
  readonly request: IdempotentRequest;
  readonly answerOf: (opened: OpenedSession) => OpenedAnswer;
}

/**
 * Openings that one of several callers may have under way. They wait in lines that all callers share: for the budget of
 * an OAuth client, for a connection of a guest, for one of 128 exchanges with the platform.
 */
const OPENINGS_PER_CALLER = 128;

/**
 * Opens and ends sessions for callers. The openings of one of several callers in this process are limited, so that they do
 * not hold up those of the others. An opening counts until it is over, also when its caller has hung up.
 */
@Injectable()
export class SessionService {
  private readonly openings: InFlightShares;

  constructor(
    private readonly admission: SessionAdmission,
    private readonly opening: SessionOpening,
    private readonly ending: SessionEnding,
    private readonly heartbeat: SessionHeartbeat,
    private readonly drain: Drain,
    access: AccessConfig,
  ) {
    const share = (): number => (access.isShared('sessions.write') ? OPENINGS_PER_CALLER : Infinity);
    this.openings = new InFlightShares(Infinity, share);
  }

  /**
   * Opens a session, which is the caller's from then on. It is persisted before anything is sent, so that a crash at any
   * point leaves a trace to clean up by, and it is `active` and durable when this resolves. Throws `TooManyInFlightError`
   * before anything is done. Any other failure is thrown as a `DomainError` too; then the session is `failed`, its slot is
   * free and the CRM hears nothing.
   */
  async open(asked: OpenSession, caller: Caller, keeping?: IdempotencyContext): Promise<OpenedSession> {
    const release = this.openings.take();
    try {
      const session = await this.admission.reserve(asked, caller, keeping?.request);
      return await this.carryOut(session, asked.authentication, keeping);
    } finally {
      release();
    }
  }

  /**
   * Opens a session that was reserved by somebody who is gone; the conversation may be there already. Throws
   * `SessionChangedError` when it is not `connecting` any more, or somebody else came first.
   */
  async goOn(
    conversationId: string,
    { authentication }: OpenSession,
    keeping: IdempotencyContext,
  ): Promise<OpenedSession> {
    this.drain.assertOpen();
    const session = await this.opening.takeOver(conversationId, keeping.request.openingBy);
    return this.carryOut(session, authentication, keeping);
  }

  /**
   * Ends a session on request; ending it again changes nothing. Throws `SessionNotFoundError`, also for one that is out
   * of reach.
   */
  async end(conversationId: string, scope: AccessScope): Promise<Session> {
    if (!isConversationId(conversationId)) throw new SessionNotFoundError();
    return this.ending.end(conversationId, 'requested', scope);
  }

  private async carryOut(
    session: Session,
    login: Login | undefined,
    keeping?: IdempotencyContext,
  ): Promise<OpenedSession> {
    const opened = await this.opening.openUpstream(session, this.drain.signal, login);
    const { answer: upstream } = opened;
    const answer = await this.opening.activate(
      session,
      opened,
      keeping && ((active) => keeping.answerOf({ session: active, upstream })),
    );
    this.heartbeat.start(session, (loss) => this.ending.lost(session.conversationId, loss));
    return { session, upstream, ...(answer === undefined ? {} : { answer }) };
  }
}
