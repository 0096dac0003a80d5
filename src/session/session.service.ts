import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { RequestBulkhead } from '../common/limits/request-bulkhead';
import { type Span, Spans } from '../common/tracing/spans';
import { AccessConfig } from '../config/access.config';
import { isConversationId } from './domain/conversation-id';
import type { OpenedAnswer } from './domain/stored-response';
import type { IdempotentRequest } from './domain/idempotent-request';
import type { Login } from './domain/login';
import type { AccessScope } from './domain/access-scope';
import type { Session } from './domain/session';
import { SessionNotFoundError } from './domain/session.errors';
import type { Opened } from './ports/guest-channel';
import { SessionWebhooks } from './ports/session-webhooks';
import { type OpenSession, SessionAdmission } from './opening/session-admission';
import { SessionEnding } from './ending/session-ending';
import { SessionOpening } from './opening/session-opening';
import { SessionHeartbeatStarter } from './heartbeat/session-heartbeat-starter';

export interface OpenedSession {
  readonly session: Session;
  /** The answer of the upstream, unchanged. */
  readonly upstream: Opened['answer'];
  /** The response that is stored for the idempotency key of the request, if it had one. */
  readonly answer?: OpenedAnswer;
}

/** The idempotent request of an opening, and the function that makes its stored response. */
export interface IdempotencyContext {
  readonly request: IdempotentRequest;
  readonly answerOf: (opened: OpenedSession) => OpenedAnswer;
}

/**
 * Openings that one of several callers may have in flight. They wait in queues that all callers share: for the budget of
 * an OAuth client, for a connection of a guest, for one of 128 requests to the platform.
 */
const OPENINGS_PER_CALLER = 128;

/**
 * Opens and ends sessions for callers. The openings in flight of one of several callers are limited per process, so that
 * they do not delay those of the others. An opening counts until it is over, also when its caller has hung up.
 */
@Injectable()
export class SessionService {
  private readonly openings: RequestBulkhead;

  constructor(
    private readonly admission: SessionAdmission,
    private readonly opening: SessionOpening,
    private readonly ending: SessionEnding,
    private readonly heartbeat: SessionHeartbeatStarter,
    private readonly drain: Drain,
    private readonly webhooks: SessionWebhooks,
    access: AccessConfig,
  ) {
    const share = (): number => (access.isShared('sessions.write') ? OPENINGS_PER_CALLER : Infinity);
    this.openings = new RequestBulkhead(Infinity, share);
  }

  /**
   * Opens a session, which the caller owns from then on. It is persisted before anything is sent, so that a crash at any
   * point leaves a trace to clean up by, and it is `active` and durable when this resolves. Throws `TooManyInFlightError`
   * before anything is done. Any other failure is thrown as a `DomainError` too; then the session is `failed`, its slot is
   * free and no event goes to the CRM.
   */
  async open(request: OpenSession, caller: Caller, context?: IdempotencyContext): Promise<OpenedSession> {
    const release = this.openings.take();
    try {
      return await Spans.run('session.open', (span) => this.openOnce(request, caller, span, context));
    } finally {
      release();
    }
  }

  /**
   * Resumes an opening that an earlier process has reserved; its conversation may exist already. Throws
   * `SessionChangedError` when the session is not `connecting` any more, or another replica resumed it first.
   */
  async resume(
    conversationId: string,
    { authentication }: OpenSession,
    context: IdempotencyContext,
  ): Promise<OpenedSession> {
    this.drain.assertOpen();
    const session = await this.opening.takeOver(conversationId, context.request.openingBy);
    return Spans.run('session.open', (span) => {
      span.set('conversation.id', conversationId);
      return this.openAndActivate(session, authentication, context);
    });
  }

  /**
   * Ends a session on request; ending it again changes nothing. Throws `SessionNotFoundError`, also for one outside
   * the scope.
   */
  async end(conversationId: string, scope: AccessScope): Promise<Session> {
    if (!isConversationId(conversationId)) throw new SessionNotFoundError();
    return this.ending.end(conversationId, 'requested', scope);
  }

  private async openOnce(
    request: OpenSession,
    caller: Caller,
    span: Span,
    context?: IdempotencyContext,
  ): Promise<OpenedSession> {
    const { webhookUrl } = request;
    if (webhookUrl !== undefined) await this.webhooks.check(webhookUrl, caller.owner);
    const session = await Spans.run('session.reserve', () =>
      this.admission.reserve(request, caller, context?.request),
    );
    span.set('conversation.id', session.conversationId);
    return this.openAndActivate(session, request.authentication, context);
  }

  private async openAndActivate(
    session: Session,
    login: Login | undefined,
    context?: IdempotencyContext,
  ): Promise<OpenedSession> {
    const opened = await this.opening.openUpstream(session, this.drain.signal, login);
    const { answer: upstream } = opened;
    const answer = await Spans.run('session.activate', () =>
      this.opening.activate(
        session,
        opened,
        context && ((active) => context.answerOf({ session: active, upstream })),
      ),
    );
    this.heartbeat.start(session, (loss) => this.ending.lost(session.conversationId, loss));
    return { session, upstream, ...(answer === undefined ? {} : { answer }) };
  }
}
