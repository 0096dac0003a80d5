import type { Fault } from '../../../src/simulator/fault';
import { until } from '../../support/until';
import { followLoopTime } from '../../support/loop-time';
import { GZIP_BOMB, inAnHour, MatrixWorld, OPENING, status, TOKEN } from '../../support/upstream-matrix';

// A time-out here applies to this process with everything in it.
followLoopTime();

const BEAT = 'heartbeatSequence';
const TOLERATED = 3;

/** Failures of the conversation itself: three in a row end it. */
const LOSSES: [what: string, fault: Fault][] = [
  ['400', status(400)],
  ['409', status(409)],
  ['418', status(418)],
  ['500', status(500)],
  ['502', status(502)],
  ['503', status(503)],
  ['504', status(504)],
  ['a black hole', { kind: 'black-hole' }],
  ['silence', { kind: 'hang-before-headers' }],
  ['silence after having counted', { kind: 'hang-before-headers', effect: 'after' }],
  ['a redirect 302', { kind: 'redirect', location: 'http://127.0.0.1:9/' }],
  ['a redirect 307', { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }],
];

/**
 * Faults that are no evidence about the conversation: each spoiled request postpones a beat, and the session stays
 * active.
 */
const POSTPONEMENTS: [what: string, fault: Fault, spoiled: number, beats: number, tokens: number][] = [
  ['401, whatever the token', status(401), 10, 5, 6],
  ['403', status(403), 5, 5, 1],
  ['429 for no time', status(429, 0), 5, 5, 1],
  ['resets', { kind: 'reset' }, 5, 5, 1],
  ['resets after having counted', { kind: 'reset', effect: 'after' }, 5, 5, 1],
];

/** One 429 closes the client: no further request is sent, and the session stays active. */
const CLOSURES: [what: string, retryAfter: string | number | undefined][] = [
  ['for ten seconds', 10],
  ['until a date in an hour', inAnHour()],
  ['for ten years', 315_360_000],
  ['with no hint', undefined],
  ['with a senseless hint', 'soon'],
  ['with a negative hint', -5],
];

/** The status confirms the beat; its body is not needed. */
const SUCCESSES: [what: string, fault: Fault][] = [
  ['HTML', { kind: 'garbage' }],
  ['an empty body', { kind: 'empty' }],
  ['truncated JSON', { kind: 'truncated-json' }],
  ['fields of other types', { kind: 'wrong-types' }],
  ['a gzip bomb', GZIP_BOMB],
  ['silence after the headers', { kind: 'hang-after-headers' }],
  ['one byte a second', { kind: 'trickle', bytesPerSecond: 1 }],
  ['100 MB', { kind: 'huge', bytes: 100_000_000 }],
  ['a reset in mid-body', { kind: 'reset-mid-body' }],
  ['its answer 300 ms late', { kind: 'delay', ms: 300 }],
];

