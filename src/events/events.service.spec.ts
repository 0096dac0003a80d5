import { Logger } from '@nestjs/common';
import { AccessService } from '../access/access.service';
import { AccessTelemetry } from '../access/access.telemetry';
import { InsufficientScopeError, UnauthenticatedError } from '../access/domain/access.errors';
import { Caller } from '../access/domain/caller';
import { Authenticator } from '../access/ports/authenticator';
import type { ScopeName } from '../common/access/scope';
import { Drain } from '../common/lifecycle/drain';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { anActiveSession, aSession } from '../session/domain/session.builder';
import { SessionNotFoundError } from '../session/domain/session.errors';
import { FakeSessionServices } from '../session/session-services.fake';
import { aMessageEvent } from './domain/feed-event.builder';
import { STREAM_TYPES, type StreamType } from './domain/stream-event';
import { FakeEventStreaming } from './event-streaming.fake';
import type { StreamPlan } from './event.stream';
import { EventStreams } from './event.streams';
import { type AskedStream, EventsService } from './events.service';

/** Says of everybody what the test says. */
class FakeAuthenticator extends Authenticator {
  answer: Caller | Error = new UnauthenticatedError('missing');

  authenticate(): Caller {
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}

const PAST = Date.parse('2027-01-15T08:00:00Z');

let world: FakeEventStreaming;
let sessions: FakeSessionServices;
let authenticator: FakeAuthenticator;
let service: EventsService;

beforeEach(() => {
  Logger.overrideLogger(false);
  world = new FakeEventStreaming();
  sessions = new FakeSessionServices();
  authenticator = new FakeAuthenticator();
  const config = new AccessConfig(new Environment());
  const access = new AccessService(authenticator, config, new AccessTelemetry(world.metrics));
  const streams = new EventStreams(world.elsewhere, new Drain(), world.telemetry);
  service = new EventsService(sessions.queries, access, world.feed, world.tail, streams);
});

function aListener(...scopes: ScopeName[]): Caller {
  return new Caller('billing', new Set<ScopeName>(['sessions.read', ...scopes]));
}

async function planned(asked: Partial<AskedStream> = {}): Promise<StreamPlan> {
  const plan = await service.plan({
    caller: aListener('messages.read'),
    authorization: 'Bearer it',
    ...asked,
  });
  if (plan === undefined) throw new Error('Nothing is to come');
  return plan;
}

function typesOf({ wish }: StreamPlan): StreamType[] {
  const facts = { conversationId: 'c', owner: '', at: PAST };
  const samples = {
    message: aMessageEvent(1),
    session: { ...aMessageEvent(1), kind: 'state' as const, body: { state: 'active' as const, version: 1 } },
    typing: { ...facts, kind: 'typing' as const, body: { isOn: true } },
    line: { ...facts, kind: 'line' as const, body: 'live' as const },
  };
  return STREAM_TYPES.filter((type) => wish.includes(samples[type]));
}

describe(EventsService.name, () => {
  it('plans a stream of the caller’s own sessions, or of everybody’s', async () => {
    const [own, all] = [
      await planned(),
      await planned({ caller: aListener('messages.read', 'sessions.any') }),
    ];

    expect([own.wish.filter, all.wish.filter]).toEqual([{ owner: 'billing' }, {}]);
  });

  it('lets nobody hear what is said without the scope for it', async () => {
    expect(typesOf(await planned())).toEqual(STREAM_TYPES);
    expect(typesOf(await planned({ types: ['typing', 'line'] }))).toEqual(['typing', 'line']);
    expect(typesOf(await planned({ caller: aListener() }))).toEqual(['session', 'line']);
    await expect(planned({ caller: aListener(), types: ['session', 'typing'] })).rejects.toThrow(
      InsufficientScopeError,
    );
  });

  it('knows no session of somebody else', async () => {
    const session = anActiveSession({ owner: 'support' });
    sessions.store.given(session);

    await expect(planned({ conversationId: session.conversationId })).rejects.toThrow(SessionNotFoundError);
    await expect(planned({ conversationId: 'c' })).rejects.toThrow(SessionNotFoundError);
  });

  it.each([
    ['no id', undefined, { from: 7, isReset: false }],
    ['an empty id', '', { from: 7, isReset: false }],
    ['a known id', '5', { from: 5, isReset: false }],
    ['the beginning', '0', { from: 0, isReset: false }],
    ['an id that is gone', '6', { from: 7, isReset: true }],
    ['an id that is yet to come', '8', { from: 7, isReset: true }],
    ['an id that is none', '5e0', { from: 7, isReset: true }],
    ['an id that is no number for certain', '9'.repeat(40), { from: 7, isReset: true }],
  ])('goes on after %s', async (_what, lastEventId, expected) => {
    world.feed.add(aMessageEvent(5), aMessageEvent(7));

    expect(await planned(lastEventId === undefined ? {} : { lastEventId })).toMatchObject(expected);
  });

  it('plans no stream for a session that has ended and is told of', async () => {
    const session = aSession({ state: 'terminated', owner: 'billing' });
    sessions.store.given(session);
    const { conversationId } = session;
    world.feed.add(aMessageEvent(1, { conversationId }), aMessageEvent(2));
    const asked = { conversationId, caller: aListener(), authorization: undefined };

    expect(await service.plan(asked)).toBeUndefined();
    expect(await service.plan({ ...asked, lastEventId: '1' })).toBeUndefined();
    expect(await service.plan({ ...asked, lastEventId: '0' })).toMatchObject({ isOver: true, from: 0 });
    expect(await service.plan({ ...asked, lastEventId: '9' })).toMatchObject({ isOver: true, isReset: true });
  });

  it('has recorded that it tells messages of the guests of other callers', async () => {
    const [own, foreign] = [anActiveSession({ owner: 'billing' }), anActiveSession({ owner: 'support' })];
    sessions.store.given(own);
    sessions.store.given(foreign);
    const caller = aListener('messages.read', 'sessions.any');
    const readings = [
      await planned(),
      await planned({ caller, conversationId: own.conversationId }),
      await planned({ caller, types: ['session'] }),
      await planned({ caller }),
      await planned({ caller, conversationId: foreign.conversationId }),
    ].map(({ reading }) => reading?.target.id);

    expect(readings).toEqual([undefined, undefined, undefined, '*', foreign.conversationId]);
  });

  it('looks for the end of the feed before it looks at the session', async () => {
    const session = anActiveSession({ owner: 'billing' });
    sessions.store.given(session);
    world.feed.add(aMessageEvent(1));
    const plan = planned({ conversationId: session.conversationId });
    world.feed.add(aMessageEvent(2));

    expect(await plan).toMatchObject({ from: 1, isOver: false });
  });

  it('lets a stream go on as long as its credential is that of the same caller with the same rights', async () => {
    const caller = aListener('messages.read');
    const { isAllowed } = await planned({ caller });
    const found = (answer: Caller | Error): Promise<boolean> => {
      authenticator.answer = answer;
      return isAllowed();
    };

    expect(await found(aListener('messages.read'))).toBe(true);
    expect(await found(aListener())).toBe(false);
    expect(await found(aListener('messages.read', 'sessions.any'))).toBe(false);
    expect(await found(new Caller('other', caller.scopes))).toBe(false);
    expect(await found(new UnauthenticatedError('expired'))).toBe(false);
    await expect(found(new Error('a bug'))).rejects.toThrow('a bug');
  });
});
