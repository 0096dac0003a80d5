import type { Fault } from '../../../src/simulator/fault';
import { followLoopTime } from '../../support/loop-time';
import { GZIP_BOMB, inAnHour, LEAK, MatrixWorld, OPENING, status } from '../../support/upstream-matrix';

// A time-out here applies to this process with everything in it.
followLoopTime();

/** The compensation for a conversation that a failed opening may have left. */
type Undoing =
  /** None: Genesys Cloud refused the request or never received it. */
  | 'none'
  /** There is no conversation, but the opening may still arrive: the disconnect is retried. */
  | 'sought'
  /** The conversation is closed. */
  | 'closed';

/** Number of openings and token requests that arrive. */
type Arrived = [posts: number, tokens: number];
type Row = [what: string, fault: Fault, answer: string, undoing: Undoing, arrived: Arrived];

const TEN_YEARS = 315_360_000;
const BLACK_HOLE: Fault = { kind: 'black-hole' };

const REFUSALS: Row[] = [
  ['400', status(400), '502 upstream-rejected', 'none', [1, 1]],
  ['401, whatever the token', status(401), '502 upstream-unauthorized', 'none', [2, 2]],
  ['403', status(403), '502 upstream-forbidden', 'none', [1, 1]],
  ['404', status(404), '502 upstream-rejected', 'none', [1, 1]],
  ['409', status(409), '502 upstream-rejected', 'sought', [1, 1]],
  ['418', status(418), '502 upstream-rejected', 'none', [1, 1]],
  ['429 for no time, each time', status(429, 0), '503 upstream-throttled', 'none', [3, 1]],
  ['429 for a second, each time', status(429, 1), '503 upstream-throttled', 'none', [3, 1]],
  ['429 for two minutes', status(429, 120), '503 upstream-throttled', 'none', [1, 1]],
  ['429 until a date in an hour', status(429, inAnHour()), '503 upstream-throttled', 'none', [1, 1]],
  ['429 for ten years', status(429, TEN_YEARS), '503 upstream-throttled', 'none', [1, 1]],
  ['429 with no hint, each time', status(429), '503 upstream-throttled', 'none', [3, 1]],
  ['429 with a senseless hint, each time', status(429, 'soon'), '503 upstream-throttled', 'none', [3, 1]],
  ['429 with a negative hint, each time', status(429, -5), '503 upstream-throttled', 'none', [3, 1]],
];

const TROUBLE: Row[] = [
  ['500', status(500), '502 upstream-error', 'sought', [1, 1]],
  [
    '500 after the fact',
    { ...status(500), effect: 'after' } as Fault,
    '502 upstream-error',
    'closed',
    [1, 1],
  ],
  ['502', status(502), '502 upstream-error', 'sought', [1, 1]],
  ['503', status(503), '502 upstream-error', 'sought', [1, 1]],
  ['504', status(504), '502 upstream-error', 'sought', [1, 1]],
  ['a black hole', BLACK_HOLE, '504 upstream-timeout', 'sought', [1, 1]],
  ['silence', { kind: 'hang-before-headers' }, '504 upstream-timeout', 'sought', [1, 1]],
  [
    'silence after the fact',
    { kind: 'hang-before-headers', effect: 'after' },
    '504 upstream-timeout',
    'closed',
    [1, 1],
  ],
  ['silence after the headers', { kind: 'hang-after-headers' }, '504 upstream-timeout', 'sought', [1, 1]],
  ['one byte a second', { kind: 'trickle', bytesPerSecond: 1 }, '504 upstream-timeout', 'sought', [1, 1]],
  ['resets, each time', { kind: 'reset' }, '503 upstream-unavailable', 'sought', [3, 1]],
  [
    'resets after the fact, each time',
    { kind: 'reset', effect: 'after' },
    '503 upstream-unavailable',
    'closed',
    [3, 1],
  ],
  ['resets in mid-body, each time', { kind: 'reset-mid-body' }, '503 upstream-unavailable', 'sought', [3, 1]],
];

