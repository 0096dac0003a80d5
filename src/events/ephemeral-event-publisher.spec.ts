import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { aConnectionState, aTyping } from './domain/ephemeral-event.builder';
import { FakeEventStreaming } from './event-streaming.fake';
import { EphemeralEventPublisher } from './ephemeral-event-publisher';

const LOST = (reason: string): string => `ephemeral_events_lost_total{reason="${reason}"}`;

let log: RecordingLog;
let world: FakeEventStreaming;
let publisher: EphemeralEventPublisher;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  world = new FakeEventStreaming();
  world.lease.isShared = true;
  publisher = new EphemeralEventPublisher(world.bus, world.lease, world.telemetry);
  publisher.onApplicationBootstrap();
});
afterEach(async () => {
  await publisher.onModuleDestroy();
  jest.useRealTimers();
});

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const published = (): unknown[] => world.bus.published.map(({ events }) => events);

describe(EphemeralEventPublisher.name, () => {
  it('writes what has come up in one batch every 250 ms, and nothing when nothing has', async () => {
    publisher.add(aTyping(1));
    publisher.add(aConnectionState('live'));
    await pass(249);
    expect(published()).toEqual([]);
    await pass(1);
    expect(published()).toEqual([[aTyping(1), aConnectionState('live')]]);

    await pass(1_000);
    publisher.add(aTyping(2));
    await pass(250);

    expect(published()).toEqual([[aTyping(1), aConnectionState('live')], [aTyping(2)]]);
  });

  it('keeps the last 1,000 and counts what it lets go of', async () => {
    for (let count = 1; count <= 1_003; count += 1) publisher.add(aTyping(count));
    await pass(250);

    expect(published()).toEqual([Array.from({ length: 1_000 }, (_, at) => aTyping(at + 4))]);
    expect(await world.metrics.sample(LOST('overflow'))).toBe(3);
  });

  it('drops a batch that cannot be written, counts it, throttles its log lines, and continues', async () => {
    world.bus.fails(new StorageUnavailableError());
    for (const durationMs of [1, 2]) {
      publisher.add(aTyping(durationMs));
      publisher.add(aConnectionState('reconnecting'));
      await pass(250);
    }
    world.bus.works();
    publisher.add(aTyping(3));
    await pass(250);

    expect(published()).toEqual([[aTyping(3)]]);
    expect(await world.metrics.sample(LOST('failed'))).toBe(4);
    expect(log.at('warn')).toEqual([expect.objectContaining({ count: 1 })]);
  });

  it('publishes nothing while the lease is in doubt', async () => {
    world.lease.isValid = false;
    publisher.add(aConnectionState('reconnecting'));
    await pass(250);
    world.lease.isValid = true;
    await pass(250);

    expect(published()).toEqual([]);
  });

  it('publishes the rest when the process stops, and nothing afterwards', async () => {
    publisher.add(aTyping(1));
    await publisher.onModuleDestroy();
    publisher.add(aTyping(2));
    await pass(1_000);

    expect([published(), jest.getTimerCount()]).toEqual([[[aTyping(1)]], 0]);
  });

  it('stops in order although the last batch cannot be written', async () => {
    world.bus.fails(new StorageUnavailableError());
    publisher.add(aTyping(1));
    await publisher.onModuleDestroy();

    expect(await world.metrics.sample(LOST('failed'))).toBe(1);
  });

  it('does not try once more at a stop what has just failed', async () => {
    world.bus.fails(new StorageUnavailableError());
    publisher.add(aTyping(1));
    await pass(250);
    world.bus.works();
    publisher.add(aTyping(2));
    await publisher.onModuleDestroy();

    expect(published()).toEqual([]);
  });

  it('keeps and writes nothing where nothing is shared', async () => {
    world.lease.isShared = false;
    const alone = new EphemeralEventPublisher(world.bus, world.lease, world.telemetry);
    await publisher.onModuleDestroy();
    alone.onApplicationBootstrap();
    alone.add(aTyping(1));
    await alone.onModuleDestroy();

    expect([published(), alone.isNeeded, jest.getTimerCount()]).toEqual([[], false, 0]);
  });
});
