import type { AttemptResponse } from '../../../src/sync/dto/delivery.response';
import type { SinkCondition } from '../../../src/sync/sinks.queries';
import type { Fault } from '../../../src/simulator/fault';
import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import { DeliveriesApi } from '../../support/deliveries-api';
import { LogCapture } from '../../support/log-capture';
import { until } from '../../support/until';

const FIRST_RETRY_MS = 60_000;
const JITTER = 0.2;
const GIGABYTE = 1_000_000_000;
const HOUR_MS = 3_600_000;
const TEN_YEARS_S = 315_360_000;
/** Text that is longer than the limit for reading an answer. */
const LONG = 'x'.repeat(100_000);

interface Outcome {
  readonly condition?: SinkCondition;
  /** The pause that the receiver requested. */
  readonly throttledMs?: number;
}

/** `answered` is the status in the attempt's history, or the reason for its absence. */
type Row = [what: string, fault: () => Fault, answered: number | 'no connection', then?: Outcome];

function status(code: number, retryAfter?: string | number, body?: string): () => Fault {
  return () => ({
    kind: 'status',
    status: code,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(body === undefined ? {} : { body }),
  });
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + 1000 * seconds).toUTCString();
}

function throttled(seconds: number): Outcome {
  return { condition: 'throttled', throttledMs: 1000 * seconds };
}

const REFUSED: Row[] = [
  ['500', status(500), 500],
  ['400', status(400), 400],
  ['401', status(401), 401],
  ['404', status(404), 404],
  ['413', status(413), 413],
  ['422', status(422), 422],
  ['429 without a Retry-After', status(429), 429],
  ['429 and asks for 7 seconds', status(429, 7), 429, throttled(7)],
  ['429 and names a date', () => status(429, inSeconds(90))(), 429, throttled(90)],
  ['429 and names a date that is over', () => status(429, inSeconds(-90))(), 429],
  ['429 with garbage for a Retry-After', status(429, 'soon'), 429],
  ['429 with a negative Retry-After', status(429, -5), 429],
  ['429 with a Retry-After of no time', status(429, 0), 429],
  ['429 and asks for ten years', status(429, TEN_YEARS_S), 429, throttled(HOUR_MS / 1000)],
  ['429 and names a date in ten years', () => status(429, inSeconds(TEN_YEARS_S))(), 429, throttled(3600)],
  ['429 with a number beyond all bounds', status(429, '9'.repeat(400)), 429, throttled(3600)],
  ['503 without a Retry-After', status(503), 503],
  ['503 and asks for 120 seconds', status(503, 120), 503, throttled(120)],
  ['503, asks for 120 seconds and talks on and on', status(503, 120, LONG), 503, throttled(120)],
  ['500 with a Retry-After, which is for others', status(500, 120), 500],
  ['410', status(410), 410, { condition: 'paused' }],
  ['410 and talks on and on', status(410, undefined, LONG), 410, { condition: 'paused' }],
  ['500 with a gigabyte', () => ({ kind: 'huge', bytes: GIGABYTE, status: 500 }), 500],
  ['500 with a gzip bomb', () => ({ kind: 'gzip-bomb', bytes: GIGABYTE, status: 500 }), 500],
  ['with a reset', () => ({ kind: 'reset' }), 'no connection'],
  ['with a reset after it has worked', () => ({ kind: 'reset', effect: 'after' }), 'no connection'],
  ['by hanging up', () => ({ kind: 'hang-up' }), 'no connection'],
  ['with something that is no HTTP', () => ({ kind: 'not-http' }), 'no connection'],
];

const ACCEPTED: [what: string, fault: Fault][] = [
  ['200 after a second', { kind: 'delay', ms: 1_000 }],
  ['200 with a gigabyte', { kind: 'huge', bytes: GIGABYTE }],
  ['200 with a gzip bomb', { kind: 'gzip-bomb', bytes: GIGABYTE }],
  ['200 with HTML', { kind: 'garbage' }],
  ['200 with nothing', { kind: 'empty' }],
  ['200 with half a JSON document', { kind: 'truncated-json' }],
  ['200 and resets in the middle of the body', { kind: 'reset-mid-body' }],
  ['200 and nothing after the headers', { kind: 'hang-after-headers' }],
  ['200 and one byte a second', { kind: 'trickle', bytesPerSecond: 1 }],
  ['204', { kind: 'status', status: 204, body: '' }],
  ['299', { kind: 'status', status: 299 }],
  ['200 and asks to be left alone', { kind: 'status', status: 200, retryAfter: 120 }],
];