const NO_ANSWERS: Row[] = [
  ['100 MB', { kind: 'huge', bytes: 100_000_000 }, '502 upstream-invalid-response', 'sought', [1, 1]],
  ['a gzip bomb', GZIP_BOMB, '502 upstream-invalid-response', 'sought', [1, 1]],
  ['HTML', { kind: 'garbage' }, '502 upstream-invalid-response', 'sought', [1, 1]],
  [
    'HTML after the fact',
    { kind: 'garbage', effect: 'after' },
    '502 upstream-invalid-response',
    'closed',
    [1, 1],
  ],
  ['an empty body', { kind: 'empty' }, '502 upstream-invalid-response', 'sought', [1, 1]],
  ['truncated JSON', { kind: 'truncated-json' }, '502 upstream-invalid-response', 'sought', [1, 1]],
  [
    'truncated JSON after the fact',
    { kind: 'truncated-json', effect: 'after' },
    '502 upstream-invalid-response',
    'closed',
    [1, 1],
  ],
  ...[302, 307].map((code): Row => [
    `a redirect ${code}`,
    { kind: 'redirect', status: code, location: 'http://127.0.0.1:9/' },
    '502 upstream-invalid-response',
    'sought',
    [1, 1],
  ]),
];

/** Number of requests for an opening that succeeds after one spoiled answer. */
const RECOVERIES: [what: string, fault: Fault, posts: number, tokens: number][] = [
  ['a 401 for an old token', status(401), 2, 2],
  ['a 429 for a second', status(429, 1), 2, 1],
  ['a 429 with no hint', status(429), 2, 1],
  ['a reset', { kind: 'reset' }, 2, 1],
  ['a reset after the fact', { kind: 'reset', effect: 'after' }, 2, 1],
  ['a reset in mid-body', { kind: 'reset-mid-body' }, 2, 1],
  ['a reset in mid-body after the fact', { kind: 'reset-mid-body', effect: 'after' }, 2, 1],
  ['an answer 300 ms late', { kind: 'delay', ms: 300 }, 1, 1],
  ['fields of other types in the answer, none of which is needed', { kind: 'wrong-types' }, 1, 1],
];

const AFTERWARDS = {
  none: { disconnect: undefined, counts: {}, conversations: [] },
  sought: { disconnect: 'pending', counts: { gone: expect.any(Number) }, conversations: [] },
  closed: {
    disconnect: 'confirmed',
    counts: { confirmed: 1 },
    conversations: [expect.objectContaining({ state: 'disconnected', disconnects: 1 })],
  },
};

describe('an opening', () => {
  it.concurrent.each([...REFUSALS, ...TROUBLE, ...NO_ANSWERS])(
    'that meets %s fails with a problem, and leaves no session',
    async (_what, fault, answer, undoing, [posts, tokens]) => {
      await using matrix = await MatrixWorld.startFor(fault);
      matrix.world.genesys.faults.add({ match: OPENING, fault });
      const { status: heard, body, headers } = await matrix.api.open();
      const [, code = ''] = answer.split(' ');
      expect(`${heard} ${String(body['code'])}`).toBe(answer);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(JSON.stringify(body)).not.toContain(LEAK);
      expect(matrix.arrivals).toMatchObject({ posts, tokens, beats: 0 });
      expect(await matrix.created).toEqual({ [code]: 1 });
      expect(await matrix.audit()).toEqual([`SESSION_FAILED ${code}`]);
      expect(await matrix.slotsInUse()).toBe(0);

      const { disconnect, counts, conversations } = AFTERWARDS[undoing];
      if (undoing === 'sought') await matrix.counted('disconnects', 'gone');
      if (undoing === 'closed') await matrix.counted('disconnects', 'confirmed');
      const session = await matrix.session();
      expect(session).toMatchObject({ state: 'failed', endReason: 'open-failed' });
      expect(session['disconnect']).toBe(disconnect);
      expect(await matrix.disconnects).toEqual(counts);
      expect(matrix.arrivals.disconnects > 0).toBe(undoing !== 'none');
      expect([...matrix.world.genesys.state.conversations.values()]).toEqual(conversations);
      expect(matrix.world.crm.received).toHaveLength(0);
    },
  );

  it.concurrent.each(RECOVERIES)('succeeds despite %s', async (_what, fault, posts, tokens) => {
    await using matrix = await MatrixWorld.startFor(fault);
    matrix.world.genesys.faults.add({ match: OPENING, fault, times: 1 });
    const { status: heard, body } = await matrix.api.open();
    expect({ heard, body }).toMatchObject({ heard: 201, body: { state: 'active' } });
    expect(matrix.arrivals).toEqual({ posts, tokens, beats: 0, disconnects: 0 });
    expect(await matrix.created).toEqual({ ok: 1 });
    expect(await matrix.disconnects).toEqual({});
    expect(await matrix.audit()).toEqual(['SESSION_INITIALIZED']);
    expect(await matrix.slotsInUse()).toBe(1);
  });
});
