import { Injectable } from '@nestjs/common';
import { Drain } from '../../common/lifecycle/drain';
import { GuestNotLoggedInError } from '../domain/authentication.errors';
import type { Login } from '../domain/login';
import { NotSupportedByChannelError, SessionNotActiveError } from '../domain/messaging.errors';
import type { AccessScope } from '../domain/access-scope';
import type { Session } from '../domain/session';
import type { GuestAuthentication } from '../ports/guest-authentication';
import { GuestChannels } from '../ports/guest-channels';
import { SessionEnding } from '../ending/session-ending';
import { SessionQueries } from '../session.queries';
import { SessionUpdater } from '../ending/session-updater';

interface Authenticating {
  readonly session: Session;
  readonly authentication: GuestAuthentication;
}

/** Lets guests of running sessions log in and out. */
@Injectable()
export class SessionAuthentication {
  constructor(
    private readonly sessions: SessionQueries,
    private readonly writer: SessionUpdater,
    private readonly channels: GuestChannels,
    private readonly ending: SessionEnding,
    private readonly drain: Drain,
  ) {}

  /**
   * Logs the guest in, and resolves with the session once Genesys Cloud has accepted it; what it refuses leaves the
   * session as it was. Throws `SessionNotFoundError`, `SessionNotActiveError`, `NotSupportedByChannelError`,
   * `AuthenticationNotEnabledError`, `GuestNotAuthenticatedError` and `UpstreamError`s.
   */
  async logIn(conversationId: string, login: Login, scope: AccessScope): Promise<Session> {
    this.drain.assertOpen();
    const { session, authentication } = this.over(await this.sessions.get(conversationId, scope));
    await authentication.logIn(session.snapshot, login, this.drain.signal);
    return (await this.writer.apply(conversationId, (found) => found.authenticate())).session;
  }

  /**
   * Logs the guest out, which ends the session as `logged-out`; doing it again changes nothing. Throws what `logIn`
   * throws, and `GuestNotLoggedInError`.
   */
  async logOut(conversationId: string, scope: AccessScope): Promise<Session> {
    this.drain.assertOpen();
    const found = await this.sessions.get(conversationId, scope);
    if (found.snapshot.endReason === 'logged-out') return found;
    const { authentication } = this.over(found);
    const { session, changed } = await this.writer.apply(conversationId, (current) =>
      current.requestLogOut(),
    );
    if (!changed) throw new GuestNotLoggedInError();
    await authentication.logOut(session.snapshot, this.drain.signal);
    await this.ending.lost(conversationId, { cause: 'gone', reason: 'logged-out' });
    return this.writer.read(conversationId);
  }

  private over(session: Session): Authenticating {
    const { channel } = session.snapshot;
    const { authentication } = this.channels.get(channel);
    if (authentication === undefined) throw new NotSupportedByChannelError(channel);
    if (session.state !== 'active') throw new SessionNotActiveError();
    return { session, authentication };
  }
}
