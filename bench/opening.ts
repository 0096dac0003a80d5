import type { SimulatorCommands, Simulators } from './children/simulators';
import type { CommandedChild } from './support/commanded-child';
import { type LoadResult, openSessions } from './support/load';
import { medianOf } from './support/statistics';
import { startRelay, startService, type Subject } from './support/subjects';
import { difference, heading, number, spread, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

interface Size {
  readonly rounds: number;
  readonly warmUp: number;
  /** Number of sessions, and of concurrent requests that open them. */
  readonly loads: readonly { readonly concurrency: number; readonly count: number }[];
}

const FULL: Size = {
  rounds: 3,
  warmUp: 1_000,
  loads: [
    { concurrency: 1, count: 500 },
    { concurrency: 32, count: 2_500 },
  ],
};
const QUICK: Size = {
  rounds: 2,
  warmUp: 100,
  loads: [
    { concurrency: 1, count: 100 },
    { concurrency: 32, count: 300 },
  ],
};
const GUARDED_BY = {
  none: 'no guards',
  audit: 'audit trail',
  all: 'audit, key, quota, idempotency',
} as const;
const WARM_UP_CONCURRENCY = 16;

interface Measurement extends LoadResult {
  readonly concurrency: number;
  readonly cpuMillisEach: number;
}

interface Contestant {
  readonly name: string;
  readonly start: () => Promise<Subject>;
  readonly measurements: Measurement[];
  /** Share of the events that the CRM had received at the last opening's answer, for each round. */
  readonly delivered: number[];
}

/** Measures the cost of opening a session through the service, against a server that only makes the upstream call. */
export async function measureOpening(
  workspace: Workspace,
  quick: boolean,
  databaseServer: string | undefined,
): Promise<string> {
  const contestants = await compete(workspace, quick ? QUICK : FULL, (addresses) => [
    contestant('bare relay', () => startRelay(workspace, addresses)),
    contestant('service, SQLite', () => startService(workspace, addresses)),
    ...(databaseServer === undefined
      ? []
      : [contestant('service, PostgreSQL', () => startService(workspace, addresses, { databaseServer }))]),
  ]);
  const delivered = contestants.slice(1).map(({ name, delivered: shares }) => {
    const share = number(medianOf(shares, (one) => one) * 100);
    return `${name}: ${share} % of the CRM events had been delivered, too, when the last opening was answered.`;
  });
  return report(contestants, quick, 'the bare relay', delivered);
}

/**
 * Measures how much authentication, the caller's quota, an idempotency key and the audit trail add to opening a
 * session.
 */
export async function measureGuards(
  workspace: Workspace,
  quick: boolean,
  databaseServer: string | undefined,
): Promise<string> {
  const contestants = await compete(workspace, quick ? QUICK : FULL, (addresses) => {
    const services = (name: string, server: string | undefined): Contestant[] =>
      (['none', 'audit', 'all'] as const).map((guards) =>
        contestant(`${name}: ${GUARDED_BY[guards]}`, () =>
          startService(workspace, addresses, { databaseServer: server, guards }),
        ),
      );
    return databaseServer === undefined
      ? services('SQLite', undefined)
      : [...services('SQLite', undefined), ...services('PostgreSQL', databaseServer)];
  });
  return report(contestants, quick, 'the first row', []);
}

async function compete(
  workspace: Workspace,
  size: Size,
  contestantsAt: (addresses: Simulators) => readonly Contestant[],
): Promise<readonly Contestant[]> {
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const contestants = contestantsAt(await simulators.ask('start', undefined));
  for (let round = 0; round < size.rounds; round += 1) {
    for (const each of contestants) await measureRound(each, size, simulators);
  }
  await workspace.discard(simulators);
  return contestants;
}

function contestant(name: string, start: () => Promise<Subject>): Contestant {
  return { name, start, measurements: [], delivered: [] };
}

async function measureRound(
  { start, measurements, delivered }: Contestant,
  { warmUp, loads }: Size,
  simulators: CommandedChild<SimulatorCommands>,
): Promise<void> {
  await simulators.ask('reset', undefined);
  const subject = await start();
  await openSessions(subject, warmUp, WARM_UP_CONCURRENCY);
  let opened = warmUp;
  for (const { count, concurrency } of loads) {
    const cpuBefore = await subject.cpuMicros();
    const result = await openSessions(subject, count, concurrency);
    const cpuMillisEach = ((await subject.cpuMicros()) - cpuBefore) / 1000 / count;
    measurements.push({ ...result, concurrency, cpuMillisEach });
    opened += count;
  }
  delivered.push((await simulators.ask('counts', undefined)).events / opened);
  await subject.discard();
}

function report(
  contestants: readonly Contestant[],
  quick: boolean,
  baseline: string,
  remarks: readonly string[],
): string {
  const size = quick ? QUICK : FULL;
  const loads = size.loads.map(({ count, concurrency }) => `${number(count)} with ${concurrency} in flight`);
  return [
    heading('Opening: POST /v1/sessions until 201'),
    `${size.rounds} rounds, alternating, each in a new process with an empty database: ${number(size.warmUp)} openings to warm up,`,
    `then ${loads.join(', then ')}; medians of the rounds. Simulators in another process,`,
    `load from this one, all on the same machine. "added" is the difference to ${baseline}.`,
    ...size.loads.flatMap(({ concurrency }) => ['', tableFor(contestants, concurrency)]),
    '',
    ...remarks,
  ].join('\n');
}

function tableFor(contestants: readonly Contestant[], concurrency: number): string {
  const measured = contestants.map(({ name, measurements }) => ({
    name,
    runs: measurements.filter((one) => one.concurrency === concurrency),
  }));
  const baseline = measured[0]?.runs ?? [];
  const rows = measured.map(({ name, runs }) => {
    const p50 = medianOf(runs, (run) => run.p50Ms);
    const p99 = medianOf(runs, (run) => run.p99Ms);
    return [
      name,
      number(medianOf(runs, (run) => run.perSecond)),
      spread(runs.map((run) => run.perSecond)),
      number(p50, 2),
      number(p99, 2),
      difference(p50 - medianOf(baseline, (run) => run.p50Ms), 2),
      difference(p99 - medianOf(baseline, (run) => run.p99Ms), 2),
      number(
        medianOf(runs, (run) => run.cpuMillisEach),
        2,
      ),
    ];
  });
  const head = ['opened/s', 'min..max', 'p50 ms', 'p99 ms', 'added p50', 'added p99', 'CPU ms each'];
  return tableOf([`${concurrency} in flight`, ...head], rows);
}
