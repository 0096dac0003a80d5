import { setTimeout as delay } from 'node:timers/promises';
import { aCaller, keysOf } from '../test/support/callers';
import { filledDatabase } from './support/console-database';
import { type ConsolePage, ConsoleTabs } from './support/console-tabs';
import type { MeasuredDatabase } from './support/databases';
import { startServiceOn, type Subject } from './support/subjects';
import { heading, number, percent, tableOf } from './support/table';
import type { Workspace } from './support/workspace';

const REPLICAS = 3;
const TABS = 20;
const FULL = { warmUpMs: 30_000, idleMs: 45_000, openMs: 90_000 };
const QUICK = { warmUpMs: 2_000, idleMs: 5_000, openMs: 12_000 };
const LIMIT_SHARE = 0.02;

const MIXES: Readonly<Record<string, readonly ConsolePage[]>> = {
  'overview, sessions and deliveries in turn': ['overview', 'sessions', 'deliveries'],
  'overview alone': ['overview'],
};

interface Usage {
  readonly name: string;
  /** Share of one core, of all replicas together. */
  readonly share: number;
  readonly requestsPerSecond: number;
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
  { warmUpMs, idleMs, openMs }: typeof FULL,
): Promise<Usage[]> {
  const origins = replicas.map(({ address }) => new URL(address).origin);
  const cookie = await logIn(origins[0] ?? '', key);
  const opened = async (pages: readonly ConsolePage[], name: string, ms: number): Promise<Usage> => {
    const tabs = new ConsoleTabs(origins, cookie, pages);
    const share = await cpuShareOf(replicas, ms);
    const requestsPerSecond = (tabs.requests * 1_000) / ms;
    await tabs.close();
    return { name, share, requestsPerSecond };
  };
  const idle = async (): Promise<Usage> => {
    const share = await cpuShareOf(replicas, idleMs);
    return { name: 'none', share, requestsPerSecond: 0 };
  };
  await opened(tabsOf(Object.values(MIXES).flat()), 'warm-up', warmUpMs);
  const usages = [await idle()];
  for (const [name, pages] of Object.entries(MIXES)) {
    usages.push(await opened(tabsOf(pages), name, openMs));
    usages.push(await idle());
  }
  return usages;
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
  const idles = usages.filter(({ requestsPerSecond }) => requestsPerSecond === 0);
  const idle = idles.reduce((sum, { share }) => sum + share, 0) / idles.length;
  const table = usages.map(({ name, share, requestsPerSecond }) => {
    const added = share - idle;
    const isOpen = requestsPerSecond > 0;
    return [
      name,
      number(requestsPerSecond, 2),
      percent(share, 2),
      isOpen ? percent(added, 2) : '',
      isOpen ? number((added * 1_000) / requestsPerSecond, 2) : '',
      isOpen ? (added <= LIMIT_SHARE ? 'yes' : 'NO') : '',
    ];
  });
  return [
    heading(`Console: ${TABS} open pages on ${REPLICAS} replicas`),
    `CPU time of the replicas together, in per cent of one core; added: above the mean of the times without a page. ${rows}`,
    '',
    tableOf(['open pages', 'requests/s', 'CPU', 'added', 'ms each', `within ${percent(LIMIT_SHARE)}`], table),
  ].join('\n');
}
