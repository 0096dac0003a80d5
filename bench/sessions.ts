import type { LiveSessionCommands, Memory } from './children/live-sessions';
import type { SimulatorCommands } from './children/simulators';
import type { Observation } from './support/beat-observer';
import { serviceEnvironment } from './support/environment';
import { heading, number, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

interface Size {
  readonly sessions: number;
  readonly intervalMs: number;
  readonly observeMs: number;
}

interface Result extends Size {
  readonly idle: Memory;
  readonly loaded: Memory;
  readonly observation: Observation;
}

const FULL: readonly Size[] = [
  { sessions: 1_000, intervalMs: 30_000, observeMs: 36_000 },
  { sessions: 10_000, intervalMs: 30_000, observeMs: 36_000 },
  { sessions: 50_000, intervalMs: 60_000, observeMs: 75_000 },
];
const QUICK: readonly Size[] = [
  { sessions: 200, intervalMs: 2_000, observeMs: 2_500 },
  { sessions: 1_000, intervalMs: 4_000, observeMs: 4_500 },
  { sessions: 4_000, intervalMs: 8_000, observeMs: 8_500 },
];

/** Measures the memory of live sessions in one process, and the punctuality of their beats. */
export async function measureLiveSessions(
  workspace: Workspace,
  quick: boolean,
  resumed: boolean,
): Promise<string> {
  const results: Result[] = [];
  for (const size of quick ? QUICK : FULL) results.push(await measure(workspace, size, resumed));
  return report(results, resumed);
}

async function measure(workspace: Workspace, size: Size, resumed: boolean): Promise<Result> {
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const addresses = await simulators.ask('start', undefined);
  const environment = serviceEnvironment(addresses, {
    DATA_DIR: await workspace.folder(),
    HEARTBEAT_MAX_INTERVAL_MS: String(size.intervalMs),
    HEARTBEAT_MIN_INTERVAL_MS: '1000',
  });
  const service = workspace.measured<LiveSessionCommands>('live-sessions', environment);
  await simulators.ask('seed', await service.ask('prepare', size.sessions));
  const idle = await service.ask('memory', undefined);
  await service.ask('begin', { resumed });
  const observation = await service.ask('observe', size.observeMs);
  const loaded = await service.ask('memory', undefined);
  await Promise.all([service, simulators].map((child) => workspace.discard(child)));
  return { ...size, idle, loaded, observation };
}

function report(results: readonly Result[], resumed: boolean): string {
  return [
    heading('Live sessions: one process, beating at the configured interval'),
    'The sessions are inserted into the embedded SQLite in bulk, read back page by page and handed to SessionHeartbeatStarter',
    resumed
      ? 'as resumed ones, as recovery does after a restart: first beats within 5 s, then one per interval.'
      : 'as new ones: first beats at random moments within an interval, then one per interval.',
    'Memory after garbage collection, less that of the same process before the first heartbeat, per session.',
    'With few sessions the RSS mostly shows what the process gives back after its start: then the heap says more.',
    'The simulator runs in another process on the same machine.',
    '',
    tableOf(
      ['sessions', 'interval s', 'observed s', 'RSS idle MiB', 'RSS MiB', 'RSS B/session', 'heap B/session'],
      results.map(memoryRow),
    ),
    '',
    tableOf(
      [
        'sessions',
        'wanted/s',
        'beats/s',
        'peak/s',
        'late p50 ms',
        'late p99 ms',
        'loop p99 ms',
        'loop max ms',
      ].concat(['CPU %', 'not ok', 'lost']),
      results.map(beatRow),
    ),
  ].join('\n');
}

function memoryRow({ sessions, intervalMs, observation, idle, loaded }: Result): string[] {
  const mebibytes = (bytes: number): string => number(bytes / 1024 ** 2, 1);
  return [
    number(sessions),
    number(intervalMs / 1000),
    number(observation.seconds),
    mebibytes(idle.rss),
    mebibytes(loaded.rss),
    number((loaded.rss - idle.rss) / sessions),
    number((loaded.heap - idle.heap) / sessions),
  ];
}

function beatRow({ sessions, intervalMs, observation }: Result): string[] {
  return [
    number(sessions),
    number((sessions / intervalMs) * 1000, 1),
    number(observation.beats / observation.seconds, 1),
    number(observation.peakPerSecond),
    number(observation.latenessP50Ms, 1),
    number(observation.latenessP99Ms, 1),
    number(observation.loopDelayP99Ms, 1),
    number(observation.loopDelayMaxMs, 1),
    number(observation.cpuShare * 100),
    number(observation.failedBeats),
    number(observation.lostSessions),
  ];
}
