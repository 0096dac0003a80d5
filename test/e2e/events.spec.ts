import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { aCaller, allBut, keysOf, type TestCaller } from '../support/callers';
import { EventClient } from '../support/event-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const callers = {
  billing: aCaller('billing', allBut('sessions.any')),
  support: aCaller('support', allBut('sessions.any')),
  supervisor: aCaller('supervisor'),
  watcher: aCaller('watcher', ['sessions.read', 'sessions.any']),
};
let world: World;
let clients: EventClient[] = [];

beforeAll(async () => {
  world = await World.start({
    logOutput: new LogCapture(),
    webMessaging: true,
    environment: { ...keysOf(...Object.values(callers)), GENESYS_CHANNEL: 'web-messaging' },
  });
});

afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function opened(by = callers.billing): Promise<{ id: string; guest: GuestSession }> {
  const { status, body } = await new ApiClient(world.url, by.headers).open();
  expect(status).toBe(201);
  const guest = world.genesys.webMessaging.session(String(body['guestIdToken']));
  if (guest === undefined) throw new Error('The guest is not known upstream.');
  return { id: String(body['conversationId']), guest };
}

async function followed(path: string, by: TestCaller, lastEventId?: string): Promise<EventClient> {
  const from = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const client = await EventClient.open(world.url + path, { ...by.headers, ...from });
  clients.push(client);
  return client;
}

function ofSession(id: string, by = callers.billing, lastEventId?: string): Promise<EventClient> {
  return followed(`/v1/sessions/${id}/events`, by, lastEventId);
}

async function said(id: string, text: string, by = callers.billing): Promise<void> {
  const api = new ApiClient(world.url, by.headers);
  expect((await api.request('POST', `/v1/sessions/${id}/messages`, { text })).status).toBe(201);
}

function agentSays(guest: GuestSession, text: string): void {
  expect(world.genesys.webMessaging.agent.say(guest.token, text)).toBeDefined();
}

describe('the events of a session', () => {
  it('are the messages of both sides, each once and in order, and the end', async () => {
    const { id, guest } = await opened();
    const client = await ofSession(id);
    await said(id, 'one');
    await until(() => client.texts.length === 1);
    agentSays(guest, 'two');
    await until(() => client.texts.length === 2);
    await said(id, 'three');
    await until(() => client.texts.length === 3);

    await new ApiClient(world.url, callers.billing.headers).end(id);
    await until(() => client.hasEnded);

    expect(client.texts).toEqual(['one', 'two', 'three']);
    expect(client.names.filter((name) => name !== 'connection' && name !== 'activity')).toEqual([
      'message',
      'message',
      'message',
      'session.terminating',
      'session.terminated',
    ]);
    expect(client.events.at(-1)?.data).toMatchObject({
      conversationId: id,
      session: { state: 'terminated', endReason: 'requested' },
    });
  });

  it('have the usual headers, and are not buffered by proxies', async () => {
    const { id } = await opened();
    const { headers, status } = (await ofSession(id)).response;

    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String) as string,
      ratelimit: expect.any(String) as string,
    });
  });

  it("continue after the client's last event, also after a restart", async () => {
    const { id, guest } = await opened();
    const first = await ofSession(id);
    await said(id, 'one');
    await until(() => first.texts.length === 1);
    first.close();
    agentSays(guest, 'two');

    expect(first.lastId).toMatch(/^[\w-]{43}$/);
    const second = await ofSession(id, callers.billing, first.lastId);
    await until(() => second.texts.length === 1);
    await world.restart();
    expect(second.hasEnded).toBe(true);
    expect(second.retryMs).toBeGreaterThanOrEqual(1_000);
    expect(second.retryMs).toBeLessThanOrEqual(5_000);
    await until(() => guest.connections.size === 1);
    agentSays(guest, 'three');

    const third = await ofSession(id, callers.billing, second.lastId);
    await until(() => third.texts.length === 1);

    expect([...first.texts, ...second.texts, ...third.texts]).toEqual(['one', 'two', 'three']);
  });

  it('can be read again after the end, and then the stream ends', async () => {
    const { id } = await opened();
    await said(id, 'one');
    await new ApiClient(world.url, callers.billing.headers).end(id);

    const client = await ofSession(id, callers.billing, '0');
    await until(() => client.hasEnded);

    expect(client.texts).toEqual(['one']);
    expect(client.names.at(-1)).toBe('session.terminated');
    expect((await ofSession(id, callers.billing, client.lastId)).response.status).toBe(204);
  });

  it('continue from now for an unknown id, and report that', async () => {
    const { id } = await opened();
    await said(id, 'before');
    const client = await ofSession(id, callers.billing, '999999999');
    await said(id, 'after');
    await until(() => client.texts.length === 1);

    expect([client.names[0], client.texts]).toEqual(['reset', ['after']]);
    const resumed = await ofSession(id, callers.billing, client.events[0]?.id);
    await until(() => resumed.texts.length === 1);
    expect(resumed.names).not.toContain('reset');
  });

  it('include typing and connection states, without an id', async () => {
    const { id, guest } = await opened();
    const client = await ofSession(id);
    const { lastId } = client;
    expect(world.genesys.webMessaging.agent.type(guest.token)).toBe(true);
    await until(() => client.names.includes('typing'));
    world.genesys.webMessaging.agent.cut(guest.token, 1001);
    await until(() => client.events.some(({ data }) => data['connection'] === 'live'));

    expect(client.events[0]?.data).toMatchObject({
      conversationId: id,
      typing: { isOn: true, durationMs: 5_000 },
    });
    expect(client.events.map(({ data }) => data['connection'])).toEqual([undefined, 'reconnecting', 'live']);
    expect(client.lastId).toBe(lastId);
  });
});

