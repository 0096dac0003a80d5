import { RequestContext } from '../common/logging/request-context';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { DeliveryFailedError } from './domain/delivery.errors';
import { SinkNotFoundError } from './domain/sync.errors';
import { OutboxRelay } from './outbox.relay';
import { CommitSignal } from '../common/commit-signal';
import { FakeSinkStore } from './ports/sink.store.fake';
import { never, takes } from './sink-answers.fake';
import { SinksService } from './sinks.service';
import { FakeSyncServices } from './sync-services.fake';

const NOW = 1_800_000_000_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let services: FakeSyncServices;
let store: FakeSinkStore;
let resumed: jest.SpyInstance;
let service: SinksService;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  services = new FakeSyncServices();
  store = new FakeSinkStore();
  const access = new AccessConfig(Object.assign(new Environment(), { ACCESS_MODE: 'jwt' }));
  const relay = new OutboxRelay(services.sinks, services.relays, new CommitSignal());
  resumed = jest.spyOn(relay, 'resumed');
  service = new SinksService(services.sinks, store, services.clock, relay, access);
});
afterEach(() => {
  jest.useRealTimers();
});

/** The outcome of a test that ends within this time. */
async function test(ms = 0): Promise<unknown> {
  const attempt = service.test('crm');
  await jest.advanceTimersByTimeAsync(ms);
  return attempt;
}

describe(SinksService.name, () => {
  it('pauses a sink as the operator that asks, once', async () => {
    await service.pause('crm');
    await jest.advanceTimersByTimeAsync(1_000);
    await service.pause('crm');

    expect(store.states.get('crm')).toEqual({ paused: { at: NOW, reason: 'operator' } });
    expect(resumed).not.toHaveBeenCalled();
  });

  it('resumes a sink and tells its relay, so that what has waited is delivered at once', async () => {
    await store.pause('crm', NOW, 'receiver-gone');

    await service.resume('crm');

    expect(store.states.size).toBe(0);
    expect(store.resumed).toEqual([{ sink: 'crm', at: NOW }]);
    expect(resumed.mock.calls).toEqual([['crm']]);
  });

  it('notifies no relay when the sink could not be resumed', async () => {
    store.failure = new Error('away');

    await expect(service.resume('crm')).rejects.toThrow('away');
    expect(resumed).not.toHaveBeenCalled();
  });

  describe('a test', () => {
    it('hands over an event of no session, under ids of its own', async () => {
      services.sink.next(takes(40));

      expect(await test(40)).toStrictEqual({ at: NOW + 40, latencyMs: 40 });
      expect(store.tests).toEqual([{ sink: 'crm', attempt: { at: NOW + 40, latencyMs: 40 } }]);
      await test();

      const events = services.sink.handed.map(({ event }) => event);
      expect(events[0]).toEqual({
        id: expect.stringMatching(UUID),
        conversationId: expect.stringMatching(UUID),
        sequence: 1,
        state: 'test',
        occurredAt: NOW,
        metadata: {},
      });
      expect(new Set(events.flatMap(({ id, conversationId }) => [id, conversationId])).size).toBe(4);
    });

    it('goes beside the queue, also to a sink that is paused', async () => {
      await service.pause('crm');
      services.outbox.paused.add('crm');

      await test();

      expect(services.sink.handed).toHaveLength(1);
      expect(services.outbox.calls).toEqual([]);
    });

    it('tells why the event was not accepted, and by which status', async () => {
      services.sink.next(() => Promise.reject(new DeliveryFailedError('status 503', { status: 503 })));

      expect(await test()).toStrictEqual({ at: NOW, latencyMs: 0, error: 'status 503', status: 503 });
    });

    it('tells no more than the name of an error that is not ours', async () => {
      services.sink.next(() => Promise.reject(new TypeError('secret')));

      expect(await test()).toStrictEqual({ at: NOW, latencyMs: 0, error: 'TypeError' });
    });

    it('leaves another caller served when the tests of one fill its share, and ends with its place', async () => {
      services.sink.next(never, never, takes(0));
      const testAs = (caller: string): Promise<unknown> =>
        RequestContext.run('request', () => {
          RequestContext.actAs(caller);
          return service.test('crm');
        });
      const unanswered = [testAs('greedy'), testAs('greedy')];

      await expect(testAs('greedy')).rejects.toMatchObject({ code: 'too-many-in-flight', reason: 'caller' });
      const [other] = await Promise.all([testAs('other'), jest.advanceTimersByTimeAsync(0)]);
      expect(other).toMatchObject({ latencyMs: 0 });
      await jest.advanceTimersByTimeAsync(15_000);
      await Promise.all(unanswered);
      await expect(testAs('greedy')).resolves.toMatchObject({ latencyMs: 0 });
    });

    it('waits for fifteen seconds', async () => {
      services.sink.next(never);

      expect(await test(15_000)).toStrictEqual({
        at: NOW + 15_000,
        latencyMs: 15_000,
        error: 'no answer in time',
      });
    });

    it('pauses no receiver that is gone and throttles none: it only asks', async () => {
      services.sink.next(() =>
        Promise.reject(
          new DeliveryFailedError('status 410', { status: 410, isReceiverGone: true, retryAfterMs: 5_000 }),
        ),
      );
      await test();

      expect(store.states.size).toBe(0);
      expect(services.outbox.calls).toEqual([]);
    });
  });

  it.each(['pause', 'resume', 'test'] as const)('can %s no sink that is not there', async (act) => {
    await expect(service[act]('nobody')).rejects.toThrow(SinkNotFoundError);

    expect(store.states.size).toBe(0);
    expect(resumed).not.toHaveBeenCalled();
  });
});
