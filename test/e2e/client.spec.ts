import {
  NoAnswerError,
  ProblemError,
  GuestSessionsClient,
  type StreamEvent,
} from '../../client/src/public-api';
import { WebhookVerifier } from '../../client/src/webhooks';
import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { World } from '../../src/world';
import { aCaller, allBut, keysOf, limitedTo, type TestCaller } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const BASE = 'http://guests.example';
const callers = {
  billing: aCaller('billing', allBut('sessions.any')),
  reader: aCaller('reader', ['sessions.read']),
  hasty: limitedTo(60, aCaller('hasty')),
};
let world: World;

beforeAll(async () => {
  world = await World.start({
    logOutput: new LogCapture(),
    webMessaging: true,
    environment: {
      ...keysOf(...Object.values(callers)),
      GENESYS_CHANNEL: 'web-messaging',
      WEBHOOKS_ALLOW_PRIVATE: 'true',
    },
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** The network between a client and the service, which listens on another port after each start. */
class Network {
  readonly statuses: number[] = [];
  private lost = 0;

  /** The next answers do not arrive; the requests do. */
  loseAnswers(count: number): void {
    this.lost = count;
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(url.replace(BASE, world.url), init);
    this.statuses.push(response.status);
    if (this.lost === 0) return response;
    this.lost -= 1;
    await response.body?.cancel();
    throw new TypeError('The connection was lost');
  };
}

function clientOf({ key }: TestCaller, network = new Network()): GuestSessionsClient {
  return new GuestSessionsClient({ baseUrl: BASE, credential: () => key, fetch: network.fetch });
}

/** Collects the events of a stream until it ends. */
function collected(stream: AsyncIterable<StreamEvent>): {
  events: StreamEvent[];
  texts: () => unknown[];
  ended: Promise<void>;
} {
  const events: StreamEvent[] = [];
  const ended = (async (): Promise<void> => {
    for await (const event of stream) events.push(event);
  })();
  const texts = (): unknown[] =>
    events.flatMap((event) => (event.type === 'message' ? [event.message.text] : []));
  return { events, texts, ended };
}

function guestOf({ guestIdToken }: { readonly guestIdToken: string }): GuestSession {
  const guest = world.genesys.webMessaging.session(guestIdToken);
  if (guest === undefined) throw new Error('The guest is not known upstream.');
  return guest;
}

describe('the client package', () => {
  it('opens one session and sends one message when the answers are lost', async () => {
    const network = new Network();
    const client = clientOf(callers.billing, network);
    network.loseAnswers(2);
    const { conversationId, state } = await client.openSession({ queueId: 'support' });
    network.loseAnswers(2);
    const sent = await client.sendMessage(conversationId, { text: 'Where is my order?' });
    const live = await client.listSessions({ state: 'active' });
    const { items } = await client.listMessages(conversationId);

    expect(network.statuses.slice(0, 6)).toEqual(Array(6).fill(201));
    expect(state).toBe('active');
    expect(live.items.map((session) => session.conversationId)).toEqual([conversationId]);
    expect(items.map(({ text, reference }) => [text, reference])).toEqual([[sent.text, sent.reference]]);
    expect((await client.endSession(conversationId)).endReason).toBe('requested');
  });

  it('does not repeat a request that would have another effect', async () => {
    const network = new Network();
    const client = clientOf(callers.billing, network);
    network.loseAnswers(1);
    const registered = client.api.POST('/v1/webhooks', { body: { url: 'http://127.0.0.1:9/hook' } });

    await expect(registered).rejects.toBeInstanceOf(NoAnswerError);
    expect(network.statuses).toEqual([201]);
  });

  it('lists all sessions over the pages, each once', async () => {
    const client = clientOf(callers.billing);
    const opened: string[] = [];
    for (let count = 0; count < 3; count += 1)
      opened.unshift((await client.openSession({ queueId: 'support' })).conversationId);
    const listed: string[] = [];
    for await (const { conversationId } of client.sessions({ state: 'active', limit: 2 }))
      listed.push(conversationId);

    expect(listed).toEqual(opened);
    for (const conversationId of opened) await client.endSession(conversationId);
  });

  it('streams the events of a session over a restart, each once and in order, to its end', async () => {
    const client = clientOf(callers.billing);
    const session = await client.openSession({ queueId: 'support' });
    const { conversationId } = session;
    const guest = guestOf(session);
    const failures: unknown[] = [];
    const stream = client.sessionEvents(conversationId, {
      lastEventId: '0',
      onDisconnect: (failure) => failures.push(failure),
    });
    const { events, texts, ended } = collected(stream);
    await client.sendMessage(conversationId, { text: 'one' });
    await until(() => texts().length === 1);
    await world.restart();
    await until(() => guest.connections.size === 1);
    expect(world.genesys.webMessaging.agent.say(guest.token, 'two')).toBeDefined();
    await until(() => texts().length === 2);
    await client.sendMessage(conversationId, { text: 'three' });
    await client.endSession(conversationId);
    await ended;

    const kept = events.filter(({ type }) => type.startsWith('message') || type.startsWith('session.'));
    expect(kept.map((event) => (event.type === 'message' ? event.message.text : event.type))).toEqual([
      'session.active',
      'one',
      'two',
      'three',
      'session.terminating',
      'session.terminated',
    ]);
    expect(failures.filter((failure) => !(failure instanceof NoAnswerError))).toEqual([]);
  });

  it('reports an unknown position, and goes on from now', async () => {
    const client = clientOf(callers.billing);
    const { conversationId } = await client.openSession({ queueId: 'support' });
    const abort = new AbortController();
    const { events, texts, ended } = collected(
      client.events({ types: ['message'], lastEventId: '999999999', signal: abort.signal }),
    );
    await until(() => events.length === 1);
    await client.sendMessage(conversationId, { text: 'after' });
    await until(() => texts().length === 1);
    abort.abort();
    await ended;

    expect(events.map(({ type }) => type)).toEqual(['reset', 'message']);
    await client.endSession(conversationId);
  });

  it('throws problems with their code, their errors and the id of the request', async () => {
    const client = clientOf(callers.billing);
    const invalid = await client
      .openSession({ queueId: '', durationLimit: 0 })
      .catch((error: unknown) => error);
    const { requestId, errors } = invalid as ProblemError;

    expect(invalid).toBeInstanceOf(ProblemError);
    expect(invalid).toMatchObject({ status: 400, code: 'validation-failed' });
    expect(requestId).not.toBe('');
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['#/durationLimit', '#/queueId']);
    await expect(client.getSession('11111111-2222-4333-8444-555555555555')).rejects.toMatchObject({
      status: 404,
      code: 'session-not-found',
    });
    await expect(clientOf(callers.reader).openSession({ queueId: 'support' })).rejects.toMatchObject({
      status: 403,
      problem: { scope: 'sessions.write' },
    });
    const unread = collected(clientOf(callers.reader).events({ types: ['message'] }));
    await expect(unread.ended).rejects.toMatchObject({ code: 'insufficient-scope' });
  });

  it('waits as Retry-After asks when the quota is used up', async () => {
    const network = new Network();
    const client = clientOf(callers.hasty, network);
    for (let count = 0; count < 1_000 && !network.statuses.includes(429); count += 1)
      await client.listSessions({ limit: 1 });

    expect(network.statuses).toContain(429);
    expect(network.statuses.at(-1)).toBe(200);
  });

  it('verifies the events of a webhook that it has registered', async () => {
    await using receiver = await HttpReceiver.start();
    const client = clientOf(callers.billing);
    const { data: webhook } = await client.api.POST('/v1/webhooks', {
      body: { url: receiver.url, types: ['session.*', 'message.sent'] },
    });
    const params = { path: { webhookId: webhook.id } };
    await client.api.POST('/v1/webhooks/{webhookId}/test', { params });
    const { conversationId } = await client.openSession({ queueId: 'support' });
    await client.sendMessage(conversationId, { text: 'Hello' });
    await until(() => receiver.received.length === 3);
    const verifier = new WebhookVerifier(webhook.secret);
    const events = receiver.received.map(({ body, headers }) => verifier.verify(body, headers));

    expect(
      events.map((event) => [event.type, event.type === 'message.sent' ? event.data.text : undefined]),
    ).toEqual([
      ['webhook.test', undefined],
      ['session.connected', undefined],
      ['message.sent', 'Hello'],
    ]);
    await client.endSession(conversationId);
    await client.api.DELETE('/v1/webhooks/{webhookId}', { params });
  });
});