describe('the events of all sessions', () => {
  it("are the caller's, or those of all callers with the scope", async () => {
    const mine = await opened();
    const theirs = await opened(callers.support);
    const [own, all] = [
      await followed('/v1/events', callers.billing),
      await followed('/v1/events', callers.supervisor),
    ];
    await said(theirs.id, 'theirs', callers.support);
    world.genesys.webMessaging.agent.type(theirs.guest.token);
    await said(mine.id, 'mine');
    await until(() => own.texts.length === 1 && all.texts.length === 2 && all.names.includes('typing'));

    expect([own.texts, own.names]).toEqual([['mine'], ['message']]);
    expect(all.texts).toEqual(['theirs', 'mine']);
  });

  it('have the requested types', async () => {
    const { id, guest } = await opened();
    const client = await followed('/v1/events?types=session,typing', callers.billing);
    await said(id, 'unheard');
    world.genesys.webMessaging.agent.type(guest.token);
    await until(() => client.names.includes('typing'));
    await new ApiClient(world.url, callers.billing.headers).end(id);
    await until(() => client.names.includes('session.terminated'));

    expect(client.texts).toEqual([]);
  });
});

describe('the permission to read events', () => {
  it('is refused for a session of another caller, like a missing one', async () => {
    const { id } = await opened();
    const strange = await ofSession(id, callers.support);
    const absent = await ofSession('00000000-0000-4000-8000-000000000000');

    expect([strange.response.status, absent.response.status]).toEqual([404, 404]);
  });

  it('includes changes of sessions and no messages without the scope of messages', async () => {
    const { id } = await opened();
    const client = await ofSession(id, callers.watcher);
    await said(id, 'secret');
    await new ApiClient(world.url, callers.billing.headers).end(id);
    await until(() => client.hasEnded);

    expect(client.names).toEqual(['session.terminating', 'session.terminated']);
    const { response } = await followed(`/v1/events?types=message`, callers.watcher);
    expect(response.status).toBe(403);
  });

  it('is refused for unknown types', async () => {
    const { response } = await followed('/v1/events?types=gossip', callers.billing);

    expect(response.status).toBe(400);
  });
});
