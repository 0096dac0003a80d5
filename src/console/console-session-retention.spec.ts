import { RecordingLog } from '../audit/recording-log.fake';
import { SystemClock } from '../common/time/system-clock';
import { ConsoleConfig } from '../config/console.config';
import { Environment } from '../config/environment';
import { ConsoleSessionRetention } from './console-session-retention';
import { FakeConsoleSessionStore } from './ports/console-session.store.fake';

const NOW = 1_800_000_000_000;
const MINUTE_MS = 60_000;

let log: RecordingLog;
let store: FakeConsoleSessionStore;
let retention: ConsoleSessionRetention;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  store = new FakeConsoleSessionStore();
  retention = new ConsoleSessionRetention(store, new SystemClock(), new ConsoleConfig(new Environment()));
});
afterEach(async () => {
  await retention.onModuleDestroy();
  jest.useRealTimers();
});

describe(ConsoleSessionRetention.name, () => {
  it('removes sessions that are over, and keeps the others', async () => {
    const times = { over: 30 * MINUTE_MS, live: 29 * MINUTE_MS };
    for (const [id, ms] of Object.entries(times))
      store.sessions.set(id, { id, caller: 'a', credential: '', createdAt: NOW - ms, lastUsedAt: NOW - ms });
    const age = 12 * 60 * MINUTE_MS;
    store.sessions.set('old', {
      id: 'old',
      caller: 'a',
      credential: '',
      createdAt: NOW - age,
      lastUsedAt: NOW,
    });
    await retention.purge();

    expect([...store.sessions.keys()]).toEqual(['live']);
  });

  it('logs a failure of the storage', async () => {
    store.failure = new Error('away');
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTE_MS);

    expect(log.at('warn')).toEqual([expect.objectContaining({ error: store.failure })]);
  });
});