describe('a beat', () => {
  it.concurrent.each(LOSSES)('that meets %s three times in a row ends the session', async (_what, fault) => {
    await using matrix = await MatrixWorld.beating(fault);
    matrix.spoil(BEAT, fault);
    const id = await matrix.api.opened();
    await until(async () => (await matrix.api.stateOf(id)) === 'disconnected');
    expect(await matrix.session(id)).toMatchObject({ endReason: 'heartbeat-lost', disconnect: 'confirmed' });
    expect(matrix.arrivals).toEqual({ posts: 1, tokens: 1, beats: TOLERATED, disconnects: 1 });
    expect(await matrix.heartbeats).toEqual({ failed: TOLERATED });
    expect(await matrix.disconnects).toEqual({ confirmed: 1 });
    expect(await matrix.audit(id)).toEqual(['SESSION_INITIALIZED', 'SESSION_DISCONNECTED confirmed']);
    expect(await matrix.slotsInUse()).toBe(0);
    await until(() => matrix.world.crm.eventsOf(id).length === 2);
  });

  it.concurrent.each(POSTPONEMENTS)(
    'that meets %s is postponed, and the session stays active',
    async (_what, fault, spoiled, postponed, tokens) => {
      await using matrix = await MatrixWorld.beating();
      matrix.spoil(BEAT, fault, spoiled);
      const id = await matrix.api.opened();
      await matrix.counted('heartbeats', 'ok');
      expect(await matrix.heartbeats).toEqual({ postponed, ok: expect.any(Number) });
      expect(matrix.spoiled).toBe(spoiled);
      expect(matrix.arrivals).toMatchObject({ posts: 1, tokens, disconnects: 0 });
      await expectAlive(matrix, id);
    },
  );

  it.concurrent.each(CLOSURES)(
    'that meets a 429 %s is the last one sent for that time, and the session stays active',
    async (_what, retryAfter) => {
      await using matrix = await MatrixWorld.beating();
      matrix.spoil(BEAT, status(429, retryAfter));
      const id = await matrix.api.opened();
      await matrix.counted('heartbeats', 'postponed', 4);
      expect(await matrix.heartbeats).toEqual({ postponed: expect.any(Number) });
      expect(matrix.arrivals).toEqual({ posts: 1, tokens: 1, beats: 1, disconnects: 0 });
      await expectAlive(matrix, id);
    },
  );

  it.concurrent.each(SUCCESSES)('that gets %s with a 200 counts as a success', async (_what, fault) => {
    await using matrix = await MatrixWorld.beating();
    matrix.spoil(BEAT, fault);
    const id = await matrix.api.opened();
    await matrix.counted('heartbeats', 'ok', TOLERATED + 1);
    expect(await matrix.heartbeats).toEqual({ ok: expect.any(Number) });
    await expectAlive(matrix, id);
  });

  it.concurrent.each([404, 410])('that meets %d ends the session without a further call', async (code) => {
    await using matrix = await MatrixWorld.beating();
    matrix.spoil(BEAT, status(code));
    const id = await matrix.api.opened();
    await until(async () => (await matrix.api.stateOf(id)) === 'disconnected');
    const session = await matrix.session(id);
    expect(session).toMatchObject({ endReason: 'gone' });
    expect(session['disconnect']).toBeUndefined();
    expect(matrix.arrivals).toEqual({ posts: 1, tokens: 1, beats: 1, disconnects: 0 });
    expect(await matrix.heartbeats).toEqual({ gone: 1 });
    expect(await matrix.disconnects).toEqual({});
    expect(await matrix.audit(id)).toEqual(['SESSION_INITIALIZED', 'SESSION_DISCONNECTED gone']);
  });

  it.concurrent.each<[string, Fault]>([
    ['400', status(400)],
    ['429', status(429, 0)],
    ['500', status(500)],
    ['HTML', { kind: 'garbage' }],
    ['silence', { kind: 'hang-before-headers' }],
  ])('whose new token request meets %s is postponed, and the session stays active', async (_what, fault) => {
    await using matrix = await MatrixWorld.beating(fault);
    const id = await matrix.api.opened();
    await matrix.counted('heartbeats', 'ok');
    matrix.world.genesys.faults.add({ match: { path: TOKEN }, fault, times: 4 });
    matrix.world.genesys.state.revokeTokens();
    await matrix.counted('heartbeats', 'postponed', 4);
    const { ok: before = 0 } = await matrix.heartbeats;
    await matrix.counted('heartbeats', 'ok', before + 1);
    const { postponed, ...others } = await matrix.heartbeats;
    expect(others).toEqual({ ok: expect.any(Number) });
    // Between refused token requests beats are postponed without a request.
    expect(postponed).toBeGreaterThanOrEqual(4);
    expect(matrix.arrivals).toMatchObject({ posts: 1, tokens: 1 + 4 + 1, disconnects: 0 });
    await expectAlive(matrix, id);
  });

  it.concurrent('of a session that Genesys Cloud never opened ends it', async () => {
    await using matrix = await MatrixWorld.beating();
    matrix.world.genesys.faults.add({ match: OPENING, fault: { kind: 'wrong-types' }, times: 1 });
    const id = await matrix.api.opened();
    await until(async () => (await matrix.api.stateOf(id)) === 'disconnected');
    expect(await matrix.session(id)).toMatchObject({ endReason: 'gone' });
  });
});

async function expectAlive(matrix: MatrixWorld, id: string): Promise<void> {
  expect(await matrix.session(id)).toMatchObject({ state: 'active', heartbeat: { consecutiveFailures: 0 } });
  expect(await matrix.disconnects).toEqual({});
  expect(await matrix.audit(id)).toEqual(['SESSION_INITIALIZED']);
  expect(await matrix.slotsInUse()).toBe(1);
}
