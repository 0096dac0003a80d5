import type { ClaimCommands, SteadyWork } from './children/claims';
import type { CommandedChild } from './support/commanded-child';
import { createDatabase } from './support/postgres';
import { median, quantile } from './support/statistics';
import { heading, number, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

interface Size {
  readonly lanes: number;
  readonly waiting: number;
  readonly longLane: number;
  readonly claims: number;
  readonly rounds: number;
}

const FULL: Size = { lanes: 50_000, waiting: 5_000, longLane: 10_000, claims: 300, rounds: 1_000 };
const QUICK: Size = { lanes: 2_000, waiting: 200, longLane: 400, claims: 30, rounds: 100 };
const EVENTS_PER_LANE = 2;
const IN_HAND = 60;
/** A queue in which every delivery is due. */
const DAY_MS = 86_400_000;

interface Result {
  readonly subject: string;
  readonly claims: readonly (readonly [situation: string, times: readonly number[]])[];
  readonly work: SteadyWork;
}

/** Measures the cost of the next batch of a long queue, for queues with different contents. */
export async function measureClaims(
  workspace: Workspace,
  quick: boolean,
  databaseServer: string | undefined,
): Promise<string> {
  const size = quick ? QUICK : FULL;
  const results = [await measure(workspace, 'SQLite', size)];
  if (databaseServer !== undefined)
    results.push(await measure(workspace, 'PostgreSQL', size, databaseServer));
  return report(results, size);
}

async function measure(workspace: Workspace, subject: string, size: Size, server?: string): Promise<Result> {
  const database = server === undefined ? undefined : await createDatabase(server);
  const drop = database === undefined ? undefined : workspace.undoAtEnd(database.drop);
  const child = workspace.measured<ClaimCommands>('claims');
  await child.ask('open', { dataDir: await workspace.folder(), databaseUrl: database?.url });
  const result = await measureSituations(child, subject, size);
  await workspace.discard(child);
  await drop?.();
  return result;
}

async function measureSituations(
  child: CommandedChild<ClaimCommands>,
  subject: string,
  { lanes, waiting, longLane, claims: rounds, rounds: workRounds }: Size,
): Promise<Result> {
  const from = Date.now() - DAY_MS;
  const claims: [string, readonly number[]][] = [];
  const claim = async (situation: string, inHand: number): Promise<void> => {
    claims.push([situation, await child.ask('claim', { rounds, inHand })]);
  };
  await child.ask('write', { lanes, eventsPerLane: EVENTS_PER_LANE, from });
  await claim('all due', 0);
  await claim(`${IN_HAND} lanes in hand`, IN_HAND);
  const work = await child.ask('settle', { rounds: workRounds });
  // The oldest of all, so that every claim meets it first.
  await child.ask('write', { lanes: 1, eventsPerLane: longLane, from: from - 2 * DAY_MS });
  await claim(`a lane of ${number(longLane)}, its head due`, 0);
  await child.ask('postpone', 1);
  await claim(`a lane of ${number(longLane)}, its head waits`, 0);
  await child.ask('postpone', waiting);
  await claim(`and ${number(waiting)} lanes with waiting heads`, 0);
  return { subject, claims, work };
}

function report(results: readonly Result[], { lanes, rounds }: Size): string {
  const events = number(lanes * EVENTS_PER_LANE);
  const claimRows = results.flatMap(({ subject, claims, work }) =>
    [...claims, [`${number(rounds)} claims while it drains`, work.times] as const].map(
      ([situation, times]) => [
        `${subject}, ${situation}`,
        number(median(times), 2),
        number(quantile(times, 0.99), 2),
        number(Math.max(...times), 2),
      ],
    ),
  );
  const kibibytes = (before: number, after: number): string => number((after - before) / 1024);
  return [
    heading(`Claiming: the next 64 of ${events} pending events in ${number(lanes)} lanes`),
    'Each batch is given back before the next is claimed. While it drains, eight deliveries are settled between two',
    'claims, and the rest of the 64 stays in hand. On PostgreSQL a claim is a commit; SQLite only reads.',
    '',
    tableOf(['', 'p50 ms', 'p99 ms', 'max ms'], claimRows),
    '',
    tableOf(
      [`memory over ${number(rounds)} claims, ${number(rounds * 8)} settled`, 'heap KiB', 'RSS KiB'],
      results.map(({ subject, work }) => [
        subject,
        kibibytes(work.heapBefore, work.heapAfter),
        kibibytes(work.rssBefore, work.rssAfter),
      ]),
    ),
  ].join('\n');
}
