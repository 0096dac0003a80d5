import { sql } from 'kysely';
import { dueHeads } from '../../src/persistence/outbox/delivery-queue';
import { writeBacklog } from '../../bench/support/backlog';
import { createStorage, TestStores, type TestStorage } from '../support/persistence-harness';

const LANES = 50_000;
const NOW = 1_000_000;
const BATCH = 64;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

let storage: TestStorage;
let stores: TestStores;

/** A queue of 100,000 pending events. */
async function fill(dialect: 'sqlite' | 'postgres'): Promise<void> {
  storage = await createStorage(dialect);
  stores = await TestStores.open(storage.config);
  await writeBacklog(stores.connection.db, dialect, { lanes: LANES, eventsPerLane: 2, from: 1_000 });
}

const head = (sequence = 1) => ({ attempts: 0, event: { sequence } });

/**
 * The claim reads heads in the order of their due times and checks each by its lane; `except` does not change the
 * plan.
 */
const inHand = (count: number) => Array.from({ length: count }, (_, index) => `conversation-${index}`);

afterEach(async () => {
  await stores.close();
  await storage.remove();
});

describe('the plan of a claim among 100,000 pending events on sqlite', () => {
  const planOf = async (except: readonly string[], isProbe: boolean): Promise<string[]> => {
    const query = dueHeads(stores.connection.db, { sink: 'crm', now: NOW, limit: BATCH, except, isProbe });
    const rows = await query.explain<{ detail: string }>(undefined, sql`query plan`);
    return rows.map(({ detail }) => detail);
  };

  it('scans the partial index in order, finds lanes by their index, and does not sort', async () => {
    await fill('sqlite');
    for (const except of [[], inHand(60)]) {
      for (const isProbe of [false, true]) {
        const plan = await planOf(except, isProbe);
        expect(plan).toContainEqual(
          expect.stringMatching(/^SEARCH delivery USING INDEX delivery_due \(sink=\?/),
        );
        expect(plan).toContainEqual(
          expect.stringMatching(
            /^SEARCH other USING (COVERING )?INDEX delivery_lane \(sink=\? AND conversation_id=\?/,
          ),
        );
        expect(plan.join('\n')).not.toMatch(/TEMP B-TREE|SCAN (delivery|other)/);
      }
    }
    await expect(stores.claim({ now: NOW, limit: BATCH })).resolves.toMatchObject(
      Array.from({ length: BATCH }, () => head()),
    );
  });
});

describe('the plan of a claim among 100,000 pending events on postgres', () => {
  const planOf = async (except: readonly string[], isProbe: boolean): Promise<PlanNode[]> => {
    const query = dueHeads(stores.connection.db, { sink: 'crm', now: NOW, limit: BATCH, except, isProbe });
    const [row] = await query.forUpdate().skipLocked().explain<Record<string, [{ Plan: PlanNode }]>>('json');
    const root = row?.['QUERY PLAN']?.[0].Plan;
    return root === undefined ? [] : nodesOf(root);
  };

  it('scans the partial index in order, finds lanes by their index, and does not sort', async () => {
    await fill('postgres');
    await sql`analyze`.execute(stores.connection.db);
    for (const except of [[], inHand(60)]) {
      for (const isProbe of [false, true]) {
        const plan = await planOf(except, isProbe);
        const reads = plan.filter((node) => node['Relation Name'] === 'delivery');
        expect(reads.map((node) => node['Index Name'])).toEqual(['delivery_due', 'delivery_lane']);
        expect(plan.map((node) => node['Node Type']).filter(isCostly)).toEqual([]);
      }
    }
    await expect(stores.claim({ now: NOW, limit: BATCH })).resolves.toMatchObject(
      Array.from({ length: BATCH }, () => head()),
    );
  });
});

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function isCostly(type: string): boolean {
  return /Sort|Hash|Materialize|Bitmap/.test(type);
}
