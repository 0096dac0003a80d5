import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { EventStreams } from '../../src/events/event-streams';
import { EventTail } from '../../src/events/event-tail';
import { EphemeralEventSubscriber } from '../../src/events/ephemeral-event-subscriber';
import { EventFeed } from '../../src/events/ports/event-feed';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { aCaller, allBut, keysOf, streaming, type TestCaller } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { headOf } from '../support/raw-http';
import { until } from '../support/until';

const callers = {
  billing: aCaller('billing', allBut('sessions.any')),
  support: aCaller('support', allBut('sessions.any')),
  supervisor: aCaller('supervisor'),
  greedy: streaming(2, aCaller('greedy')),
  watcher: aCaller('watcher', ['sessions.read', 'sessions.any']),
};
let world: World;

beforeAll(async () => {
  world = await World.start({ logOutput: new LogCapture(), environment: keysOf(...Object.values(callers)) });
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('a request without a stream', () => {
  it.each([
    ['all sessions', 200, () => '/v1/events', callers.billing],
    ['a session', 200, (id: string) => `/v1/sessions/${id}/events`, callers.billing],
    ['a session of another caller', 404, (id: string) => `/v1/sessions/${id}/events`, callers.support],
    ['a type that there is not', 400, () => '/v1/events?types=gossip', callers.billing],
    ['a type that the caller may not hear', 403, () => '/v1/events?types=message', callers.watcher],
  ])('for the head of %s gets %d and leaves no subscriber', async (_, status, pathOf, by) => {
    const id = await new ApiClient(world.url, callers.billing.headers).opened();
    const joins = subscriptionsOfTails();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        fetch(world.url + pathOf(id), { method: 'HEAD', headers: by.headers }),
      ),
    );

    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
    const type =
      status === 200 ? 'text/event-stream; charset=utf-8' : 'application/problem+json; charset=utf-8';
    expect(answers[0]?.headers.get('content-type')).toBe(type);
    expect([joins(), world.app.get(EventStreams).count]).toEqual([0, 0]);
  });

  it('whose caller disconnects before the stream starts leaves no subscriber', async () => {
    const joins = subscriptionsOfTails();
    const begin = jest.spyOn(world.app.get(EventStreams), 'begin');
    const feed = world.app.get(EventFeed);
    const latest = feed.latest.bind(feed);
    const connected = once(world.app.getHttpServer(), 'connection');
    const socket = requesting('/v1/events', callers.billing, 1);
    jest.spyOn(feed, 'latest').mockImplementationOnce(async () => {
      const [atServer] = (await connected) as [Socket];
      socket.destroy();
      // The server detects a lost client only when it writes to it.
      await once(atServer, 'end');
      return latest();
    });
    await until(() => begin.mock.calls.length === 1);

    expect([joins(), world.app.get(EventStreams).count]).toEqual([0, 0]);
  });
});

describe('the streams of one caller', () => {
  it('are limited to its share on one connection, and end with that', async () => {
    const socket = requesting('/v1/events', callers.greedy, 5);
    await until(async () => (await refusedStreams()) === 3);
    const refused = await new ApiClient(world.url, callers.greedy.headers).request('GET', '/v1/events');
    const other = requesting('/v1/events', callers.billing, 1);
    await until(() => world.app.get(EventStreams).count === 3);

    expect([refused.status, refused.headers.get('retry-after'), refused.body['code']]).toEqual([
      429,
      '5',
      'too-many-caller-streams',
    ]);
    other.destroy();
    socket.destroy();
    await until(() => world.app.get(EventStreams).count === 0);
  });
});

/** Sends a request repeatedly over one connection, without waiting for answers. */
function requesting(path: string, { headers }: TestCaller, times: number): Socket {
  const { hostname, port } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  socket.write(headOf('GET', path, headers).repeat(times));
  return socket;
}

/** Counts the subscribers of the tails from now on that have not unsubscribed. */
function subscriptionsOfTails(): () => number {
  const subscribed = new Set<unknown>();
  for (const token of [EventTail, EphemeralEventSubscriber]) {
    const tail = world.app.get<EventTail | EphemeralEventSubscriber>(token);
    const { subscribe, unsubscribe } = tail as EventTail;
    jest.spyOn(tail as EventTail, 'subscribe').mockImplementation((listener, latest) => {
      subscribed.add(listener);
      return subscribe.call(tail, listener, latest);
    });
    jest.spyOn(tail, 'unsubscribe').mockImplementation((listener) => {
      subscribed.delete(listener);
      unsubscribe.call(tail as EventTail, listener as never);
    });
  }
  return () => subscribed.size;
}

async function refusedStreams(): Promise<number> {
  const page = await fetch(`${world.url}/metrics`, { headers: callers.supervisor.headers });
  return Number(
    /^guest_sessions_sse_refused_total\{reason="share"\} (\d+)$/m.exec(await page.text())?.[1] ?? 0,
  );
}
