import type { BareBeatCommands } from './children/bare-beats';
import type { ServiceBeatCommands } from './children/service-beats';
import type { SimulatorCommands } from './children/simulators';
import type { BeatRun } from './support/beat-run';
import type { CommandedChild } from './support/commanded-child';
import { serviceEnvironment } from './support/environment';
import { medianOf } from './support/statistics';
import { difference, heading, number, spread, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

interface Size {
  readonly sessions: number;
  readonly concurrency: number;
  readonly warmUp: number;
  readonly beats: number;
  readonly rounds: number;
}

const FULL: Size = { sessions: 2_000, concurrency: 64, warmUp: 10_000, beats: 15_000, rounds: 5 };
const QUICK: Size = { sessions: 500, concurrency: 64, warmUp: 1_000, beats: 1_500, rounds: 2 };

type Runner = CommandedChild<Pick<BareBeatCommands, 'run'>>;

/** Measures the cost of a beat in the service, from its timer's tick on, against a bare undici request. */
export async function measureBeating(workspace: Workspace, quick: boolean): Promise<string> {
  const size = quick ? QUICK : FULL;
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const addresses = await simulators.ask('start', undefined);
  const environment = serviceEnvironment(addresses, { DATA_DIR: await workspace.folder() });
  const service = workspace.measured<ServiceBeatCommands>('service-beats', environment);
  const bare = workspace.measured<BareBeatCommands>('bare-beats');
  const ids = await service.ask('prepare', size.sessions);
  await simulators.ask('seed', ids);
  await bare.ask('prepare', { simulators: addresses, ids });

  const rounds: { bare: BeatRun; service: BeatRun }[] = [];
  const run = (runner: Runner, beats: number): Promise<BeatRun> => measured(runner, beats, size, simulators);
  await run(bare, size.warmUp);
  await run(service, size.warmUp);
  for (let round = 0; round < size.rounds; round += 1) {
    rounds.push({ bare: await run(bare, size.beats), service: await run(service, size.beats) });
  }
  await Promise.all([bare, service, simulators].map((child) => workspace.discard(child)));
  return report(rounds, size);
}

/** Throws unless every beat was a successful request: a skipped beat must not count as a fast one. */
async function measured(
  runner: Runner,
  beats: number,
  { concurrency }: Size,
  simulators: CommandedChild<SimulatorCommands>,
): Promise<BeatRun> {
  const before = await simulators.ask('counts', undefined);
  const result = await runner.ask('run', { beats, concurrency });
  const after = await simulators.ask('counts', undefined);
  const requests = after.requests - before.requests;
  // The client may have requested a token in between.
  if (result.failures > 0 || requests < beats || requests > beats + 1) {
    throw new Error(`Of ${beats} beats ${result.failures} failed, and ${requests} requests arrived`);
  }
  return result;
}

function report(rounds: readonly { bare: BeatRun; service: BeatRun }[], size: Size): string {
  const bare = rounds.map((round) => round.bare);
  const service = rounds.map((round) => round.service);
  const row = (name: string, runs: readonly BeatRun[]): string[] => [
    name,
    number(medianOf(runs, (run) => run.perSecond)),
    spread(runs.map((run) => run.perSecond)),
    number(medianOf(runs, (run) => run.cpuMicros)),
    spread(runs.map((run) => run.cpuMicros)),
    difference(medianOf(runs, (run) => run.cpuMicros) - medianOf(bare, (run) => run.cpuMicros)),
  ];
  const head = ['', 'beats/s', 'min..max', 'CPU us/beat', 'min..max', 'added CPU us'];
  return [
    heading('Beats: one process, at full speed'),
    `${size.rounds} rounds of ${number(size.beats)} beats each over ${number(size.sessions)} sessions, ${size.concurrency} in flight,`,
    'alternating after a warm-up; medians. The simulator runs in another process on the same machine.',
    '',
    tableOf(head, [row('bare undici PATCH', bare), row('service', service)]),
  ].join('\n');
}
