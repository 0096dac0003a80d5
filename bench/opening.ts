import { compete, type Contestant, contestant, type Size } from './support/competition';
import type { MeasuredDatabase } from './support/databases';
import { ACCEPTED, CPU, DELIVERED, RATIOS, tablesOf, TIMES } from './support/opening-table';
import { startDurableRelay, startRelay, startService } from './support/subjects';
import { heading, number } from './support/table';
import type { Workspace } from './support/workspace';
import { measureStatements } from './opening-statements';
import { measureSteadyOpening } from './steady-opening';

const FULL: Size = {
  rounds: 3,
  warmUp: 500,
  loads: [
    { concurrency: 1, count: 300 },
    { concurrency: 32, count: 1_500 },
    { concurrency: 64, count: 1_500, only: 'postgres' },
    { concurrency: 256, count: 1_500 },
  ],
};
const QUICK: Size = {
  rounds: 1,
  warmUp: 30,
  loads: [
    { concurrency: 1, count: 30 },
    { concurrency: 32, count: 150 },
    { concurrency: 64, count: 150, only: 'postgres' },
    { concurrency: 256, count: 300 },
  ],
};

/**
 * Measures the cost of opening a session through the service, against a relay with the same guarantees and against one
 * that only makes the upstream call.
 */
export async function measureOpening(
  workspace: Workspace,
  quick: boolean,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  // A quick run takes its time for starting processes.
  const few = quick ? databases.slice(0, 1) : databases;
  return [
    await measureAtFullSpeed(workspace, quick ? QUICK : FULL, databases),
    await measureSteadyOpening(workspace, quick, few),
    await measureStatements(workspace, quick, few),
  ].join('\n');
}

async function measureAtFullSpeed(
  workspace: Workspace,
  size: Size,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  const contestants = await compete(workspace, size, (addresses) => [
    contestant('bare relay', () => startRelay(workspace, addresses), { delivers: false }),
    ...databases.flatMap(({ kind, name, server }): Contestant[] => {
      const relay = contestant(
        `durable relay, ${name}`,
        () => startDurableRelay(workspace, addresses, server),
        { database: kind },
      );
      const service = contestant(`service, ${name}`, () => startService(workspace, addresses, server), {
        database: kind,
        baseline: relay,
      });
      return [relay, service];
    }),
  ]);
  const loads = size.loads.map(({ count, concurrency }) => `${number(count)} with ${concurrency}`);
  return [
    heading('Opening: POST /v1/sessions until 201'),
    'bare relay     Node http + undici: makes the same upstream call, stores nothing and sends no event.',
    'durable relay  the same with the least that loses nothing: a commit before the upstream call (the session), a',
    '               commit before the answer (its activation and the event), the webhook to the CRM after the answer, and',
    '               a commit once the CRM has accepted it; better-sqlite3 (WAL, synchronous FULL) or pg (pool of 10).',
    'service        as in production with ACCESS_MODE=open, with its audit trail.',
    '',
    `${size.rounds} rounds, alternating, each in a new process with an empty database: ${number(size.warmUp)} openings to warm up, then`,
    `${loads.join(', ')} in flight; medians of the rounds. Simulators in another process, load from this one,`,
    'all on the same machine. "201" is the share of the openings that were accepted, in the worst round (all others were',
    'answered 503), and opened/s counts those alone. "CPU ms each" is the CPU time of the process until the CRM has received all events;',
    '"delivered" is the share of the events that the CRM had received when the last opening was answered; ratios are those',
    'of the service to the durable relay on the same database: a rate ratio of 1 or more and a CPU ratio of 1 are as good.',
    ...tablesOf(contestants, size, [...TIMES, ACCEPTED, CPU, DELIVERED, ...RATIOS]),
  ].join('\n');
}
