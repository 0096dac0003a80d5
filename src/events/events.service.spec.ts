import { Logger } from '@nestjs/common';
import { AccessService } from '../access/access.service';
import { AccessTelemetry } from '../access/access.telemetry';
import { NoCookieAuthenticator } from '../access/no-cookie-authenticator';
import { InsufficientScopeError, UnauthenticatedError } from '../access/domain/access.errors';
import { Caller } from '../access/domain/caller';
import { Authenticator } from '../access/ports/authenticator';
import type { ScopeName } from '../common/access/scope';
import { Drain } from '../common/lifecycle/drain';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { EventsConfig } from '../config/events.config';
import { anActiveSession, aSession } from '../session/domain/session.builder';
import { SessionNotFoundError } from '../session/domain/session.errors';
import { FakeSessionServices } from '../session/session-services.fake';
import { aMessageEvent } from './domain/feed-event.builder';
import { STREAM_TYPES, type StreamType } from './domain/stream-event';
import { FakeEventStreaming } from './event-streaming.fake';
import { anEventIdCipher } from './event-id-cipher.builder';
import type { StreamPlan } from './event-stream';
import { EventStreams } from './event-streams';
import { type StreamRequest, EventsService } from './events.service';

/** Answers for every caller as the test says. */
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
  const access = new AccessService(
    authenticator,
    config,
    new AccessTelemetry(world.metrics),
    new NoCookieAuthenticator(),
  );
  const limits = new EventsConfig(new Environment());
  const streams = new EventStreams(world.subscriber, new Drain(), limits, world.telemetry);
  service = new EventsService(sessions.queries, access, world, streams);
});

function encrypted(position: number): string {
  return anEventIdCipher().encrypt(position);
}

function aListener(...scopes: ScopeName[]): Caller {
  return new Caller('billing', new Set<ScopeName>(['sessions.read', ...scopes]));
}

async function planned(request: Partial<StreamRequest> = {}): Promise<StreamPlan> {
  const plan = await service.plan({
    caller: aListener('messages.read'),
    authorization: 'Bearer it',
    ...request,
  });
  if (plan === undefined) throw new Error('Nothing is to come');
  return plan;
}

function typesOf({ filter }: StreamPlan): StreamType[] {
  const facts = { conversationId: 'c', owner: '', at: PAST };
  const samples = {
    message: aMessageEvent(1),
    session: { ...aMessageEvent(1), kind: 'state' as const, body: { state: 'active' as const, version: 1 } },
    assignment: {
      ...aMessageEvent(1),
      kind: 'state' as const,
      body: { state: 'active' as const, event: 'waiting' as const, version: 1 },
    },
    typing: { ...facts, kind: 'typing' as const, body: { isOn: true } },
    connection: { ...facts, kind: 'connection' as const, body: 'live' as const },
    activity: {
      ...facts,
      kind: 'activity' as const,
      body: { type: 'joined' as const, direction: 'inbound' as const, sentAt: '' },
    },
  };
  return STREAM_TYPES.filter((type) => filter.includes(samples[type]));
}

describe(EventsService.name, () => {
  it('plans a stream of the caller’s own sessions, or of all', async () => {
    const [own, all] = [
      await planned(),
      await planned({ caller: aListener('messages.read', 'sessions.any') }),
    ];

    expect([own.filter.filter, all.filter.filter]).toEqual([{ owner: 'billing' }, {}]);
  });

  it('refuses types of messages without their scope', async () => {
    expect(typesOf(await planned())).toEqual(STREAM_TYPES);
    expect(typesOf(await planned({ types: ['typing', 'connection'] }))).toEqual(['typing', 'connection']);
    expect(typesOf(await planned({ caller: aListener() }))).toEqual(['session', 'assignment', 'connection']);
    await expect(planned({ caller: aListener(), types: ['session', 'typing'] })).rejects.toThrow(
      InsufficientScopeError,
    );
  });

  it('finds no session of another caller', async () => {
    const session = anActiveSession({ owner: 'support' });
    sessions.store.given(session);

    await expect(planned({ conversationId: session.conversationId })).rejects.toThrow(SessionNotFoundError);
    await expect(planned({ conversationId: 'c' })).rejects.toThrow(SessionNotFoundError);
  });

  it.each([
    ['no id', undefined, { from: 7, start: 'now' }],
    ['an empty id', '', { from: 7, start: 'now' }],
    ['an id', encrypted(5), { from: 5, start: 'resumed' }],
    [
      'an id of an event that may be another caller’s, or removed',
      encrypted(6),
      { from: 6, start: 'resumed' },
    ],
    ['the beginning', '0', { from: 0, start: 'resumed' }],
    ['an id from before the first event', encrypted(0), { from: 0, start: 'resumed' }],
    ['an id from before what is kept', encrypted(1), { from: 7, start: 'reset' }],
    ['an id of a position that was never given', encrypted(8), { from: 7, start: 'reset' }],
    [
      'an id that another service has encrypted',
      anEventIdCipher('b').encrypt(5),
      { from: 7, start: 'reset' },
    ],
    ['an id that is none', '5e0', { from: 7, start: 'reset' }],
    ['an id that is no number for certain', '9'.repeat(40), { from: 7, start: 'reset' }],
  ])('goes on after %s', async (_what, lastEventId, expected) => {
    world.feed.add(aMessageEvent(1), aMessageEvent(2), aMessageEvent(5), aMessageEvent(7));
    world.feed.forget(2);

    expect(await planned(lastEventId === undefined ? {} : { lastEventId })).toMatchObject(expected);
  });

  it("resumes after a number from an earlier release, of any caller's event, and after none given later", async () => {
    world.feed.add(aMessageEvent(2), aMessageEvent(5, { owner: 'support' }), aMessageEvent(9));
    world.feed.lastInClear = 6;
    world.feed.forget(2);
    const starts = [1, 5, 6, 7, 9, 10].map(async (position) => {
      const { from, start } = await planned({ lastEventId: String(position) });
      return `${start} ${from}`;
    });

    expect(await Promise.all(starts)).toEqual([
      'reset 9',
      'resumed 5',
      'resumed 6',
      'reset 9',
      'reset 9',
      'reset 9',
    ]);
  });

  it('does not reveal by an id whether the last events of another caller were removed', async () => {
    world.feed.add(aMessageEvent(1), aMessageEvent(2, { owner: 'support' }));
    const lastEventId = encrypted(2);
    world.feed.events.pop();

    expect(await planned({ lastEventId })).toMatchObject({ from: 2, start: 'resumed' });
  });

  it('plans no stream for an ended session when the client has all of its events', async () => {
    const session = aSession({ state: 'terminated', owner: 'billing' });
    sessions.store.given(session);
    const { conversationId } = session;
    world.feed.add(aMessageEvent(1, { conversationId }), aMessageEvent(2));
    const request = { conversationId, caller: aListener(), authorization: undefined };

    expect(await service.plan(request)).toBeUndefined();
    expect(await service.plan({ ...request, lastEventId: encrypted(1) })).toBeUndefined();
    expect(await service.plan({ ...request, lastEventId: '0' })).toMatchObject({ isOver: true, from: 0 });
    expect(await service.plan({ ...request, lastEventId: encrypted(9) })).toMatchObject({
      isOver: true,
      start: 'reset',
    });
  });

  it('plans an audit record for messages of the guests of other callers', async () => {
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
