import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { Drain } from '../common/lifecycle/drain';
import { isConversationId } from './domain/conversation-id';
import type { Reach } from './domain/reach';
import type { Session } from './domain/session';
import { SessionNotFoundError } from './domain/session.errors';
import { type OpenSession, SessionAdmission } from './session.admission';
import { SessionEnding } from './session.ending';
import { SessionOpening, type UpstreamAnswer } from './session.opening';
import { SessionWatch } from './session.watch';

export interface OpenedSession {
  readonly session: Session;
  readonly upstream: UpstreamAnswer;
}

/** What callers can do with sessions. */
@Injectable()
export class SessionService {
  constructor(
    private readonly admission: SessionAdmission,
    private readonly opening: SessionOpening,
    private readonly ending: SessionEnding,
    private readonly watch: SessionWatch,
    private readonly drain: Drain,
  ) {}

  /**
   * Opens a session, which is the caller's from then on. It is written down before anything is sent, so that a crash at any point leaves a trace to
   * clean up by, and it is `active` and durable when this resolves. Any trouble is thrown as a `DomainError`; then
   * the session is `failed`, its slot is free and the CRM hears nothing.
   */
  async open(asked: OpenSession, caller: Caller): Promise<OpenedSession> {
    const session = await this.admission.reserve(asked, caller);
    const upstream = await this.opening.openUpstream(session, this.drain.signal);
    await this.opening.activate(session);
    this.watch.begin(session, (cause) => this.ending.lost(session.conversationId, cause));
    return { session, upstream };
  }

  /**
   * Ends a session on request; ending it again changes nothing. Throws `SessionNotFoundError`, also for one that is out
   * of reach.
   */
  async end(conversationId: string, reach: Reach): Promise<Session> {
    if (!isConversationId(conversationId)) throw new SessionNotFoundError();
    return this.ending.end(conversationId, 'requested', reach);
  }
}
