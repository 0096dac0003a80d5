import { newDataKey } from '../src/config/data-key-list';
import { aCaller, keysOf } from '../test/support/callers';
import type { SimulatorCommands } from './children/simulators';
import { type ConsoleDataShape, describeRows, fillConsoleData } from './support/console-data';
import { type ConsoleRequest, consoleRequests, type Landmarks } from './support/console-requests';
import { filling } from './support/console-storage';
import type { MeasuredDatabase } from './support/databases';
import { quantile } from './support/statistics';
import { newDatabase, startServiceOn } from './support/subjects';
import { heading, number, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

const FULL = { sessions: 50_000, live: 300, eventsEach: 10, webhooks: 200 };
const QUICK = { sessions: 1_000, live: 30, eventsEach: 10, webhooks: 20 };
const WEBHOOK_DELIVERIES_OF_A_SESSION = 2;
const MINUTES = 2 * 24 * 60;
const REPEATS = 20;
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
  for (const database of databases) {
    const shape = consoleDataShape(quick);
    const simulators = workspace.child<SimulatorCommands>('simulators');
    reports.push(await measure(workspace, simulators, database, shape));
    await workspace.discard(simulators);
  }
  return [
    heading('Console: the requests of its pages'),
    `${REPEATS} requests each, one after the other, of a caller with every scope; the first of each is included. Limit: ${LIMIT_MS} ms.`,
    ...reports,
  ].join('\n');
}

/** The newest session begins now. */
export function consoleDataShape(quick: boolean): ConsoleDataShape {
  const size = quick ? QUICK : FULL;
  const webhookDeliveries = size.sessions * WEBHOOK_DELIVERIES_OF_A_SESSION;
  return { ...size, webhookDeliveries, minutes: MINUTES, now: Date.now() };
}

async function measure(
  workspace: Workspace,
  simulators: ReturnType<typeof workspace.child<SimulatorCommands>>,
  { name, server }: MeasuredDatabase,
  shape: ConsoleDataShape,
): Promise<string> {
  const addresses = await simulators.ask('start', undefined);
  const database = await newDatabase(workspace, server);
  const dataKey = newDataKey('k1');
  const { marks, rows, ids } = await filling(database, dataKey, async (storage) => {
    const found = await fillConsoleData(storage, shape);
    const live = storage.db.selectFrom('session').select('conversation_id as id').where('state', '=', 'active');
    return { marks: found, rows: await describeRows(storage), ids: await live.execute() };
  });
  await simulators.ask(
    'seed',
    ids.map(({ id }) => id),
  );
  const caller = aCaller('operator');
  const service = await startServiceOn(workspace, addresses, database, {
    ...keysOf(caller),
    DATA_KEY: dataKey,
    CALLER_REQUESTS_PER_MINUTE: '1000000',
  });
  const timings = await timingsOf(new URL(service.address).origin, caller.headers, marks);
  await service.discard();
  await database.drop();
  return `\n${name}. ${rows}\n\n${tableOf(['request', 'p50 ms', 'worst ms', 'within'], timings.map(rowOf))}`;
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
  return [
    name,
    number(quantile(times, 0.5), 1),
    number(worst, 1),
    worst <= LIMIT_MS ? 'yes' : `NO, ${number(LIMIT_MS)}`,
  ];
}
