import { Caller } from '../../access/domain/caller';
import { RecordingLog } from '../../audit/recording-log.fake';
import { GuestNotAuthenticatedError } from '../domain/authentication.errors';
import type { Login } from '../domain/login';
import { ALL_SESSIONS } from '../domain/access-scope';
import { anActiveSession, aTerminatingSession } from '../domain/session.builder';
import type { Conversation } from '../ports/conversation';
import { GuestAuthentication } from '../ports/guest-authentication';
import { FakeGuestChannel } from '../ports/guest-channel.fake';
import { SessionAuthentication } from './session-authentication';
import { FakeSessionServices } from '../session-services.fake';

const LOGIN = { authCode: 'code', redirectUri: 'https://shop.example' };

/** Accepts every login, unless the test sets a failure. */
class FakeAuthentication extends GuestAuthentication {
  readonly calls: string[] = [];
  failure: Error | undefined;

  logIn({ conversationId }: Conversation, { authCode }: Login): Promise<void> {
    return this.answer(`in ${conversationId} ${authCode ?? ''}`);
  }

  logOut({ conversationId }: Conversation): Promise<void> {
    return this.answer(`out ${conversationId}`);
  }

  private answer(call: string): Promise<void> {
    this.calls.push(call);
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }
}

let services: FakeSessionServices;
let upstream: FakeAuthentication;
let authentication: SessionAuthentication;

beforeEach(() => {
  RecordingLog.install();
  services = new FakeSessionServices();
  upstream = new FakeAuthentication();
  Object.assign(services.channel, { authentication: upstream });
  authentication = services.get(SessionAuthentication);
});

const actions = (): string[] => services.store.audit.map(({ action }) => action);

describe(SessionAuthentication.name, () => {
  it('logs a guest in, which is a change of the session and on the record', async () => {
    const session = anActiveSession();
    services.store.given(session);

    const { snapshot } = await authentication.logIn(session.conversationId, LOGIN, ALL_SESSIONS);

    expect(upstream.calls).toEqual([`in ${session.conversationId} code`]);
    expect(snapshot).toMatchObject({ isAuthenticated: true, version: session.snapshot.version + 1 });
    expect(actions()).toEqual(['GUEST_AUTHENTICATED']);
  });

  it('changes nothing when the login is refused', async () => {
    const session = anActiveSession();
    services.store.given(session);
    upstream.failure = new GuestNotAuthenticatedError();

    await expect(authentication.logIn(session.conversationId, LOGIN, ALL_SESSIONS)).rejects.toBe(
      upstream.failure,
    );
    expect(services.store.row(session.conversationId)).toEqual(session.snapshot);
    expect(actions()).toEqual([]);
  });

  it('logs a guest out, on the record before anything is sent, and ends the session once', async () => {
    const session = anActiveSession({ isAuthenticated: true });
    services.store.given(session);

    const ended = await authentication.logOut(session.conversationId, ALL_SESSIONS);
    const again = await authentication.logOut(session.conversationId, ALL_SESSIONS);

    expect(ended.snapshot).toMatchObject({ state: 'disconnected', endReason: 'logged-out' });
    expect(again.snapshot).toEqual(ended.snapshot);
    expect(upstream.calls).toEqual([`out ${session.conversationId}`]);
    expect(actions()).toEqual(['GUEST_LOGOUT_REQUESTED', 'SESSION_DISCONNECTED']);
  });

  it('leaves a session active after a failed logout', async () => {
    const session = anActiveSession({ isAuthenticated: true });
    services.store.given(session);
    upstream.failure = new Error('upstream');

    await expect(authentication.logOut(session.conversationId, ALL_SESSIONS)).rejects.toThrow('upstream');
    expect(services.store.row(session.conversationId).state).toBe('active');
  });

  it.each([
    ['in', 'session-not-active', aTerminatingSession()],
    ['out', 'session-not-active', aTerminatingSession()],
    ['out', 'guest-not-logged-in', anActiveSession()],
  ])('refuses to log %s with %s', async (way, code, session) => {
    services.store.given(session);
    const { conversationId } = session;
    const outcome =
      way === 'in'
        ? authentication.logIn(conversationId, LOGIN, ALL_SESSIONS)
        : authentication.logOut(conversationId, ALL_SESSIONS);

    await expect(outcome).rejects.toMatchObject({ code });
    expect(upstream.calls).toEqual([]);
  });

  it('opens a session with the login, and keeps that nowhere', async () => {
    const opened: unknown[] = [];
    services.channel.open = (conversation) => {
      opened.push(conversation);
      return Promise.resolve({ answer: {}, isAuthenticated: true });
    };

    const { session } = await services.service.open(
      { queueId: 'support', authentication: LOGIN },
      Caller.anonymous,
    );
    await services.heartbeats.onModuleDestroy();

    expect(opened).toEqual([expect.objectContaining({ login: LOGIN })]);
    expect(session.snapshot.isAuthenticated).toBe(true);
    expect(JSON.stringify(services.store.row(session.conversationId))).not.toContain('shop.example');
  });

  it('reserves nothing for a login over a channel that does not support it', async () => {
    Object.assign(services.channel, { authentication: new FakeGuestChannel().authentication });

    const opening = services.service.open({ queueId: 'support', authentication: LOGIN }, Caller.anonymous);

    await expect(opening).rejects.toMatchObject({ code: 'not-supported-by-channel' });
    expect([services.store.count, services.channel.calls]).toEqual([0, []]);
  });
});
