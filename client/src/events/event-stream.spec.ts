import { withDefaults } from '../client-options.js';
import { ProblemError } from '../http/problem.errors.js';
import {
  networkFailure,
  problem,
  type ScriptedAnswer,
  ScriptedFetch,
  silence,
} from '../http/scripted-fetch.fake.js';
import { EventStreamFormatError } from './event-stream.errors.js';
import { EventStream, type EventStreamOptions } from './event-stream.js';
import type { StreamEvent } from './stream-event.js';

const AT = '2027-01-15T08:00:00.000Z';
const MARK = 'id: p0\n\n';
const RETRY = 'retry: 1000\n\n';
const END = new Response(null, { status: 204 });

function said(id: string, text: string): string {
  return `id: ${id}\nevent: message\ndata: {"conversationId":"c","at":"${AT}","message":{"text":"${text}"}}\n\n`;
}

function changed(id: string, state: string): string {
  return `id: ${id}\nevent: session.${state}\ndata: {"conversationId":"c","at":"${AT}","session":{"state":"${state}"}}\n\n`;
}

/** A connection that sends the text and then ends, breaks or stays open until it is aborted. */
function connection(text: string, then: 'ends' | 'breaks' | 'stays' = 'ends'): ScriptedAnswer {
  return (signal) => {
    let isSent = false;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (!isSent) controller.enqueue(new TextEncoder().encode(text));
        else if (then === 'ends') controller.close();
        else if (then === 'breaks') throw networkFailure();
        else await silence(signal);
        isSent = true;
      },
    });
    return Promise.resolve(
      new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } }),
    );
  };
}

interface Read {
  readonly names: string[];
  readonly events: StreamEvent[];
  readonly fake: ScriptedFetch;
  readonly stream: EventStream;
  readonly error: unknown;
  readonly elapsedMs: number;
}

/** Reads a stream to its end, in fake time. */
async function read(
  script: readonly ScriptedAnswer[],
  options: EventStreamOptions & { readonly isOfSession?: boolean } = {},
): Promise<Read> {
  const fake = new ScriptedFetch(...script);
  const client = withDefaults({ baseUrl: '', credential: 'key', fetch: fake.fetch });
  const url = 'https://guests.example/v1/events';
  const stream = new EventStream(client, { url, isOfSession: true, ...options });
  const events: StreamEvent[] = [];
  const startedAt = performance.now();
  let elapsedMs = 0;
  const reading = (async (): Promise<void> => {
    for await (const event of stream) events.push(event);
  })()
    .catch((error: unknown) => error)
    .finally(() => {
      elapsedMs = performance.now() - startedAt;
    });
  await jest.advanceTimersByTimeAsync(900_000);
  const error = await reading;
  expect(jest.getTimerCount()).toBe(0);
  const names = events.map((event) => ('message' in event ? String(event.message.text) : event.type));
  return { names, events, fake, stream, error, elapsedMs };
}

const positionsOf = ({ fake }: Read): (string | null)[] =>
  fake.sent.map(({ headers }) => headers.get('last-event-id'));

