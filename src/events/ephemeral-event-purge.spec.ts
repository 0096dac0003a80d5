import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { SystemClock } from '../common/time/system-clock';
import { aTyping } from './domain/ephemeral-event.builder';
import { FakeEventStreaming } from './event-streaming.fake';
import { EphemeralEventPurge } from './ephemeral-event-purge';

let log: RecordingLog;
let world: FakeEventStreaming;
let retention: EphemeralEventPurge;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  world = new FakeEventStreaming();
  world.lease.isShared = true;
  retention = new EphemeralEventPurge(world.bus, world.lease, new SystemClock(), world.telemetry);
});
afterEach(async () => {
  await retention.onModuleDestroy();
  jest.useRealTimers();
});

describe(EphemeralEventPurge.name, () => {
  it('leaves nothing that is older than a minute, a little at a time', async () => {
    for (let count = 0; count < 600; count += 1) await world.bus.publish([aTyping(count)]);
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(61_000);

    expect(world.bus.published).toEqual([]);
    expect(world.bus.purges.at(-1)).toEqual({ olderThanMs: 30_000, limit: 500 });
    expect(world.bus.purges).toHaveLength(3);
  });

  it('logs a storage failure', async () => {
    world.bus.fails(new StorageUnavailableError());
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(30_000);

    expect(log.at('warn')).toEqual([expect.objectContaining({ error: expect.any(Error) as Error })]);
  });

  it('has nothing to do where nothing is shared', async () => {
    world.lease.isShared = false;
    await retention.purge();

    expect(world.bus.purges).toEqual([]);
  });
});
