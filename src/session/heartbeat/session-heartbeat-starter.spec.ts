import { RecordingLog } from '../../audit/recording-log.fake';
import type { Loss } from '../../heartbeat/domain/heartbeat-plan';
import { anActiveSession } from '../domain/session.builder';
import { SessionHeartbeatStarter } from './session-heartbeat-starter';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;

let services: FakeSessionServices;
let losses: Loss[];

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  services = new FakeSessionServices({ HEARTBEAT_FAILURE_THRESHOLD: 2 });
  losses = [];
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function hear(loss: Loss): Promise<void> {
  losses.push(loss);
  return Promise.resolve();
}

function sequences(): number[] {
  return services.channel.calls.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence]));
}

describe(SessionHeartbeatStarter.name, () => {
  it.each([
    [1800, 30_000],
    [60, 6_000],
    [1, 1_000],
  ])('beats for a session of %d seconds every %d ms', async (durationLimit, intervalMs) => {
    services.heartbeat.start(anActiveSession({ durationLimit }), hear);

    await jest.advanceTimersByTimeAsync(intervalMs);
    expect(sequences()).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2 * intervalMs);
    expect(sequences()).toHaveLength(3);
  });

  it('numbers the beats so that the numbers only grow', async () => {
    services.heartbeat.start(anActiveSession({ durationLimit: 10 }), hear);

    await jest.advanceTimersByTimeAsync(5_000);

    const numbers = sequences();
    // The first beat may come at once.
    expect(numbers.length).toBeGreaterThanOrEqual(5);
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
    expect(numbers[0]).toBeGreaterThanOrEqual(NOW);
  });

  it('keeps growing when the clock is set back', async () => {
    services.heartbeat.start(anActiveSession({ durationLimit: 10 }), hear);
    await jest.advanceTimersByTimeAsync(2_000);
    const [, last = 0] = sequences();

    services.clock.follow(NOW - 3_600_000);
    await jest.advanceTimersByTimeAsync(2_000);

    expect(sequences().slice(2)).toEqual([last + 1, last + 2]);
  });

  it('begins above the numbers of the process before it', async () => {
    const session = anActiveSession({ durationLimit: 10 });
    services.heartbeat.start(session, hear);
    await jest.advanceTimersByTimeAsync(3_000);
    services.heartbeats.stop(session.conversationId);

    services.heartbeat.start(session, hear, { resumed: true });
    await jest.advanceTimersByTimeAsync(3_000);

    const numbers = sequences();
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
  });

  it('lets a resumed session beat within a second, however long the interval', async () => {
    services.heartbeat.start(anActiveSession(), hear, { resumed: true });

    await jest.advanceTimersByTimeAsync(1_000);

    // The second beat is drawn from the whole interval, and may be early as well.
    expect(sequences().length).toBeGreaterThanOrEqual(1);
  });

  it('lets many of them beat evenly, two thousand a second', async () => {
    for (let count = 0; count < 8_000; count += 1)
      services.heartbeat.start(anActiveSession(), hear, { resumed: true });
    const beating = (): number =>
      new Set(services.channel.calls.map(({ conversationId }) => conversationId)).size;
    for (const most of [2_000, 4_000, 6_000]) {
      await jest.advanceTimersByTimeAsync(1_000);
      expect(beating()).toBeLessThanOrEqual(most);
    }
    await jest.advanceTimersByTimeAsync(2_000);

    expect(beating()).toBe(8_000);
  });

  it('reports a loss after as many failures as the settings tolerate', async () => {
    const fails = (): { kind: 'failed'; cause: string } => ({ kind: 'failed', cause: 'upstream-error' });
    services.channel.onBeat(fails, fails);
    services.heartbeat.start(anActiveSession({ durationLimit: 10 }), hear);

    await jest.advanceTimersByTimeAsync(5_000);

    expect(losses).toEqual([{ cause: 'failures' }]);
    expect(await services.metrics.sample('heartbeats_total{result="failed"}')).toBe(2);
  });

  it('does nothing the second time', async () => {
    // Neither at once, nor when the interval is over.
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const session = anActiveSession({ durationLimit: 10 });
    services.heartbeat.start(session, hear);
    services.heartbeat.start(session, hear);

    await jest.advanceTimersByTimeAsync(1_000);

    expect(services.heartbeats.running).toBe(1);
    expect(sequences()).toHaveLength(1);
  });

  it('counts what each beat came to', async () => {
    services.channel.onBeat(
      () => ({ kind: 'postponed', cause: 'upstream-throttled' }),
      () => ({ kind: 'ok' }),
      () => ({ kind: 'gone' }),
    );
    services.heartbeat.start(anActiveSession({ durationLimit: 10 }), hear);

    await jest.advanceTimersByTimeAsync(3_000);

    for (const result of ['postponed', 'ok', 'gone']) {
      expect(await services.metrics.sample(`heartbeats_total{result="${result}"}`)).toBe(1);
    }
    expect(await services.metrics.sample('heartbeat_lateness_seconds_count')).toBe(3);
  });
});
