import type { SimulatorCommands } from './children/simulators';
import type { CommandedChild } from './support/commanded-child';
import { untilDelivered } from './support/competition';
import type { MeasuredDatabase } from './support/databases';
import { openSessions, paceOpenings } from './support/load';
import { quantile } from './support/statistics';
import { startDurableRelay, startService, type Subject } from './support/subjects';
import { heading, number, percent, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

const PER_SECOND = 200;
const WARM_UP_CONCURRENCY = 16;

interface Size {
  readonly warmUp: number;
  readonly seconds: number;
}

const FULL: Size = { warmUp: 500, seconds: 10 };
const QUICK: Size = { warmUp: 30, seconds: 2 };

/** Measures the subjects while openings arrive at a constant rate. */
export async function measureSteadyOpening(
  workspace: Workspace,
  quick: boolean,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  const size = quick ? QUICK : FULL;
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const addresses = await simulators.ask('start', undefined);
  const rows: string[][] = [];
  for (const { name, server } of databases) {
    const subjects = { 'durable relay': startDurableRelay, service: startService };
    for (const [subject, start] of Object.entries(subjects)) {
      await simulators.ask('reset', undefined);
      const cells = await measure(await start(workspace, addresses, server), size, simulators);
      rows.push([`${subject}, ${name}`, ...cells]);
    }
  }
  await workspace.discard(simulators);
  return [
    heading(`Opening at a constant rate: ${PER_SECOND} a second for ${size.seconds} s`),
    `${number(size.warmUp)} openings to warm up. Latencies count from the time at which an opening was due. "loop" is the event loop`,
    'delay of the process under this load. "event" is the time from the timestamp of an event, which is taken right before',
    'the commit that stores it, to its receipt at the CRM: the commit is part of it.',
    '',
    tableOf(
      [
        `${PER_SECOND} a second`,
        ...['opened/s', '201', 'p50 ms', 'p99 ms', 'CPU %', 'loop p99 ms'],
        ...['event p50 ms', 'event p95 ms', 'event p99 ms'],
      ],
      rows,
    ),
  ].join('\n');
}

async function measure(
  subject: Subject,
  { warmUp, seconds }: Size,
  simulators: CommandedChild<SimulatorCommands>,
): Promise<string[]> {
  const { opened: before } = await openSessions(subject, warmUp, WARM_UP_CONCURRENCY);
  await untilDelivered(simulators, before);
  await subject.loopDelayP99Ms();
  const cpuBefore = await subject.cpuMicros();
  const startedAt = performance.now();
  const count = seconds * PER_SECOND;
  const result = await paceOpenings(subject, count, PER_SECOND);
  await untilDelivered(simulators, before + result.opened);
  // The monitor starts again with each reading: this one has to be the first after the load.
  const loopDelay = await subject.loopDelayP99Ms();
  const elapsedMicros = (performance.now() - startedAt) * 1000;
  const cpuShare = ((await subject.cpuMicros()) - cpuBefore) / elapsedMicros;
  const ages = (await simulators.ask('eventAges', undefined)).slice(before);
  await subject.discard();
  return [
    number(result.perSecond),
    percent(result.opened / count, 1),
    number(result.p50Ms, 1),
    number(result.p99Ms, 1),
    number(cpuShare * 100),
    number(loopDelay, 1),
    ...[0.5, 0.95, 0.99].map((share) => number(quantile(ages, share))),
  ];
}
