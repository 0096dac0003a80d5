import type { Fault } from '../../../src/simulator/fault';
import { until } from '../../support/until';
import { followLoopTime } from '../../support/loop-time';
import { GZIP_BOMB, inAnHour, MatrixWorld, status } from '../../support/upstream-matrix';

// A time-out here applies to this process with everything in it.
followLoopTime();

const DISCONNECT = '"disconnected"';

/** One spoiled attempt: the caller gets 202, and a later attempt succeeds. */
const RETRIED: [what: string, fault: Fault, requests: number, tokens: number][] = [
  ['400', status(400), 1, 1],
  ['401, whatever the token', status(401), 2, 2],
  ['403', status(403), 1, 1],
  ['418', status(418), 1, 1],
  ['429 for a second', status(429, 1), 1, 1],
  ['500', status(500), 1, 1],
  ['502', status(502), 1, 1],
  ['503', status(503), 1, 1],
  ['504', status(504), 1, 1],
  ['a black hole', { kind: 'black-hole' }, 1, 1],
  ['silence', { kind: 'hang-before-headers' }, 1, 1],
  ['silence after the fact', { kind: 'hang-before-headers', effect: 'after' }, 1, 1],
  ['a reset', { kind: 'reset' }, 1, 1],
  ['a reset after the fact', { kind: 'reset', effect: 'after' }, 1, 1],
  ['a redirect 302', { kind: 'redirect', location: 'http://127.0.0.1:9/' }, 1, 1],
  ['a redirect 307', { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }, 1, 1],
];

/** Answers that complete the disconnect. */
const FINAL: [what: string, fault: Fault, outcome: 'confirmed' | 'gone'][] = [
  ['404', status(404), 'gone'],
  ['409', status(409), 'gone'],
  ['410', status(410), 'gone'],
  ['200 with HTML', { kind: 'garbage', effect: 'after' }, 'confirmed'],
  ['200 with an empty body', { kind: 'empty', effect: 'after' }, 'confirmed'],
  ['200 with truncated JSON', { kind: 'truncated-json', effect: 'after' }, 'confirmed'],
  ['200 with fields of other types', { kind: 'wrong-types', effect: 'after' }, 'confirmed'],
  ['200 with a gzip bomb', { ...GZIP_BOMB, effect: 'after' }, 'confirmed'],
  ['200 and silence after the headers', { kind: 'hang-after-headers' }, 'confirmed'],
  ['200 with one byte a second', { kind: 'trickle', bytesPerSecond: 1 }, 'confirmed'],
  ['200 and a reset in mid-body', { kind: 'reset-mid-body' }, 'confirmed'],
  ['200 with 100 MB', { kind: 'huge', bytes: 100_000_000 }, 'confirmed'],
];

/** Faults that outlast the deadline, with the number of requests that arrive; undefined for any number. */
const ENDLESS: [what: string, fault: Fault, requests: number | undefined][] = [
  ['500', status(500), undefined],
  ['403', status(403), undefined],
  ['silence', { kind: 'hang-before-headers' }, undefined],
  ['resets', { kind: 'reset' }, undefined],
  ['429 until a date in an hour', status(429, inAnHour()), 1],
  ['429 for ten years', status(429, 315_360_000), 1],
];

describe('a disconnect', () => {
  it.concurrent.each(RETRIED)('that meets %s is retried', async (_what, fault, requests, tokens) => {
    await using matrix = await MatrixWorld.start();
    const id = await matrix.api.opened();
    matrix.spoil(DISCONNECT, fault, requests);
    const { status: heard, body } = await matrix.api.end(id);
    expect({ heard, body }).toMatchObject({
      heard: 202,
      body: { state: 'terminating', endReason: 'requested', disconnect: 'pending' },
    });
    expect(await matrix.slotsInUse()).toBe(0);
    await until(async () => (await matrix.api.stateOf(id)) === 'terminated');
    expect(await matrix.session(id)).toMatchObject({ endReason: 'requested', disconnect: 'confirmed' });
    expect(matrix.arrivals).toEqual({ posts: 1, beats: 0, disconnects: requests + 1, tokens });
    expect(await matrix.disconnects).toEqual({ failed: 1, confirmed: 1 });
    expect(await matrix.audit(id)).toEqual(['SESSION_INITIALIZED', 'SESSION_TERMINATED confirmed']);
    expect(matrix.world.genesys.state.conversation(id)?.state).toBe('disconnected');
    await until(() => matrix.world.crm.eventsOf(id).length === 2);
  });

  it.concurrent.each<[string, Fault]>([
    ['with no hint', status(429)],
    ['with a senseless hint', status(429, 'soon')],
    ['with a negative hint', status(429, -5)],
  ])('that meets a 429 %s is retried when the client is open again', async (_what, fault) => {
    await using matrix = await MatrixWorld.start();
    const id = await matrix.api.opened();
    matrix.spoil(DISCONNECT, fault, 1);
    expect((await matrix.api.end(id)).status).toBe(202);
    await until(async () => (await matrix.api.stateOf(id)) === 'terminated');
    expect(await matrix.session(id)).toMatchObject({ disconnect: 'confirmed' });
    expect(matrix.arrivals).toEqual({ posts: 1, beats: 0, disconnects: 2, tokens: 1 });
    expect(await matrix.disconnects).toEqual({ failed: expect.any(Number), confirmed: 1 });
  });

  it.concurrent.each(FINAL)('that meets %s is complete', async (_what, fault, outcome) => {
    await using matrix = await MatrixWorld.startFor(fault);
    const id = await matrix.api.opened();
    matrix.spoil(DISCONNECT, fault);
    const { status: heard, body } = await matrix.api.end(id);
    expect({ heard, body }).toMatchObject({
      heard: 200,
      body: { state: 'terminated', disconnect: 'confirmed' },
    });
    expect(matrix.arrivals).toEqual({ posts: 1, beats: 0, disconnects: 1, tokens: 1 });
    expect(await matrix.disconnects).toEqual({ [outcome]: 1 });
    expect(await matrix.audit(id)).toEqual(['SESSION_INITIALIZED', 'SESSION_TERMINATED confirmed']);
  });

  it.concurrent.each(ENDLESS)(
    'that meets %s past its deadline is given up, and the session is final and unconfirmed',
    async (_what, fault, requests) => {
      await using matrix = await MatrixWorld.start({ SESSION_DISCONNECT_DEADLINE_MS: '8000' });
      const id = await matrix.api.opened();
      matrix.spoil(DISCONNECT, fault);
      expect((await matrix.api.end(id)).status).toBe(202);
      await until(async () => (await matrix.api.stateOf(id)) === 'terminated');
      expect(await matrix.session(id)).toMatchObject({ endReason: 'requested', disconnect: 'unconfirmed' });
      const { failed = 0, ...others } = await matrix.disconnects;
      expect({ failed: failed > 0, others }).toEqual({ failed: true, others: { unconfirmed: 1 } });
      expect(matrix.arrivals).toMatchObject({ beats: 0, disconnects: requests ?? failed + 1 });
      expect(await matrix.audit(id)).toEqual(['SESSION_INITIALIZED', 'SESSION_TERMINATED unconfirmed']);
    },
  );
});
