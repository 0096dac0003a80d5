import { sql } from 'kysely';
import { setTimeout as delay } from 'node:timers/promises';
import { AuditListener } from '../../src/audit/ports/audit-listener';
import { PoisonMessageReporter } from '../../src/common/poison/poison-message-reporter';
import { newDataKey } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import { AuditWriter } from '../../src/persistence/audit/audit-writer';
import { DataCipher } from '../../src/persistence/guest/data-cipher';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { GuestDataEncryption } from '../../src/persistence/guest/guest-data-encryption';
import { SqlOutboxStore } from '../../src/persistence/outbox/sql-outbox.store';
import { UnitOfWork } from '../../src/persistence/database/unit-of-work';
import type { Delivery } from '../../src/sync/domain/delivery';
import { type BacklogShape, writeBacklog } from '../support/backlog';
import { serve } from '../support/ipc';

export interface ClaimCommands {
  open: { input: { dataDir: string; databaseUrl: string | undefined }; output: undefined };
  write: { input: BacklogShape; output: undefined };
  /** Postpones by an hour the first heads that are due, this many of them. */
  postpone: { input: number; output: undefined };
  /** Claims batches while other lanes are in hand, returns each batch, and reports the duration of each claim. */
  claim: { input: { rounds: number; inHand: number }; output: readonly number[] };
  /** Claims and settles as a relay does, always with 64 lanes in hand. */
  settle: { input: { rounds: number }; output: SteadyWork };
}

export interface SteadyWork {
  readonly times: readonly number[];
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly rssBefore: number;
  readonly rssAfter: number;
}

const RELAY = 'bench';
const BATCH = 64;
const SETTLED_PER_ROUND = 8;
const HOUR_MS = 3_600_000;
const COLLECTIONS = 5;

class NoPublisher extends AuditListener {
  override publish(): void {
    // Logging is not part of the measurement.
  }
}

let connection: DatabaseConnection;
let outbox: SqlOutboxStore;

serve<ClaimCommands>({
  open: async ({ dataDir, databaseUrl }) => {
    const config = new StorageConfig({
      DATA_DIR: dataDir,
      DATA_KEY: [newDataKey('k1')],
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    });
    connection = await DatabaseConnection.open(config);
    const poison = new PoisonMessageReporter();
    outbox = new SqlOutboxStore(
      new UnitOfWork(connection),
      new AuditWriter(new NoPublisher()),
      new GuestDataEncryption(new DataCipher(config.dataKeys), poison),
      poison,
    );
    return undefined;
  },
  write: async (shape) => {
    await writeBacklog(connection.db, connection.dialect, shape);
    // The server would run it by itself a minute later; SQLite has no statistics in production either.
    if (connection.dialect === 'postgres') await sql`vacuum (analyze)`.execute(connection.db);
    return undefined;
  },
  postpone: async (lanes) => {
    for (let left = lanes; left > 0; left -= BATCH) await postponeSome(Math.min(left, BATCH));
    return undefined;
  },
  claim: claimRepeatedly,
  settle: settleSteadily,
});

async function claimRepeatedly({ rounds, inHand }: { rounds: number; inHand: number }): Promise<number[]> {
  const held = inHand === 0 ? [] : await claim(inHand, []);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const claimed = await claim(BATCH, held);
    times.push(performance.now() - startedAt);
    await giveBack(claimed);
  }
  await giveBack(held);
  return times;
}

async function settleSteadily({ rounds }: { rounds: number }): Promise<SteadyWork> {
  const before = await memory();
  const times: number[] = [];
  const inHand: Delivery[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const claimed = await claim(BATCH - inHand.length, inHand);
    times.push(performance.now() - startedAt);
    inHand.push(...claimed);
    const settled = inHand.splice(0, SETTLED_PER_ROUND);
    await Promise.all(settled.map((one) => outbox.settle(one, { at: Date.now(), latencyMs: 5 })));
  }
  await giveBack(inHand);
  const after = await memory();
  return {
    times,
    heapBefore: before.heapUsed,
    heapAfter: after.heapUsed,
    rssBefore: before.rss,
    rssAfter: after.rss,
  };
}

async function postponeSome(count: number): Promise<void> {
  const at = Date.now();
  const refused = { at, latencyMs: 5, error: 'status 503', status: 503 };
  for (const head of await claim(count, [])) await outbox.postpone(head, refused, at + HOUR_MS);
}

function claim(limit: number, inHand: readonly Delivery[]): Promise<Delivery[]> {
  const now = Date.now();
  const except = inHand.map(({ event }) => event.conversationId);
  return outbox.claim({ sink: 'crm', relay: RELAY, now, until: now + HOUR_MS, limit, except });
}

async function giveBack(deliveries: readonly Delivery[]): Promise<void> {
  if (connection.dialect === 'sqlite' || deliveries.length === 0) return;
  const ids = deliveries.map(({ event }) => event.id);
  await connection.db
    .updateTable('delivery')
    .set({ claimed_by: null, claimed_until: null })
    .where('event_id', 'in', ids)
    .execute();
}

async function memory(): Promise<NodeJS.MemoryUsage> {
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    globalThis.gc?.();
    await delay(200);
  }
  return process.memoryUsage();
}
