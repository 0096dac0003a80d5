import { RecordingLog } from '../audit/recording-log.fake';
import { SettableClock } from '../common/time/settable-clock.fake';
import { FigureRecorder } from '../metrics/figure-recorder';
import { FakeLease } from '../replica/ports/lease.fake';
import { aClient, FakeUpstreamCapacity } from '../session/ports/upstream-capacity.fake';
import { BudgetPeaks } from './budget-peaks';
import { FakeStatisticsStore } from './ports/statistics.store.fake';
import { StatisticsWriter } from './statistics-writer';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

let log: RecordingLog;
let store: FakeStatisticsStore;
let recorder: FigureRecorder;
let capacity: FakeUpstreamCapacity;
let lease: FakeLease;
let clock: SettableClock;
let writer: StatisticsWriter;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  store = new FakeStatisticsStore();
  recorder = new FigureRecorder();
  capacity = new FakeUpstreamCapacity();
  lease = new FakeLease();
  clock = new SettableClock();
  clock.at = NOW + 20_000;
  writer = new StatisticsWriter(store, recorder, new BudgetPeaks(capacity), lease, clock);
  writer.onApplicationBootstrap();
});
afterEach(async () => {
  await writer.onApplicationShutdown();
  jest.useRealTimers();
});

/** Lets time pass, second by second. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    clock.at += 1_000;
    await jest.advanceTimersByTimeAsync(1_000);
  }
}

const written = (): unknown[] =>
  store.minutes.map(({ minute, replica, figures }) => [
    (minute - NOW) / MINUTE,
    replica,
    Object.fromEntries([...figures].filter(([name]) => !name.startsWith('budget:'))),
  ]);

describe(StatisticsWriter.name, () => {
  it('writes each minute once it is over, in one statement, with the sessions held at its end', async () => {
    recorder.observeHeldSessions(() => 12);
    recorder.sessionOpened();
    await pass(38_000);
    expect(store.writes).toHaveLength(0);

    await pass(2_000);
    recorder.sessionOpened();
    recorder.sessionEnded('requested');
    await pass(MINUTE);
    expect(written()).toEqual([
      [0, 'here', { live: 12, opened: 1 }],
      [1, 'here', { live: 12, opened: 1, 'ended:requested': 1 }],
    ]);
    expect(store.writes.map((minutes) => minutes.length)).toEqual([1, 1]);
  });

  it('writes a minute in which nothing happened, which tells it from one that is unknown', async () => {
    await pass(MINUTE);

    expect(written()).toEqual([[0, 'here', { live: 0 }]]);
  });

  it('keeps what could not be written for the next minute, and says so', async () => {
    store.failures.push(new Error('away'));
    recorder.sessionOpened();
    await pass(MINUTE);
    expect(written()).toEqual([]);
    expect(log.at('warn')).toEqual([
      expect.objectContaining({ message: 'Statistics not written; retried with the next minute' }),
    ]);

    await pass(MINUTE);
    expect(written()).toEqual([
      [0, 'here', { live: 0, opened: 1 }],
      [1, 'here', { live: 0 }],
    ]);
    expect(store.writes.at(-1)).toHaveLength(2);
  });

  it('keeps ten minutes at most, and reports the lost ones', async () => {
    store.failures.push(...Array.from({ length: 40 }, () => new Error('away')));
    await pass(12 * MINUTE);
    store.failures.length = 0;
    await pass(MINUTE);

    expect(store.minutes.map(({ minute }) => (minute - NOW) / MINUTE)).toEqual([
      3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
    const messages = log.at('warn').map((line) => (line as { message: string }).message);
    expect(messages.filter((message) => message.startsWith('Statistics lost'))).toHaveLength(3);
  });

  it('writes the current minute when the process stops, without sessions', async () => {
    recorder.observeHeldSessions(() => 12);
    recorder.delivered(5);
    await pass(1_000);
    await writer.onApplicationShutdown();

    expect(written()).toEqual([[0, 'here', { live: 0, 'delay:5': 1 }]]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('stops also where the last write fails', async () => {
    store.failures.push(new Error('away'));
    await writer.onApplicationShutdown();

    expect(log.at('warn')).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('stops within a second also where the database does not answer', async () => {
    store.write = () => new Promise(() => undefined);
    const stopped = writer.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(1_000);
    await stopped;

    expect(log.at('warn')).toHaveLength(1);
    store.write = () => Promise.resolve();
  });

  it('writes the highest use of each budget, and a closed client as used up', async () => {
    const client = { allowed: 200, used: 150, closedForMs: 0 };
    capacity.clients = [aClient('a', client), aClient('b', { closedForMs: 1 })];
    await pass(2_000);
    capacity.clients = [aClient('a', { ...client, used: 10 }), aClient('b', { ...client, used: 500 })];
    await pass(MINUTE);

    const { figures } = store.minutes[0] ?? { figures: new Map<string, number>() };
    expect([figures.get('budget:a'), figures.get('budget:b')]).toEqual([0.75, 1]);
  });

  it('writes under the replica id of its lease', async () => {
    await pass(MINUTE);
    lease.lose('here-again');
    await pass(MINUTE);

    expect(store.minutes.map(({ replica }) => replica)).toEqual(['here', 'here-again']);
  });

  it('repeats no minute for a clock that is set back a little, and starts over for one that is set back far', async () => {
    await pass(41_000);
    clock.at -= 5_000;
    recorder.sessionOpened();
    await pass(2_000);
    expect(store.writes).toHaveLength(1);

    await pass(MINUTE);
    clock.at -= 30 * MINUTE;
    await pass(2 * MINUTE);
    expect(store.minutes.map(({ minute }) => (minute - NOW) / MINUTE)).toEqual([0, 1, -29, -28]);
  });
});
