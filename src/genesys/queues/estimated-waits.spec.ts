import { UpstreamForbiddenError, UpstreamServerError } from '../../common/errors/upstream.errors';
import { Drain } from '../../common/lifecycle/drain';
import { SettableClock } from '../../common/time/settable-clock.fake';
import { anAnswer } from '../transport/genesys-http-client.fake';
import { OpenMessagingWorld } from '../open-messaging/open-messaging-world.fake';
import { EstimatedWaits } from './estimated-waits';
import { QueueNotFoundError } from './queue.errors';

const estimate = (seconds?: unknown): ReturnType<typeof anAnswer> =>
  anAnswer(200, { results: [{ intent: 'ALL', formula: 'BEST', estimatedWaitTimeSeconds: seconds }] });

describe(EstimatedWaits.name, () => {
  let world: OpenMessagingWorld;
  let waits: EstimatedWaits;

  beforeEach(() => {
    jest.useFakeTimers();
    world = new OpenMessagingWorld();
    const { api, pool, genesys } = world;
    waits = new EstimatedWaits(api, pool, genesys, new SettableClock(), new Drain());
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('asks once for each queue in half a minute, also for callers at once', async () => {
    world.http.next(estimate(45), estimate(7), estimate(50));
    const together = await Promise.all([waits.of('queue-1'), waits.of('queue-1')]);
    const other = await waits.of('queue-2');
    const kept = await waits.of('queue-1');
    jest.advanceTimersByTime(30_000);
    const later = await waits.of('queue-1');

    expect(together.map((wait) => wait.estimatedWaitTimeSeconds)).toEqual([45, 45]);
    expect([other, kept, later].map((wait) => wait.estimatedWaitTimeSeconds)).toEqual([7, 45, 50]);
    expect(world.http.requests[0]?.url).toBe(
      'http://api.test/api/v2/routing/queues/queue-1/mediatypes/message/estimatedwaittime',
    );
  });

  it.each([
    ['without a number', estimate()],
    ['with another type', estimate('soon')],
    ['without results', anAnswer(200, {})],
  ])('has no estimate for an answer %s', async (_case, answer) => {
    world.http.next(answer);

    expect(await waits.of('queue-1')).toMatchObject({ queueId: 'queue-1', estimatedWaitTimeSeconds: null });
  });

  it.each([
    [403, UpstreamForbiddenError],
    [500, UpstreamServerError],
  ])('fails with %d, and asks again the next time', async (status, error) => {
    world.http.next(anAnswer(status), estimate(45));

    await expect(waits.of('queue-1')).rejects.toThrow(error);
    expect((await waits.of('queue-1')).estimatedWaitTimeSeconds).toBe(45);
  });

  it('asks once in half a minute about an id that no queue has', async () => {
    world.http.next(anAnswer(404));

    await expect(waits.of('queue-1')).rejects.toThrow(QueueNotFoundError);
    await expect(waits.of('queue-1')).rejects.toThrow(QueueNotFoundError);
    expect(world.http.requests).toHaveLength(1);
  });

  it.each(['', 'a/b', 'ü', 'x'.repeat(65)])('asks nothing about what is no id: %j', async (id) => {
    await expect(waits.of(id)).rejects.toThrow(QueueNotFoundError);
    expect(world.http.requests).toEqual([]);
  });
});
