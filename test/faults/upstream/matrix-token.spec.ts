import { until } from '../../support/until';
import type { Fault } from '../../../src/simulator/fault';
import { followLoopTime } from '../../support/loop-time';
import { GZIP_BOMB, LEAK, MatrixWorld, status, TOKEN } from '../../support/upstream-matrix';

// A time-out here applies to this process with everything in it.
followLoopTime();

/** Without a token: the result of openings, and the number of token requests. No opening reaches the platform. */
const REFUSALS: [what: string, fault: Fault, answer: string, tokens: number][] = [
  ['400', status(400), '502 upstream-unauthorized', 1],
  ['401', status(401), '502 upstream-unauthorized', 1],
  ['403', status(403), '502 upstream-forbidden', 1],
  ['404', status(404), '502 upstream-rejected', 1],
  ['429 for no time, each time', status(429, 0), '503 upstream-throttled', 3],
  ['429 for two minutes', status(429, 120), '503 upstream-throttled', 1],
  ['429 for ten years', status(429, 315_360_000), '503 upstream-throttled', 1],
  ['500', status(500), '502 upstream-error', 1],
  ['503', status(503), '502 upstream-error', 1],
  ['a black hole', { kind: 'black-hole' }, '504 upstream-timeout', 1],
  ['silence', { kind: 'hang-before-headers' }, '504 upstream-timeout', 1],
  ['silence after the headers', { kind: 'hang-after-headers' }, '504 upstream-timeout', 1],
  ['one byte a second', { kind: 'trickle', bytesPerSecond: 1 }, '504 upstream-timeout', 1],
  ['resets, each time', { kind: 'reset' }, '503 upstream-unavailable', 3],
  ['HTML', { kind: 'garbage' }, '502 upstream-invalid-response', 1],
  ['an empty body', { kind: 'empty' }, '502 upstream-invalid-response', 1],
  ['truncated JSON', { kind: 'truncated-json', effect: 'after' }, '502 upstream-invalid-response', 1],
  ['fields of other types', { kind: 'wrong-types' }, '502 upstream-invalid-response', 1],
  ['100 MB', { kind: 'huge', bytes: 100_000_000 }, '502 upstream-invalid-response', 1],
  ['a gzip bomb', GZIP_BOMB, '502 upstream-invalid-response', 1],
  ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/' }, '502 upstream-invalid-response', 1],
  ['an empty token', issued({ access_token: '', expires_in: 300 }), '502 upstream-invalid-response', 1],
  ['no token', issued({ expires_in: 300 }), '502 upstream-invalid-response', 1],
];

/** The lifetimes that the login returns with a valid token. */
const LIFETIMES: [what: string, expiry: object][] = [
  ['nothing', {}],
  ['null', { expires_in: null }],
  ['a text', { expires_in: '300' }],
  ['zero', { expires_in: 0 }],
  ['a time in the past', { expires_in: -300 }],
  ['a thousand years', { expires_in: 31_536_000_000 }],
  ['more than a number holds', { expires_in: 1e308 }],
  ['less than the margin', { expires_in: 1 }],
];

describe('an opening whose token request', () => {
  it.concurrent.each(REFUSALS)(
    'meets %s fails without an upstream effect',
    async (_what, fault, answer, tokens) => {
      await using matrix = await MatrixWorld.startFor(fault);
      matrix.world.genesys.faults.add({ match: { path: TOKEN }, fault });
      const { status: heard, body } = await matrix.api.open();
      const [, code = ''] = answer.split(' ');
      expect(`${heard} ${String(body['code'])}`).toBe(answer);
      expect(JSON.stringify(body)).not.toContain(LEAK);
      expect(JSON.stringify(body)).not.toContain('demo-secret');
      const session = await matrix.session();
      expect(session).toMatchObject({ state: 'failed', endReason: 'open-failed' });
      expect(session['disconnect']).toBeUndefined();
      expect(matrix.arrivals).toEqual({ posts: 0, beats: 0, disconnects: 0, tokens });
      expect(await matrix.created).toEqual({ [code]: 1 });
      expect(await matrix.audit()).toEqual([`SESSION_FAILED ${code}`]);
      expect(await matrix.slotsInUse()).toBe(0);

      matrix.world.genesys.faults.clear();
      // Refused credentials are not retried for a moment.
      await until(async () => (await matrix.api.open()).status === 201);
    },
  );

  it.concurrent.each(LIFETIMES)(
    "is answered with %s as the token's lifetime succeeds, and so do the next two with the same token",
    async (_what, expiry) => {
      await using matrix = await MatrixWorld.start();
      const { genesys } = matrix.world;
      const token = genesys.state.logIn('demo-client', 'demo-secret');
      const fault = issued({ access_token: token, token_type: 'bearer', ...expiry });
      genesys.faults.add({ match: { path: TOKEN }, fault });
      for (let openings = 0; openings < 3; openings += 1) await matrix.api.opened();
      expect(matrix.arrivals).toEqual({ posts: 3, beats: 0, disconnects: 0, tokens: 1 });
      expect(await matrix.created).toEqual({ ok: 3 });
    },
  );
});

function issued(body: object): Fault {
  return { kind: 'status', status: 200, body };
}
