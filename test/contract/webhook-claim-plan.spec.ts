import { CompiledQuery, sql } from 'kysely';
import type { Dialect } from '../../src/persistence/database/dialect';
import {
  claimHeads,
  claimingDue,
  findingDue,
  findingFree,
  findingHeads,
} from '../../src/persistence/webhook/webhook-claims';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { activateWebhook, anEvent } from './queued-webhooks';

const IDLE = 3_000;
const QUEUES_OF_EACH = 5;
const WAITING = 20_000;
const NOW = 1_000_000;
const BATCH = 8;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** 3,000 webhooks with 15,000 queues without events, two with one event each, and one with 20,000 queues. */
describe.each(DIALECTS)('the plans of webhooks of which most have nothing to deliver on %s', (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  let busy: string;
  let ids: string[];

  beforeAll(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    ids = [];
    for (let index = 0; index < 3; index += 1) ids.push(await activateWebhook(stores));
    await writeIdle(stores);
    [busy = ''] = ids;
    await writeWaiting(stores, busy);
    for (const id of ids.slice(1)) await stores.webhookQueue.addOthers([anEvent(id, 'one')], 2_000);
    await sql`analyze`.execute(stores.connection.db);
  });

  afterAll(async () => {
    await stores.close();
    await storage.remove();
  });

  const on = () => ({ db: stores.connection.db, dialect });
  const claim = (except: readonly string[] = []) => ({
    sink: busy,
    relay: 'relay-1',
    now: NOW,
    until: NOW + 20_000,
    limit: BATCH,
    except,
  });
  const planOf = (query: CompiledQuery) => planIn(stores, dialect, query);

  it('finds those with due events without reading the others', async () => {
    const plan = await planOf(findingDue(on(), { now: NOW, limit: 1_000 }));
    expect(plan.queueIndexes).toEqual(new Set(['webhook_queue_due']));
    expect(plan.queueRows).toBeLessThan(100);
    const found = await stores.webhookQueue.due(NOW, 1_000);
    expect([...found].sort()).toEqual([...ids].sort());
  });

  it('finds out by one row whether a webhook has due events', async () => {
    const plan = await planOf(findingFree(on(), { sink: busy, now: NOW }));
    expect(plan.queueIndexes).toEqual(new Set(['webhook_queue_due']));
    expect(plan.queueRows).toBeLessThan(10);
  });

  it.each([0, 60])(
    'reads queues in the order of their due times up to the limit, %d left out',
    async (count) => {
      const except = Array.from({ length: count }, (_, index) => `c${index + 1}`);
      const plan = await planOf(claimingDue(on(), claim(except)));
      expect(plan.queueIndexes).toContain('webhook_queue_due');
      expect(plan.steps.join('\n')).not.toMatch(/Sort|TEMP B-TREE|Seq Scan|^SCAN webhook_queue/m);
      expect(plan.queueRows).toBeLessThanOrEqual(count + 3 * BATCH);
    },
  );

  it('finds each head by the index of pending events', async () => {
    const queues = Array.from({ length: BATCH }, (_, index) => `c${index + 1}`);
    const plan = await planOf(findingHeads(on(), { sink: busy, queues }));
    expect(plan.deliveryIndexes).toEqual(new Set(['webhook_delivery_pending']));
    expect(plan.deliveryRows).toBeLessThan(6 * BATCH);
    await expect(claimHeads(on(), claim())).resolves.toHaveLength(BATCH);
  });
});

async function writeIdle({ connection: { db } }: TestStores): Promise<void> {
  await sql`
    with recursive n (n) as (select 1 union all select n + 1 from n where n < ${sql.lit(IDLE)})
    insert into webhook (id, owner, url, description, types, sessions, status, secrets, from_position, created_at, updated_at)
    select 'idle-' || n, 'idle', '', '', '[]', 'own', 'active', '', 0, 1000, 1000 from n`.execute(db);
  await sql`
    with recursive n (n) as (select 1 union all select n + 1 from n where n < ${sql.lit(QUEUES_OF_EACH)})
    insert into webhook_queue (webhook_id, conversation_id, last_sequence, attempts)
    select id, 'c' || n, 1, 0 from webhook cross join n where owner = 'idle'`.execute(db);
}

/** Queues of two pending events each. */
async function writeWaiting({ connection: { db } }: TestStores, id: string): Promise<void> {
  const numbers = (to: number) =>
    sql`with recursive n (n) as (select 1 union all select n + 1 from n where n < ${sql.lit(to)})`;
  await sql`
    ${numbers(WAITING)} insert into webhook_queue (webhook_id, conversation_id, last_sequence, due_at, attempts)
    select ${sql.lit(id)}, 'c' || n, 2, 2000 + n, 0 from n`.execute(db);
  await sql`
    insert into webhook_delivery
      (webhook_id, event_id, conversation_id, sequence, type, occurred_at, data, status, attempts, queued_at)
    ${numbers(2)}
    select webhook_id, conversation_id || '-' || n, conversation_id, n, 'session.expiring', 1000, '{}', 'pending', 0, 2000
    from webhook_queue cross join n where webhook_id = ${sql.lit(id)}`.execute(db);
}

/** The indexes and rows that a statement reads; the rows only on PostgreSQL, where it is executed and rolled back. */
interface Reading {
  readonly steps: readonly string[];
  readonly queueIndexes: ReadonlySet<string>;
  readonly queueRows: number;
  readonly deliveryIndexes: ReadonlySet<string>;
  readonly deliveryRows: number;
}

async function planIn({ connection }: TestStores, dialect: Dialect, query: CompiledQuery): Promise<Reading> {
  const { db } = connection;
  const explaining = (how: string) => CompiledQuery.raw(`explain ${how} ${query.sql}`, [...query.parameters]);
  if (dialect === 'sqlite') {
    const { rows } = await db.executeQuery(explaining('query plan'));
    const steps = (rows as { detail: string }[]).map(({ detail }) => detail);
    return {
      steps,
      queueIndexes: indexesIn(steps, /webhook_queue_due|webhook_queue_key|sqlite_autoindex_webhook_queue_1/),
      queueRows: 0,
      deliveryIndexes: indexesIn(steps, /webhook_delivery_\w+|sqlite_autoindex_webhook_delivery_1/),
      deliveryRows: 0,
    };
  }
  const rows = await db.transaction().execute(async (transaction) => {
    const answer = await transaction.executeQuery(explaining('(analyze, format json)'));
    await sql`rollback`.execute(transaction);
    return answer.rows;
  });
  const [row] = rows as Record<string, [{ Plan: PlanNode }]>[];
  const root = row?.['QUERY PLAN']?.[0].Plan;
  const nodes = root === undefined ? [] : nodesOf(root);
  const of = (table: string) => nodes.filter((node) => node['Relation Name'] === table);
  return {
    steps: nodes.map((node) => node['Node Type']),
    queueIndexes: new Set(of('webhook_queue').flatMap((node) => node['Index Name'] ?? [])),
    queueRows: rowsOf(of('webhook_queue')),
    deliveryIndexes: new Set(of('webhook_delivery').flatMap((node) => node['Index Name'] ?? [])),
    deliveryRows: rowsOf(of('webhook_delivery')),
  };
}

function indexesIn(steps: readonly string[], name: RegExp): Set<string> {
  return new Set(steps.flatMap((step) => name.exec(step) ?? []));
}

function rowsOf(nodes: readonly PlanNode[]): number {
  return nodes.reduce((sum, node) => {
    const rows = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
    return sum + rows * node['Actual Loops'];
  }, 0);
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
