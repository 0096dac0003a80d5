import type { SimulatorCommands } from './children/simulators';
import type { CommandedChild } from './support/commanded-child';
import { untilDelivered } from './support/competition';
import type { MeasuredDatabase } from './support/databases';
import { openSessions } from './support/load';
import { startCountedService } from './support/subjects';
import { heading, number, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

/** Numbers of openings by the number of concurrent requests. */
const FULL = { 1: 100, 32: 500, 256: 1_000 } as const;
const QUICK = { 1: 20, 32: 100 } as const;
const WARM_UP = 20;

/** Counts statements and commits of an opening, in runs of their own. */
export async function measureStatements(
  workspace: Workspace,
  quick: boolean,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const rows: string[][] = [];
  for (const database of databases) rows.push(...(await countOn(workspace, simulators, database, quick)));
  await workspace.discard(simulators);
  return [
    heading('Statements and commits of an opening through the service'),
    'Counted at the database driver until the CRM has received all events, in a run of its own, and divided by the number',
    'of those that were accepted; what the service does meanwhile by itself is included. Statements are those that read or write; commits',
    'are transactions that wrote. The durable relay has 4 statements and 3 commits.',
    '',
    tableOf(['', 'in flight', 'statements', 'commits'], rows),
  ].join('\n');
}

async function countOn(
  workspace: Workspace,
  simulators: CommandedChild<SimulatorCommands>,
  { name, server }: MeasuredDatabase,
  quick: boolean,
): Promise<string[][]> {
  await simulators.ask('reset', undefined);
  const service = await startCountedService(workspace, await simulators.ask('start', undefined), server);
  let { opened } = await openSessions(service, WARM_UP, 1);
  await untilDelivered(simulators, opened);
  const rows: string[][] = [];
  for (const [concurrency, count] of Object.entries(quick ? QUICK : FULL)) {
    const before = await service.counts();
    const result = await openSessions(service, count, Number(concurrency));
    opened += result.opened;
    await untilDelivered(simulators, opened);
    const after = await service.counts();
    const each = (key: keyof typeof after): string => number((after[key] - before[key]) / result.opened, 2);
    rows.push([`service, ${name}`, concurrency, each('statements'), each('commits')]);
  }
  await service.discard();
  return rows;
}
