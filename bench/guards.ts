import { compete, type Contestant, contestant, type Size } from './support/competition';
import { ACCEPTED, ADDED, CPU, tablesOf, TIMES } from './support/opening-table';
import { startService } from './support/subjects';
import { heading, number } from './support/table';
import type { Workspace } from './support/workspace';

const FULL: Size = {
  rounds: 3,
  warmUp: 1_000,
  loads: [
    { concurrency: 1, count: 500 },
    { concurrency: 32, count: 2_500 },
  ],
};
const QUICK: Size = {
  rounds: 1,
  warmUp: 50,
  loads: [
    { concurrency: 1, count: 50 },
    { concurrency: 32, count: 200 },
  ],
};
const GUARDED_BY = {
  none: 'no guards',
  audit: 'audit trail',
  all: 'audit, key, quota, idempotency',
} as const;

/**
 * Measures how much authentication, the caller's quota, an idempotency key and the audit trail add to opening a
 * session.
 */
export async function measureGuards(
  workspace: Workspace,
  quick: boolean,
  databaseServer: string | undefined,
): Promise<string> {
  const size = quick ? QUICK : FULL;
  const contestants = await compete(workspace, size, (addresses) => {
    const services = (name: string, server: string | undefined): Contestant[] => {
      const starting = (guards: keyof typeof GUARDED_BY, baseline?: Contestant): Contestant =>
        contestant(
          `${name}: ${GUARDED_BY[guards]}`,
          () => startService(workspace, addresses, server, guards),
          { baseline },
        );
      const unguarded = starting('none');
      return [unguarded, starting('audit', unguarded), starting('all', unguarded)];
    };
    return databaseServer === undefined
      ? services('SQLite', undefined)
      : [...services('SQLite', undefined), ...services('PostgreSQL', databaseServer)];
  });
  const loads = size.loads.map(({ count, concurrency }) => `${number(count)} with ${concurrency} in flight`);
  return [
    heading('Guards: POST /v1/sessions until 201, with more and more of them'),
    `${size.rounds} rounds, alternating, each in a new process with an empty database: ${number(size.warmUp)} openings to warm up,`,
    `then ${loads.join(', then ')}; medians of the rounds. Simulators in another process,`,
    'load from this one, all on the same machine. "added" is the difference to no guards on the same database. The CPU',
    'time includes the delivery of each opening\'s event; "201" is the share of the openings that were accepted.',
    ...tablesOf(contestants, size, [...TIMES, ACCEPTED, ...ADDED, CPU]),
  ].join('\n');
}
