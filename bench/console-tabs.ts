import { setTimeout as delay } from 'node:timers/promises';
import { aCaller, keysOf } from '../test/support/callers';
import { filledDatabase } from './support/console-database';
import { type ConsolePage, ConsoleTabs } from './support/console-tabs';
import type { MeasuredDatabase } from './support/databases';
import { medianOf } from './support/statistics';
import { startServiceOn, type Subject } from './support/subjects';
import { heading, number, percent, spread, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

const REPLICAS = 3;
const TABS = 20;
/** Whole minutes: replicas write statistics, and pages read them, once in each. */
const FULL = { warmUpMs: 60_000, idleMs: 60_000, openMs: 60_000, rounds: 3 };
const QUICK = { warmUpMs: 2_000, idleMs: 2_000, openMs: 5_000, rounds: 1 };
/** Compiles the code of the service, which otherwise would count as the cost of the first pages. */
const WARM_UP_SPEED = 20;
const LIMIT_SHARE = 0.02;

const MIXES: Readonly<Record<string, readonly ConsolePage[]>> = {
  'overview, sessions and deliveries in turn': ['overview', 'sessions', 'deliveries'],
  'overview alone': ['overview'],
};

/** Shares of one core, of all replicas together. */
interface Round {
  readonly open: number;
  /** The mean of the times before and after, without an open page. */
  readonly idle: number;
  readonly requestsPerSecond: number;
}

interface Usage {
  readonly name: string;
  readonly rounds: readonly Round[];
}

/**
 * Measures the CPU time that open pages of the console cost three replicas on PostgreSQL together, above what the same
 * replicas need without them. The database has 50,000 sessions and a million deliveries.
 */
export async function measureConsoleTabs(
  workspace: Workspace,
  quick: boolean,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  const server = databases.find(({ kind }) => kind === 'postgres')?.server;
  if (server === undefined) return 'Open pages of the console: left out without PostgreSQL.';
  const filled = await filledDatabase(workspace, server, quick);
  const caller = aCaller('operator');
  const replicas: Subject[] = [];
  for (let index = 0; index < REPLICAS; index += 1)
    replicas.push(
      await startServiceOn(workspace, filled.addresses, filled.database, {
        ...keysOf(caller),
        DATA_KEY: filled.dataKey,
        METRICS_PUBLIC: 'true',
        SHUTDOWN_MODE: 'handover',
        // Requests are logged, as by default.
        LOG_LEVEL: 'info',
      }),
    );
  const usages = await usagesOf(replicas, caller.key, quick ? QUICK : FULL);
  for (const replica of replicas) await replica.discard();
  await filled.discard();
  return report(usages, filled.rows);
}

async function usagesOf(
  replicas: readonly Subject[],
  key: string,
  { warmUpMs, idleMs, openMs, rounds }: typeof FULL,
): Promise<Usage[]> {
  const origins = replicas.map(({ address }) => new URL(address).origin);
  const cookie = await logIn(origins[0] ?? '', key);
  const warmUp = new ConsoleTabs(origins, cookie, tabsOf(Object.values(MIXES).flat()), WARM_UP_SPEED);
  await playing(warmUp, () => delay(warmUpMs));
  const usages = Object.entries(MIXES).map(([name, pages]) => ({ name, pages, rounds: [] as Round[] }));
  await cpuShareOf(replicas, idleMs);
  let before = await cpuShareOf(replicas, idleMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const usage of usages) {
      const tabs = new ConsoleTabs(origins, cookie, tabsOf(usage.pages));
      const open = await playing(tabs, () => cpuShareOf(replicas, openMs));
      const after = await cpuShareOf(replicas, idleMs);
      const requestsPerSecond = (tabs.requests * 1_000) / openMs;
      usage.rounds.push({ open, idle: (before + after) / 2, requestsPerSecond });
      before = after;
    }
  }
  return usages;
}

/** Closes the tabs after the work. */
async function playing<T>(tabs: ConsoleTabs, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await tabs.close();
  }
}

function tabsOf(pages: readonly ConsolePage[]): ConsolePage[] {
  return Array.from({ length: TABS }, (_, index) => pages[index % pages.length] ?? 'overview');
}

async function logIn(origin: string, credential: string): Promise<string> {
  const response = await fetch(`${origin}/v1/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ credential }),
  });
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (cookie === undefined) throw new Error(`The login was answered with ${response.status}.`);
  return cookie;
}

/** The used share of a core, of all replicas together, over a time. */
async function cpuShareOf(replicas: readonly Subject[], ms: number): Promise<number> {
  const read = async (): Promise<number> => {
    const micros = await Promise.all(replicas.map((replica) => replica.cpuMicros()));
    return micros.reduce((sum, one) => sum + one, 0);
  };
  const before = await read();
  const startedAt = performance.now();
  await delay(ms);
  const after = await read();
  return (after - before) / 1_000 / (performance.now() - startedAt);
}

function report(usages: readonly Usage[], rows: string): string {
  const table = usages.map(({ name, rounds }) => {
    const added = medianOf(rounds, ({ open, idle }) => open - idle);
    const rate = medianOf(rounds, ({ requestsPerSecond }) => requestsPerSecond);
    return [
      name,
      number(rate, 2),
      shareOf(medianOf(rounds, ({ idle }) => idle)),
      shareOf(medianOf(rounds, ({ open }) => open)),
      shareOf(added),
      spread(
        rounds.map(({ open, idle }) => (open - idle) * 100),
        2,
      ),
      number((added * 1_000) / rate, 2),
      added <= LIMIT_SHARE ? 'yes' : 'NO',
    ];
  });
  const head = ['open pages', 'requests/s', 'idle', 'open', 'added', 'spread', 'ms each'];
  return [
    heading(`Console: ${TABS} open pages on ${REPLICAS} replicas`),
    'CPU time of the replicas together, in per cent of one core: idle before and after, and with the pages open; medians of',
    `rounds. ${rows}`,
    '',
    tableOf([...head, `within ${percent(LIMIT_SHARE)}`], table),
  ].join('\n');
}

function shareOf(share: number): string {
  return percent(share, 2);
}
