import { Caller } from '../../access/domain/caller';
import { RecordingLog } from '../../audit/recording-log.fake';
import { UpstreamServerError, UpstreamThrottledError } from '../../common/errors/upstream.errors';
import { FakeSessionPolicy } from '../ports/session-policy.fake';
import { SessionIdempotency } from './session-idempotency';
import { FakeIdempotencyClient } from './idempotency-client.fake';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const SUPPORT = { queueId: 'support' };

let services: FakeSessionServices;
let client: FakeIdempotencyClient;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  services = new FakeSessionServices({ SESSION_MAX_CONCURRENT: 2 });
  client = new FakeIdempotencyClient(services);
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(SessionIdempotency.name, () => {
  it('opens one session for all requests with one key, and answers each of them the same', async () => {
    const first = await client.open();
    await jest.advanceTimersByTimeAsync(DAY - 1);
    const later = await client.open();

    expect(first).toMatchObject({ from: 'opened', etag: '1' });
    expect(later).toEqual({ ...first, from: 'replayed' });
    expect(services.channel.called('open')).toHaveLength(1);
    expect([await client.results('opened'), await client.results('replayed')]).toEqual([1, 1]);
  });

  it('opens a session for every request without a key', async () => {
    const withoutKey = {
      answerOf: () => ({ location: '', etag: '', body: {} }),
      hungUp: new AbortController().signal,
    };
    await services.idempotency.open(SUPPORT, Caller.anonymous, withoutKey);
    await services.idempotency.open(SUPPORT, Caller.anonymous, withoutKey);

    expect(services.store.count).toBe(2);
    expect(services.store.keys.finds).toBe(0);
  });

  it('takes a key for a new one after a day, whether or not it was removed', async () => {
    const first = await client.open();
    await jest.advanceTimersByTimeAsync(DAY);

    expect(await client.open()).not.toMatchObject({ location: Reflect.get(first, 'location') as string });
    expect(services.store.count).toBe(2);
  });

  it('knows the keys of each caller apart', async () => {
    const callers = ['billing', 'support'].map((name) => new Caller(name, new Set()));

    const [one, other] = await Promise.all(callers.map((caller) => client.open({ caller })));

    expect([one, other]).toMatchObject([{ from: 'opened' }, { from: 'opened' }]);
    expect(services.store.count).toBe(2);
  });

  it('refuses a key that was used with another body, whatever its result', async () => {
    client.failUpstream(new UpstreamServerError(500));
    await client.open();

    expect(await client.open({ opening: { ...SUPPORT, name: 'Ada' } })).toMatchObject({
      code: 'idempotency-key-reused',
      kind: 'unprocessable',
    });
    expect(await client.results('reused')).toBe(1);
  });

  it('refuses a text that is no key before it does anything', async () => {
    expect(await client.open({ key: 'a b' })).toMatchObject({ code: 'idempotency-key-invalid' });
    expect(services.store.calls).toEqual([]);
    expect(await client.results('invalid')).toBe(1);
  });

  it('answers from what it keeps when no session could be opened, and asks no policy', async () => {
    const policy = new FakeSessionPolicy();
    services.policies.add(policy);
    const first = await client.open();
    await client.open({ key: 'key-2' });
    expect(await client.open({ key: 'key-3' })).toMatchObject({ code: 'session-limit-reached' });
    services.drain.begin();

    expect(await client.open()).toEqual({ ...first, from: 'replayed' });
    expect(policy.asked).toHaveLength(3);
  });

  describe('of many requests at once', () => {
    it('lets one open, and gives the others its answer', async () => {
      const answer = client.letUpstreamWait();
      const all = client.openMany(100);
      await jest.advanceTimersByTimeAsync(1_900);
      answer();

      const [first, ...others] = await all;
      expect(first).toMatchObject({ from: 'opened' });
      expect(others).toEqual(others.map(() => ({ ...first, from: 'replayed' })));
      expect(services.channel.called('open')).toHaveLength(1);
      expect(services.store.keys.finds).toBe(1);
    });

    it('lets the others wait for two seconds, and then come again', async () => {
      const answer = client.letUpstreamWait();
      const first = client.open();
      const other = client.open();
      await jest.advanceTimersByTimeAsync(2_000);

      expect(await other).toMatchObject({ code: 'request-in-progress', retryAfterMs: 1_000 });
      expect(await client.results('in-progress')).toBe(1);
      answer();
      expect(await first).toMatchObject({ from: 'opened' });
      expect(await client.open()).toMatchObject({ from: 'replayed' });
    });

    it('ends the wait of a caller that has hung up, and continues the opening', async () => {
      const answer = client.letUpstreamWait();
      const controller = new AbortController();
      const first = client.open({ hungUp: controller.signal });
      const other = client.open({ hungUp: controller.signal });
      await jest.advanceTimersByTimeAsync(100);
      controller.abort();

      expect(await other).toMatchObject({ code: 'request-in-progress' });
      answer();
      expect(await first).toMatchObject({ from: 'opened' });
    });

    it('refuses the one with another body at once when the first is under way', async () => {
      const answer = client.letUpstreamWait();
      const first = client.open();
      await jest.advanceTimersByTimeAsync(10);

      expect(await client.open({ opening: { queueId: 'sales' } })).toMatchObject({
        code: 'idempotency-key-reused',
      });
      answer();
      expect(await first).toMatchObject({ from: 'opened' });
    });

    it('lets two with different bodies that have seen nothing of each other open one session', async () => {
      const both = await Promise.all([client.open(), client.open({ opening: { queueId: 'sales' } })]);

      expect(both).toMatchObject([{ from: 'opened' }, { code: 'idempotency-key-reused' }]);
      expect(services.store.count).toBe(1);
    });

    it.each([
      ['is kept, and says that it is repeated', new UpstreamServerError(500), true],
      ['is not kept, and does not say so', new UpstreamThrottledError(1_000), false],
    ])('tells all of them of one failure that %s', async (_, error, isReplayed) => {
      client.failUpstream(error);
      const [first, ...others] = await client.openMany(10);

      expect(first).toMatchObject({ code: error.code, isReplayed: false });
      expect(others).toEqual(
        others.map(() => expect.objectContaining({ code: error.code, isReplayed }) as object),
      );
      expect(services.channel.called('open')).toHaveLength(1);
    });
  });
});
