import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock';
import { Lease } from '../../replica/ports/lease';
import type { Session } from '../domain/session';
import { SessionChangedError, SessionNotFoundError } from '../domain/session.errors';
import { SessionStore } from '../ports/session.store';

const MAX_ATTEMPTS = 5;

/** A session as it is persisted now, and whether the change was applied to it. */
export interface WrittenSession {
  readonly session: Session;
  readonly changed: boolean;
}

/**
 * Reads a session, changes it and saves it under its optimistic lock, and retries from the read when another change came
 * first: of two causes in the same instant, the second finds the result of the first and changes nothing.
 */
@Injectable()
export class SessionUpdater {
  constructor(
    private readonly sessions: SessionStore,
    private readonly clock: Clock,
    private readonly lease: Lease,
  ) {}

  /** Whether this replica is the one that acts for the session upstream. */
  holds({ snapshot }: Session): boolean {
    return snapshot.holder === this.lease.holder;
  }

  /** The session as it is persisted. Throws `SessionNotFoundError`. */
  async read(conversationId: string): Promise<Session> {
    const session = await this.sessions.find(conversationId);
    if (session === undefined) throw new SessionNotFoundError();
    return session;
  }

  /**
   * Like `apply`, for observations of the holder of a session: changes nothing when another replica holds it. Throws
   * `StorageUnavailableError` too while the lease of this replica is not valid (fencing).
   */
  async applyHeld(
    conversationId: string,
    change: (session: Session, now: number) => boolean,
  ): Promise<WrittenSession> {
    this.lease.assertValid();
    return this.apply(conversationId, (session, now) => this.holds(session) && change(session, now));
  }

  /** `change` returns whether it changed anything; only then the session is saved. Throws `SessionNotFoundError`. */
  async apply(
    conversationId: string,
    change: (session: Session, now: number) => boolean,
  ): Promise<WrittenSession> {
    for (let attempt = 1; ; attempt += 1) {
      const session = await this.read(conversationId);
      if (!change(session, this.clock.now())) return { session, changed: false };
      try {
        await this.sessions.save(session);
        return { session, changed: true };
      } catch (error) {
        if (!(error instanceof SessionChangedError) || attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  }
}
