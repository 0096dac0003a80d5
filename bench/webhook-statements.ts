import { aCaller, keysOf, type TestCaller } from '../test/support/callers';
import {
  acceptedBy,
  closeReceivers,
  type WebhookCaller,
  withWebhooks,
} from '../test/support/webhook-callers';
import { WebhookLoad } from '../test/support/webhook-load';
import type { SimulatorCommands } from './children/simulators';
import type { CommandedChild } from './support/commanded-child';
import type { MeasuredDatabase } from './support/databases';
import { runConcurrently } from './support/run-concurrently';
import type { TransactionCounts } from './support/statement-tally';
import { type CountedSubject, startCountedService } from './support/subjects';
import { heading, number, tableOf } from './support/table';
import type { Workspace } from './support/workspace';
import { setTimeout as delay } from 'node:timers/promises';

/** Numbers of sessions by the number of concurrent ones. */
const FULL = { 1: 50, 16: 400, 64: 800 } as const;
const QUICK = { 1: 10, 16: 50 } as const;
const CALLERS = 8;
const WEBHOOKS_EACH = 4;
const EVENTS_EACH = 3;
const DELIVERED_WITHIN_MS = 60_000;
/** Time for the records of the last deliveries; the idle service does little else. */
const RECORDED_MS = 1_000;
const POLL_MS = 50;

/** Counts what the delivery of an event to a webhook costs: the same sessions with webhooks and without them. */
export async function measureWebhookStatements(
  workspace: Workspace,
  quick: boolean,
  databases: readonly MeasuredDatabase[],
): Promise<string> {
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const rows: string[][] = [];
  for (const database of databases) {
    for (const [concurrency, sessions] of Object.entries(quick ? QUICK : FULL)) {
      const load = { sessions, concurrency: Number(concurrency) };
      const bare = await count(workspace, simulators, database, { ...load, webhooks: 0 });
      const told = await count(workspace, simulators, database, { ...load, webhooks: WEBHOOKS_EACH });
      const each = (key: 'statements' | 'commits'): string =>
        number((told[key] - bare[key]) / (sessions * EVENTS_EACH * WEBHOOKS_EACH), 2);
      rows.push([
        database.name,
        concurrency,
        each('statements'),
        each('commits'),
        number((sessions * EVENTS_EACH * WEBHOOKS_EACH * 1000) / told.tookMs),
      ]);
    }
  }
  await workspace.discard(simulators);
  return [
    heading('Statements and commits of an event that is delivered to a webhook'),
    `${CALLERS} callers with ${WEBHOOKS_EACH} webhooks each; sessions are opened and ended. The counts of the same sessions without webhooks are`,
    'subtracted; the rest is divided by the number of deliveries. The counting slows the deliveries.',
    '',
    tableOf(['', 'sessions at a time', 'statements', 'commits', 'delivered/s'], rows),
  ].join('\n');
}

interface Load {
  readonly sessions: number;
  readonly concurrency: number;
  readonly webhooks: number;
}

async function count(
  workspace: Workspace,
  simulators: CommandedChild<SimulatorCommands>,
  { server }: MeasuredDatabase,
  { sessions, concurrency, webhooks }: Load,
): Promise<TransactionCounts & { readonly tookMs: number }> {
  const keys = Array.from({ length: CALLERS }, (_, index) => aCaller(`caller-${index}`));
  const service = await start(workspace, simulators, server, keys);
  const origin = new URL(service.address).origin;
  const callers = await withWebhooks(origin, keys, webhooks);
  const load = new WebhookLoad([origin], keys);
  const before = await service.counts();
  const startedAt = performance.now();
  await runConcurrently(sessions, concurrency, (index) => load.live(index));
  await untilAccepted(callers, sessions * EVENTS_EACH * webhooks);
  const tookMs = performance.now() - startedAt;
  await delay(RECORDED_MS);
  const after = await service.counts();
  await service.discard();
  await closeReceivers(callers);
  return {
    statements: after.statements - before.statements,
    commits: after.commits - before.commits,
    tookMs,
  };
}

async function start(
  workspace: Workspace,
  simulators: CommandedChild<SimulatorCommands>,
  server: string | undefined,
  keys: readonly TestCaller[],
): Promise<CountedSubject> {
  await simulators.ask('reset', undefined);
  return startCountedService(workspace, await simulators.ask('start', undefined), server, {
    ...keysOf(...keys),
    CALLER_REQUESTS_PER_MINUTE: '1000000',
    WEBHOOKS_ALLOW_PRIVATE: 'true',
  });
}

async function untilAccepted(callers: readonly WebhookCaller[], events: number): Promise<void> {
  const deadline = performance.now() + DELIVERED_WITHIN_MS;
  while (acceptedBy(callers) < events) {
    if (performance.now() > deadline)
      throw new Error(`Only ${acceptedBy(callers)} of ${events} events arrived.`);
    await delay(POLL_MS);
  }
}
