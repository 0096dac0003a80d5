import { resolve } from 'node:path';
import type { SpanCollectorCommands } from './children/span-collector';
import { compete, contestant, type Size } from './support/competition';
import { ACCEPTED, CPU, RATIOS, tablesOf, TIMES } from './support/opening-table';
import { startServiceWith } from './support/subjects';
import { heading, number } from './support/table';
import type { Workspace } from './support/workspace';

const FULL: Size = {
  rounds: 7,
  warmUp: 500,
  loads: [
    { concurrency: 1, count: 300 },
    { concurrency: 32, count: 1_500 },
  ],
};
const QUICK: Size = {
  rounds: 1,
  warmUp: 30,
  loads: [
    { concurrency: 1, count: 30 },
    { concurrency: 32, count: 150 },
  ],
};

/**
 * Measures the cost of traces: openings with traces off, on, and on for one trace in ten. With `baseline`, the folder of
 * another build such as that of the commit before, traces off are compared with that build, otherwise with themselves.
 */
export async function measureTracing(
  workspace: Workspace,
  quick: boolean,
  baseline: string | undefined,
): Promise<string> {
  const size = quick ? QUICK : FULL;
  const collector = workspace.child<SpanCollectorCommands>('span-collector');
  const endpoint = await collector.ask('start', undefined);
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const sampled = { ...on, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };
  const contestants = await compete(workspace, size, (simulators) => {
    const start = (settings: Readonly<Record<string, string>>, program?: string) => () =>
      startServiceWith(workspace, simulators, undefined, settings, program);
    const first =
      baseline === undefined
        ? contestant('traces off, again', start({}), { database: 'sqlite' })
        : contestant('other build', start({}, resolve(baseline, 'main.js')), { database: 'sqlite' });
    const against = { database: 'sqlite', baseline: first } as const;
    return [
      first,
      contestant('traces off', start({}), against),
      contestant('traces on, 10 %', start(sampled), against),
      contestant('traces on', start(on), against),
    ];
  });
  const bytes = await collector.ask('bytes', undefined);
  await workspace.discard(collector);
  const loads = size.loads.map(({ count, concurrency }) => `${number(count)} with ${concurrency}`);
  return [
    heading('Traces: POST /v1/sessions until 201, on SQLite'),
    'The service as in production with ACCESS_MODE=open; the collector of traces is a process on this machine, over OTLP',
    `as protobuf. ${size.rounds} rounds, alternating, each in a new process with an empty database: ${number(size.warmUp)} openings to warm up, then`,
    `${loads.join(', ')} in flight; medians of the rounds. Ratios are those to the first row, by round.`,
    `The collector got ${number(bytes / 1024)} KiB.`,
    ...tablesOf(contestants, size, [...TIMES, ACCEPTED, CPU, ...RATIOS]),
  ].join('\n');
}
