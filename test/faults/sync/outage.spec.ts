import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import { BACKLOG_STORY, queueBacklog } from '../../support/backlog';
import { DeliveriesApi } from '../../support/deliveries-api';
import { crmEvents } from '../../support/invariants';
import { LogCapture } from '../../support/log-capture';
import { until } from '../../support/until';

/** Ten minutes of an outage take ten seconds: retries and probes are sixty times as fast. */
const OUTAGE_MS = 10_000;
const PROBE_MS = 500;
const FIRST_RETRY_MS = 83;
/** 12,000 events in 6,000 conversations are the result of a long outage; fewer events show the same in less time. */
const CONVERSATIONS = Number(process.env['OUTAGE_CONVERSATIONS'] ?? 1_500);
const EVENTS = BACKLOG_STORY.length * CONVERSATIONS;
const PER_SECOND = 400;
/** Deliveries in flight at the fifth failure, with those that replaced the first five. */
const BURST = 64 + 5;
const DELIVERED_WITHIN_MS = 120_000;

describe('a receiver that is down for ten minutes while thousands of events wait', () => {
  let dataDir: string;
  let world: World;
  let deliveries: DeliveriesApi;
  let conversations: readonly string[];
  let outage: string;
  let backAt = 0;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'guest-outage-'));
    conversations = await queueBacklog({ DATA_DIR: dataDir }, CONVERSATIONS);
    world = await World.start({
      logOutput: new LogCapture(),
      environment: {
        DATA_DIR: dataDir,
        SYNC_FIRST_RETRY_MS: String(FIRST_RETRY_MS),
        SYNC_PROBE_INTERVAL_MS: String(PROBE_MS),
        SYNC_MAX_PER_SECOND: String(PER_SECOND),
        LOG_LEVEL: 'error',
      },
    });
    deliveries = new DeliveriesApi(world.url);
    outage = world.crm.faults.add({ fault: { kind: 'status', status: 500 } });
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Returns the arrival times of refused requests, oldest first. */
  function refusals(): number[] {
    return world.crm.requests.find({ status: 500 }).map(({ at }) => at);
  }

  it('gets a first burst, and then one probe in each interval', async () => {
    await deliveries.resume();
    await until(() => refusals().length > 0);
    const downAt = refusals()[0] ?? 0;
    await until(() => (refusals().at(-1) ?? 0) >= downAt + OUTAGE_MS);

    const times = refusals();
    expect(times.length).toBeLessThanOrEqual(BURST + 1 + OUTAGE_MS / PROBE_MS);
    const probes = times.filter((at) => at > downAt + OUTAGE_MS / 2);
    expect(probes.length).toBeGreaterThan(1);
    expect(probes.length).toBeLessThanOrEqual(1 + OUTAGE_MS / 2 / PROBE_MS);
    const gaps = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
    // On a busy machine the test sees one arrival late, and the next one in time.
    expect(Math.min(...gaps)).toBeGreaterThan(0.6 * PROBE_MS);
    expect(world.crm.received).toEqual([]);
  });

  it('is shown as failing, keeps all events waiting, and does not affect callers', async () => {
    expect(await deliveries.sink()).toMatchObject({ condition: 'failing', pending: EVENTS, dead: 0 });
    const { status } = await new ApiClient(world.url).request('GET', '/health/ready');
    expect(status).toBe(200);
  });

  it('gets a delivery within one probe interval after its recovery, and all others soon', async () => {
    backAt = Date.now();
    world.crm.faults.remove(outage);
    await until(() => world.crm.received.length > 0);
    expect((world.crm.received[0]?.at ?? Infinity) - backAt).toBeLessThan(PROBE_MS + 10_000);

    await until(() => world.crm.received.length >= EVENTS, DELIVERED_WITHIN_MS);
    await until(async () => (await deliveries.sink()).pending === 0);
    expect(await deliveries.sink()).toMatchObject({ condition: 'healthy', blockedConversations: 0, dead: 0 });
  });

  it('gets each event once and each conversation in order', () => {
    const heard = crmEvents(world.crm);
    const stories = conversations.map((id) =>
      (heard.get(id) ?? []).map(({ sequence, state }) => `${sequence} ${state}`).join(),
    );
    expect(stories.filter((story) => story !== BACKLOG_STORY.join())).toEqual([]);
    expect(world.crm.received).toHaveLength(EVENTS);
  });

  it('never gets many more deliveries in a second than the configured rate', () => {
    const times = world.crm.requests
      .find()
      .map(({ at }) => at)
      .filter((at) => at >= backAt);
    let most = 0;
    let first = 0;
    times.forEach((at, index) => {
      while (at - (times[first] ?? at) >= 1_000) first += 1;
      most = Math.max(most, index - first + 1);
    });
    expect(most).toBeLessThanOrEqual(1.3 * PER_SECOND);
    expect(most).toBeGreaterThan(0.1 * PER_SECOND);
  });
});