describe(EventStream.name, () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('gives typed events with their positions, and ends with 204', async () => {
    const typing = `event: typing\ndata: {"conversationId":"c","at":"${AT}","typing":{"isOn":true}}\n\n`;
    const done = await read([connection(MARK + said('p1', 'one') + typing), END]);

    expect(done.events).toEqual([
      { type: 'message', conversationId: 'c', at: AT, message: { text: 'one' }, lastEventId: 'p1' },
      { type: 'typing', conversationId: 'c', at: AT, typing: { isOn: true }, lastEventId: 'p1' },
    ]);
    expect(done.error).toBeUndefined();
    expect(done.fake.sent[0]?.headers.get('authorization')).toBe('Bearer key');
    expect(done.fake.sent[0]?.headers.get('accept')).toBe('text/event-stream');
  });

  it('resumes after each kind of disconnect from the last position, also from one without an event', async () => {
    const done = await read([
      connection(MARK + said('p1', 'one'), 'breaks'),
      networkFailure(),
      problem(502, 'unknown'),
      connection('id: p2\n\n', 'breaks'),
      connection(said('p3', 'two')),
      END,
    ]);

    expect(done.names).toEqual(['one', 'two']);
    expect(positionsOf(done)).toEqual([null, 'p1', 'p1', 'p1', 'p2', 'p3']);
    expect(done.stream.lastEventId).toBe('p3');
  });

  it('drops an event that arrived in part, and gets it again', async () => {
    const done = await read([
      connection(`${MARK}id: p1\nevent: message\ndata: {"me`, 'breaks'),
      connection(said('p1', 'one')),
      END,
    ]);

    expect(done.names).toEqual(['one']);
    expect(positionsOf(done)).toEqual([null, 'p0', 'p1']);
  });

  it('starts at the position of the caller', async () => {
    expect(positionsOf(await read([END], { lastEventId: '0' }))).toEqual(['0']);
  });

  it.each([
    ['the reconnection time of the service', [connection(MARK + RETRY), END], 1_000],
    ['three seconds without one', [connection(MARK), END], 3_000],
    ['Retry-After', [problem(429, 'too-many-caller-streams', { 'retry-after': '9' }), END], 9_000],
    ['longer after each failure', [networkFailure(), networkFailure(), END], 3_000 + 6_000],
    ['for the missing comments', [connection(MARK, 'stays'), END], 45_000 + 3_000],
    ['for the missing head', [silence, END], 20_000 + 3_000],
  ])('waits %s', async (_, script, expected) => {
    expect((await read(script)).elapsedMs).toBe(expected);
  });

  it('asks at once whether there is more when its session has ended', async () => {
    const done = await read([connection(MARK + changed('p1', 'terminated') + 'id: p2\n\n'), END]);

    expect([done.names, positionsOf(done), done.elapsedMs]).toEqual([
      ['session.terminated'],
      [null, 'p2'],
      0,
    ]);
  });

  it('reconnects in the usual time when one of many sessions has ended', async () => {
    const script = [connection(MARK + changed('p1', 'terminated')), END];

    expect((await read(script, { isOfSession: false })).elapsedMs).toBe(3_000);
  });

  it('tells that events may be missing', async () => {
    const reset = `id: p9\nevent: reset\ndata: {"at":"${AT}"}\n\n`;
    const done = await read([connection(reset + said('p10', 'after')), END], { lastEventId: 'old' });

    expect(done.events[0]).toEqual({ type: 'reset', at: AT, lastEventId: 'p9' });
    expect(done.names).toEqual(['reset', 'after']);
  });

  it.each([
    ['while it reads', [connection(MARK + said('p1', 'one'), 'stays')], 10_000],
    ['while it pauses', [connection(MARK + said('p1', 'one'))], 1_000],
    ['while it connects', [connection(said('p1', 'one') + RETRY), silence], 5_000],
  ])('ends by its signal %s, without an error', async (_, script, afterMs) => {
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort();
    }, afterMs);
    const done = await read(script, { signal: abort.signal });

    expect([done.names, done.error, done.elapsedMs]).toEqual([['one'], undefined, afterMs]);
  });

  it('sends nothing when its signal has aborted before', async () => {
    expect((await read([], { signal: AbortSignal.abort() })).fake.sent).toEqual([]);
  });

  it.each([
    [401, 'unauthenticated'],
    [404, 'session-not-found'],
  ])('throws the refusal %d %s', async (status, code) => {
    const { error } = await read([problem(status, code)]);

    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status, code });
  });

  it.each([
    ['another media type', new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['data that is not JSON', connection('data: {oops\n\n')],
  ])('throws on %s', async (_, answer) => {
    expect((await read([answer])).error).toBeInstanceOf(EventStreamFormatError);
  });

  it('reports each failure, and throws the last one of an outage that is too long', async () => {
    const failures: unknown[] = [];
    const script = [connection(MARK, 'breaks'), networkFailure(), networkFailure()];
    const { error } = await read(script, {
      maxOutageMs: 10_000,
      onDisconnect: (failure, waitMs) => failures.push([String(failure), waitMs]),
    });

    const text = 'NoAnswerError: No answer to GET https://guests.example/v1/events';
    expect(failures).toEqual([
      [text, 3_000],
      [text, 6_000],
    ]);
    expect(String(error)).toBe(text);
  });

  it('gives no further event once its loop has aborted, and stays at that position', async () => {
    const abort = new AbortController();
    const fake = new ScriptedFetch(connection(MARK + said('p1', 'one') + said('p2', 'two')));
    const client = withDefaults({ baseUrl: '', fetch: fake.fetch });
    const stream = new EventStream(client, {
      url: 'https://guests.example/v1/events',
      isOfSession: false,
      signal: abort.signal,
    });
    const positions: string[] = [];
    for await (const { lastEventId } of stream) {
      positions.push(lastEventId);
      abort.abort();
    }

    expect([positions, stream.lastEventId]).toEqual([['p1'], 'p1']);
  });

  it('closes its connection when the loop leaves it, and goes on after that event', async () => {
    let closed: AbortSignal | undefined;
    const first = connection(MARK + said('p1', 'one') + said('p2', 'two'), 'stays');
    const fake = new ScriptedFetch(
      (signal) => {
        closed = signal;
        return (first as (signal: AbortSignal) => Promise<Response>)(signal);
      },
      connection(said('p2', 'two')),
    );
    const url = 'https://guests.example/v1/events';
    const stream = new EventStream(withDefaults({ baseUrl: '', fetch: fake.fetch }), {
      url,
      isOfSession: false,
    });
    const positions: string[] = [];
    for (let round = 0; round < 2; round += 1)
      for await (const { lastEventId } of stream) {
        positions.push(lastEventId);
        break;
      }

    expect(closed?.aborted).toBe(true);
    expect(positions).toEqual(['p1', 'p2']);
    expect(fake.sent[1]?.headers.get('last-event-id')).toBe('p1');
  });
});
