import { setTimeout as delay } from 'node:timers/promises';
import { aCaller, keysOf } from '../test/support/callers';
import { filledDatabase } from './support/console-database';
import type { Landmarks } from './support/console-landmarks';
import { type ConsoleRequest, consoleRequests } from './support/console-requests';
import type { MeasuredDatabase } from './support/databases';
import { quantile } from './support/statistics';
import { startServiceOn } from './support/subjects';
import { heading, number, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

const REPEATS = 20;
/** Time for the work of the start, above all the first beats of the live sessions. */
const SETTLED_MS = 10_000;
const LIMIT_MS = 300;

interface Timing {
  readonly request: ConsoleRequest;
  readonly times: readonly number[];
}

/** Measures each request of the pages of the console on databases with 50,000 sessions and a million deliveries. */
export async function measureConsole(
  workspace: Workspace,
  quick: boolean,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  const reports: string[] = [];
  for (const database of databases) reports.push(await measure(workspace, quick, database));
  return [
    heading('Console: the requests of its pages'),
    `${REPEATS} requests each, one after the other, by a caller with every scope; the first of each is included. Limit: ${LIMIT_MS} ms.`,
    ...reports,
  ].join('\n');
}

async function measure(
  workspace: Workspace,
  quick: boolean,
  { name, server }: MeasuredDatabase,
): Promise<string> {
  const filled = await filledDatabase(workspace, server, quick);
  const caller = aCaller('operator');
  const service = await startServiceOn(workspace, filled.addresses, filled.database, {
    ...keysOf(caller),
    DATA_KEY: filled.dataKey,
    CALLER_REQUESTS_PER_MINUTE: '1000000',
  });
  await delay(SETTLED_MS);
  const timings = await timingsOf(new URL(service.address).origin, caller.headers, filled.marks);
  await service.discard();
  await filled.discard();
  const head = ['request', 'p50 ms', 'worst ms', `within ${LIMIT_MS} ms`];
  return `\n${name}. ${filled.rows}\n\n${tableOf(head, timings.map(rowOf))}`;
}

async function timingsOf(
  origin: string,
  headers: Readonly<Record<string, string>>,
  marks: Landmarks,
): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const request of consoleRequests(marks)) {
    const times: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat += 1) times.push(await timeOf(origin, request, headers));
    timings.push({ request, times });
  }
  return timings;
}

async function timeOf(
  origin: string,
  { name, path }: ConsoleRequest,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(origin + path, { headers });
  const text = await response.text();
  const tookMs = performance.now() - startedAt;
  if (!response.ok) throw new Error(`${name} was answered with ${response.status}: ${text}`);
  return tookMs;
}

function rowOf({ request: { name }, times }: Timing): string[] {
  const worst = Math.max(...times);
  return [name, number(quantile(times, 0.5), 1), number(worst, 1), worst <= LIMIT_MS ? 'yes' : 'NO'];
}