describe('a receiver that answers', () => {
  let world: World;
  let api: ApiClient;
  let deliveries: DeliveriesApi;

  beforeAll(async () => {
    const environment = { SYNC_FIRST_RETRY_MS: String(FIRST_RETRY_MS), LOG_LEVEL: 'error' };
    world = await World.start({ environment, logOutput: new LogCapture() });
    api = new ApiClient(world.url);
    deliveries = new DeliveriesApi(world.url);
  });

  beforeEach(() => {
    world.crm.reset();
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  async function attemptedOnce(conversationId: string): Promise<AttemptResponse> {
    await until(async () => (await deliveries.historyOf(conversationId)).attempts.length === 1);
    const [attempt] = (await deliveries.historyOf(conversationId)).attempts;
    if (attempt === undefined) throw new Error('There was no attempt');
    return attempt;
  }

  /** Checks that the retry is on schedule: the whole wait after the attempt, jitter included. */
  async function expectPostponed(conversationId: string, attempt: AttemptResponse): Promise<void> {
    const { status: state, failures, nextAttemptAt = '' } = await deliveries.historyOf(conversationId);
    expect({ state, failures }).toEqual({ state: 'pending', failures: 1 });
    const waitMs = Date.parse(nextAttemptAt) - Date.parse(attempt.at);
    expect(waitMs).toBeGreaterThanOrEqual((1 - JITTER) * FIRST_RETRY_MS);
    expect(waitMs).toBeLessThanOrEqual((1 + JITTER) * FIRST_RETRY_MS);
  }

  async function expectSink(
    attempt: AttemptResponse,
    { condition = 'healthy', throttledMs }: Outcome,
  ): Promise<void> {
    const sink = await deliveries.sink();
    expect(sink).toMatchObject({ condition, pending: 1, blockedConversations: 1, dead: 0 });
    if (condition === 'paused') expect(sink.pauseReason).toBe('receiver-gone');
    if (throttledMs === undefined) return;
    const askedMs = Date.parse(sink.retryAfter ?? '') - Date.parse(attempt.at);
    // A date has whole seconds, and was made before the attempt.
    expect(askedMs).toBeGreaterThan(throttledMs - 3_000);
    expect(askedMs).toBeLessThanOrEqual(throttledMs);
  }

  /**
   * Checks that, after an operator has resumed the sink, the same event is delivered under the same id and before its
   * successors.
   */
  async function expectDeliveredOnceWell(conversationId: string): Promise<void> {
    world.crm.faults.clear();
    await api.end(conversationId);
    await deliveries.resume();
    await until(async () => (await deliveries.historyOf(conversationId, 2)).status === 'delivered');
    const requests = world.crm.requests.find({ conversationId });
    const [first, second, third] = requests;
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(third?.body).toMatchObject({ sequence: 2 });
    expect(requests).toHaveLength(3);
    expect(await deliveries.sink()).toMatchObject({ condition: 'healthy', pending: 0 });
  }

  it.each(REFUSED)('%s gets the event again later', async (_what, fault, answered, then = {}) => {
    world.crm.faults.add({ fault: fault(), times: 1 });
    const conversationId = await api.opened();

    const attempt = await attemptedOnce(conversationId);

    const error = typeof answered === 'number' ? `status ${answered}` : answered;
    expect(attempt).toMatchObject({ result: 'failed', error });
    expect(attempt.status).toBe(typeof answered === 'number' ? answered : undefined);
    // The service does not read a gigabyte.
    expect(attempt.latencyMs).toBeLessThan(14_000);
    await expectPostponed(conversationId, attempt);
    await expectSink(attempt, then);
    expect(world.crm.requests.total).toBe(1);
    await expectDeliveredOnceWell(conversationId);
  });

  it.each(ACCEPTED)('%s has accepted the event', async (_what, fault) => {
    world.crm.faults.add({ fault, times: 1 });
    const conversationId = await api.opened();

    const attempt = await attemptedOnce(conversationId);

    expect(attempt).toEqual({ at: expect.any(String), result: 'accepted', latencyMs: expect.any(Number) });
    expect(attempt.latencyMs).toBeGreaterThanOrEqual(fault.kind === 'delay' ? fault.ms - 5 : 0);
    expect(attempt.latencyMs).toBeLessThan(14_000);
    expect(await deliveries.sink()).toMatchObject({ condition: 'healthy', pending: 0 });
    expect(world.crm.requests.total).toBe(1);
  });

  it.each([301, 302, 307, 308])('%d causes no redirect', async (code) => {
    const location = `${world.crm.origin}/elsewhere`;
    world.crm.faults.add({ fault: { kind: 'redirect', location, status: code }, times: 1 });
    const conversationId = await api.opened();

    const attempt = await attemptedOnce(conversationId);

    expect(attempt).toMatchObject({ result: 'failed', status: code, error: `status ${code}` });
    await expectPostponed(conversationId, attempt);
    await expectDeliveredOnceWell(conversationId);
    expect(world.crm.requests.count({ path: '/elsewhere' })).toBe(0);
  });

  it.each([
    ['throttled', 429, 120],
    ['paused', 410, undefined],
  ] as const)(
    'that its sink is to be %s gets no events until an operator resumes it',
    async (condition, code, wait) => {
      world.crm.faults.add({ fault: status(code, wait)(), times: 1 });
      await attemptedOnce(await api.opened());
      const others = [await api.opened(), await api.opened()];
      await api.end(others[0] ?? '');

      expect(await deliveries.sink()).toMatchObject({ condition, pending: 4 });
      expect(world.crm.requests.total).toBe(1);
      await deliveries.resume();

      await until(async () => (await deliveries.sink()).pending === 0);
      expect(world.crm.requests.total).toBe(5);
    },
  );
});
