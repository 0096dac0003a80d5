import { RecordingLog } from '../../audit/recording-log.fake';
import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamThrottledError } from '../../common/errors/upstream.errors';
import { PriorityRequestQueue } from './priority-request-queue';
import type { Priority } from './priority';
import { RateBudget } from './rate-budget';

const ALLOWED = 300;
const WINDOW_MS = 60_000;

let buckets: FakeSharedTokenBucketStore;
let sent: number[];

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  buckets = new FakeSharedTokenBucketStore();
  buckets.answersInMs = 4;
  sent = [];
});
afterEach(() => {
  jest.useRealTimers();
});

/** The client as one process sees it. */
function aReplica(): { budget: RateBudget; queue: PriorityRequestQueue } {
  const budget = RateBudget.shared(buckets, 'client', ALLOWED, WINDOW_MS);
  return { budget, queue: new PriorityRequestQueue(budget) };
}

function send(queue: PriorityRequestQueue, priority: Priority, patienceMs = 8_000): Promise<unknown> {
  return queue.acquire(priority, patienceMs, new AbortController().signal).then(
    () => {
      sent.push(performance.now());
      queue.release(undefined);
      return 'passed';
    },
    (error: unknown) => error,
  );
}

/** The most that fell into one window, wherever it begins. */
function mostInAWindow(): number {
  return Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + WINDOW_MS).length));
}

describe(`${RateBudget.name} that replicas share`, () => {
  it.each([1, 3])(
    'lets %i greedy processes send nearly all that is allowed, and no more in any window',
    async (count) => {
      const replicas = Array.from({ length: count }, aReplica);
      const demand = replicas.map(({ queue }, at) =>
        setInterval(() => {
          void send(queue, at === 1 ? 'open' : 'beat');
          void send(queue, 'disconnect');
        }, 150),
      );
      await jest.advanceTimersByTimeAsync(4 * WINDOW_MS);
      demand.forEach(clearInterval);

      expect(mostInAWindow()).toBeLessThanOrEqual(ALLOWED);
      expect(sent.length).toBeGreaterThan(4 * 0.9 * ALLOWED);
    },
  );

  it('asks less often the more is sent', async () => {
    const { queue } = aReplica();
    const demand = setInterval(() => void send(queue, 'beat'), 250);
    await jest.advanceTimersByTimeAsync(WINDOW_MS);
    clearInterval(demand);

    expect(sent.length).toBeGreaterThan(230);
    expect(buckets.takes.length).toBeLessThan(sent.length / 2);
  });

  it('holds nothing up for longer than one answer while there is enough', async () => {
    const { queue } = aReplica();
    const outcome = send(queue, 'beat');
    await jest.advanceTimersByTimeAsync(4);
    await expect(outcome).resolves.toBe('passed');
    expect(sent).toHaveLength(1);
  });

  it('keeps for the urgent what another process would send as beats', async () => {
    const [one, other] = [aReplica(), aReplica()];
    for (let count = 0; count < 40; count += 1) void send(one.queue, 'beat');
    await jest.advanceTimersByTimeAsync(100);
    sent = [];

    void send(other.queue, 'disconnect');
    void send(other.queue, 'open');
    await jest.advanceTimersByTimeAsync(12);

    expect(sent).toHaveLength(2);
  });

  it('sends nothing anywhere while a 429 that one process met has closed the client', async () => {
    const [one, other] = [aReplica(), aReplica()];
    one.queue.close(30_000);
    const opening = send(other.queue, 'open', 40_000);
    await jest.advanceTimersByTimeAsync(10);
    expect(other.budget.status.closedForMs).toBeGreaterThan(29_000);

    await expect(send(other.queue, 'beat')).resolves.toMatchObject({ code: 'upstream-throttled' });
    await jest.advanceTimersByTimeAsync(29_900);
    expect(sent).toEqual([]);
    await jest.advanceTimersByTimeAsync(500);
    await expect(opening).resolves.toBe('passed');
  });

  describe('while the database cannot be asked', () => {
    function every(ms: number, replicas: readonly { queue: PriorityRequestQueue }[]): () => void {
      const demand = replicas.map(({ queue }) => setInterval(() => void send(queue, 'beat', 5_000), ms));
      return () => {
        demand.forEach(clearInterval);
      };
    }

    it('sends no more than the tokens at hand', async () => {
      const stop = every(1_000, [aReplica(), aReplica(), aReplica()]);
      await jest.advanceTimersByTimeAsync(60_000);
      buckets.isDown = true;
      await jest.advanceTimersByTimeAsync(2_000);
      const sentBefore = sent.length;
      await jest.advanceTimersByTimeAsync(20_000);
      stop();

      expect(sent).toHaveLength(sentBefore);
    });

    it('blames the database for a disconnect that waits for an answer in vain', async () => {
      const { queue } = aReplica();
      buckets.answersInMs = 30_000;
      const disconnect = send(queue, 'disconnect', 2_000);
      await jest.advanceTimersByTimeAsync(2_000);

      await expect(disconnect).resolves.toBeInstanceOf(StorageUnavailableError);
    });

    it.each([2_000, 5_000, 12_000])(
      'never sends more than is allowed in any window, with outages of %d ms now and then',
      async (downMs) => {
        const stop = every(300, [aReplica(), aReplica(), aReplica()]);
        for (let outage = 0; outage < 8; outage += 1) {
          await jest.advanceTimersByTimeAsync(17_000);
          buckets.isDown = true;
          await jest.advanceTimersByTimeAsync(downMs);
          buckets.isDown = false;
        }
        stop();

        expect(mostInAWindow()).toBeLessThanOrEqual(ALLOWED);
      },
    );

    it('blames the database for an opening that waits in vain, and serves again as soon as it can be asked', async () => {
      const { queue } = aReplica();
      for (let count = 0; count < 6; count += 1) void send(queue, 'beat');
      await jest.advanceTimersByTimeAsync(20);
      buckets.isDown = true;
      await jest.advanceTimersByTimeAsync(60_000);
      const [opening, beat] = [send(queue, 'open', 2_000), send(queue, 'beat', 2_000)];
      await jest.advanceTimersByTimeAsync(2_000);
      await expect(opening).resolves.toBeInstanceOf(StorageUnavailableError);
      await expect(beat).resolves.toBeInstanceOf(UpstreamThrottledError);

      const patient = send(queue, 'open', 2_000);
      buckets.isDown = false;
      await jest.advanceTimersByTimeAsync(600);
      await expect(patient).resolves.toBe('passed');
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('does not send away a burst that fits while the first of them asks', async () => {
    const { queue } = aReplica();
    const burst = Array.from({ length: 10 }, () => send(queue, 'open', 500));
    await jest.advanceTimersByTimeAsync(100);

    expect(await Promise.all(burst)).toEqual(burst.map(() => 'passed'));
  });

  it('follows the allowance that the platform reports', async () => {
    const { budget, queue } = aReplica();
    const full = budget.ratePerMs;
    queue.release({ allowed: 150, count: undefined, resetMs: undefined });
    expect(budget.ratePerMs).toBeCloseTo(full / 2);
    for (let count = 0; count < 30; count += 1) void send(queue, 'disconnect');
    await jest.advanceTimersByTimeAsync(50);
    expect(sent).toHaveLength(7);
  });
});
