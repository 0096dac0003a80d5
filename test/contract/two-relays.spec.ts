import { FakeLease } from '../../src/replica/ports/lease.fake';
import { setTimeout as delay } from 'node:timers/promises';
import { SystemClock } from '../../src/common/time/system-clock';
import type { SyncConfig } from '../../src/config/sync.config';
import { FigureRecorder } from '../../src/metrics/figure-recorder';
import { ReadableMetrics } from '../../src/metrics/readable-metrics.fake';
import type { SessionEvent } from '../../src/session/domain/session-event';
import { DeliveryFailedError } from '../../src/sync/domain/delivery.errors';
import { EventSink } from '../../src/sync/ports/event-sink';
import { EventSinks } from '../../src/sync/ports/event-sinks';
import { SinkRelayFactory } from '../../src/sync/sink-relay-factory';
import { SinkRelay } from '../../src/sync/sink-relay';
import { SyncTelemetry } from '../../src/sync/sync.telemetry';
import { writeBacklog } from '../../bench/support/backlog';
import { createStorage, TestStores, type TestStorage } from '../support/persistence-harness';
import { SeededRandom } from '../support/seeded-random';
import { until } from '../support/until';

const LANES = 300;
const EVENTS_PER_LANE = 3;
const FAILURE_SHARE = 0.15;
const DAY_MS = 86_400_000;

/** Shortened times, so that a failed delivery is retried within the test. */
const CONFIG: SyncConfig = {
  includesMessages: false,
  firstRetryMs: 20,
  probeIntervalMs: 20,
  maxPerSecond: 100_000,
  keepDeliveredMs: DAY_MS,
  keepDeadMs: DAY_MS,
};

interface Handing {
  readonly event: SessionEvent;
  readonly by: string;
  isAccepted: boolean;
}

/** The receiver behind both relays' sinks: it takes time, refuses at random and detects overlapping deliveries. */
class Receiver {
  readonly handed: Handing[] = [];
  readonly overlaps: string[] = [];
  private readonly inHand = new Map<string, string>();

  constructor(private readonly random: SeededRandom) {}

  async take(event: SessionEvent, by: string): Promise<void> {
    const { conversationId, sequence } = event;
    const other = this.inHand.get(conversationId);
    if (other !== undefined) this.overlaps.push(`${other} and ${by} ${sequence}`);
    this.inHand.set(conversationId, `${by} ${sequence}`);
    const handing = { event, by, isAccepted: false };
    this.handed.push(handing);
    await delay(this.random.between(0, 5));
    this.inHand.delete(conversationId);
    if (this.random.next() < FAILURE_SHARE) throw new DeliveryFailedError('status 503', { status: 503 });
    handing.isAccepted = true;
  }

  lanes(): Handing[][] {
    const lanes = new Map<string, Handing[]>();
    for (const handing of this.handed) {
      const { conversationId } = handing.event;
      lanes.set(conversationId, [...(lanes.get(conversationId) ?? []), handing]);
    }
    return [...lanes.values()];
  }
}

/** Counts the storage's failures: accepted events are then repeated. */
class CountingTelemetry extends SyncTelemetry {
  failures = 0;

  override operationFailed(): void {
    this.failures += 1;
  }
}

class SharedSink extends EventSink {
  readonly name = 'crm';

  constructor(
    private readonly receiver: Receiver,
    private readonly relay: string,
  ) {
    super();
  }

  deliver(event: SessionEvent): Promise<void> {
    return this.receiver.take(event, this.relay);
  }
}

describe(`two of ${SinkRelay.name} on one PostgreSQL`, () => {
  const random = new SeededRandom();
  let storage: TestStorage;
  let first: TestStores;
  let second: TestStores;
  let onlooker: TestStores;
  let telemetries: CountingTelemetry[];
  let receiver: Receiver;
  let relays: SinkRelay[];

  beforeEach(async () => {
    storage = await createStorage('postgres');
    first = await TestStores.open(storage.config);
    second = TestStores.beside(storage.config);
    onlooker = TestStores.beside(storage.config);
    telemetries = [];
    receiver = new Receiver(random);
    relays = [relayOver(first, 'first'), relayOver(second, 'second')];
    const { db } = first.connection;
    const shape = { lanes: LANES, eventsPerLane: EVENTS_PER_LANE, from: Date.now() - DAY_MS };
    await writeBacklog(db, 'postgres', shape);
  });

  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop(0)));
    await onlooker.close();
    await second.close();
    await first.close();
    await storage.remove();
  });

  const relayOver = ({ outbox, poison }: TestStores, name: string): SinkRelay => {
    const sink = new SharedSink(receiver, name);
    const clock = new SystemClock();
    const telemetry = new CountingTelemetry(
      new ReadableMetrics(),
      outbox,
      new EventSinks([sink]),
      poison,
      clock,
      new FigureRecorder(),
    );
    telemetries.push(telemetry);
    return new SinkRelayFactory(
      outbox,
      clock,
      telemetry,
      CONFIG,
      Object.assign(new FakeLease(), { holder: name }),
    ).create(sink);
  };
  const untilDelivered = () =>
    until(async () => (await onlooker.outbox.backlog('crm')).pending === 0, 60_000);

  it('share the work, keep every lane in order and never deliver one lane concurrently', () =>
    random.explain(async () => {
      for (const relay of relays) relay.start();
      await untilDelivered();

      expect(receiver.overlaps).toEqual([]);
      expect(new Set(receiver.handed.map(({ by }) => by))).toEqual(new Set(['first', 'second']));
      const lanes = receiver.lanes();
      expect(lanes).toHaveLength(LANES);
      const steps = lanes.flatMap((lane) => lane.map(stepOf));
      expect(steps.filter((step) => !['begins', 'goes on', 'comes again'].includes(step))).toEqual([]);
      const again = steps.filter((step) => step === 'comes again').length;
      expect(again).toBeLessThanOrEqual(telemetries.reduce((sum, { failures }) => sum + failures, 0));
      await expect(onlooker.summary.totals()).resolves.toMatchObject({
        deliveries: LANES * EVENTS_PER_LANE,
      });
    }));

  it('never deliver one lane concurrently during a replay of everything', () =>
    random.explain(async () => {
      for (const relay of relays) relay.start();
      for (let replays = 0; replays < 15; replays += 1) {
        await onlooker.ledger.replay({ from: 0 }, Date.now());
        await delay(random.between(0, 100));
      }
      await untilDelivered();

      expect(receiver.overlaps).toEqual([]);
      await expect(onlooker.ledger.list({ status: 'delivered', limit: 1_000 })).resolves.toHaveLength(
        LANES * EVENTS_PER_LANE,
      );
    }));

  it("take over each other's remaining deliveries", async () => {
    relays[0]?.start();
    await until(() => receiver.handed.length > 100);
    await relays[0]?.stop(0);
    relays[1]?.start();
    await untilDelivered();
    expect(receiver.overlaps).toEqual([]);
  });
});

/** Checks a lane's order: a failure is followed by the same event, a success by the next one. */
function stepOf({ event }: Handing, index: number, lane: readonly Handing[]): string {
  const before = lane[index - 1];
  if (before === undefined) return event.sequence === 1 ? 'begins' : `begins with ${event.sequence}`;
  if (event.id === before.event.id) return before.isAccepted ? 'comes again' : 'goes on';
  const accepted = lane.slice(0, index).some((one) => one.isAccepted && one.event.id === before.event.id);
  const isNext = event.sequence === before.event.sequence + 1 && accepted;
  return isNext ? 'goes on' : `${before.event.sequence}, then ${event.sequence}`;
}
