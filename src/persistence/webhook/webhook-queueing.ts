import { type CompiledQuery, sql } from 'kysely';
import type { CommitSignal } from '../../common/commit-signal';
import type { NewDelivery } from '../../webhooks/ports/webhook-queue';
import type { WebhookDeliveryTable, WebhookQueueTable } from '../database/database';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';

/** The largest chunk of rows in one statement; below the number of values that SQLite takes. */
const MAX_ROWS = 256;

type NewQueue = Omit<WebhookQueueTable, 'attempts' | 'claimed_by' | 'claimed_until'>;

const numbering = prepared((db, { rows }: { readonly rows: readonly WebhookQueueTable[] }) =>
  db
    .insertInto('webhook_queue')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['webhook_id', 'conversation_id']).doUpdateSet((eb) => ({
        last_sequence: eb('webhook_queue.last_sequence', '+', eb.ref('excluded.last_sequence')),
        due_at: sql<number>`coalesce(webhook_queue.due_at, excluded.due_at)`,
      })),
    )
    .returning(['webhook_id', 'conversation_id', 'last_sequence']),
);

const inserting = prepared((db, { rows }: { readonly rows: readonly WebhookDeliveryTable[] }) =>
  db.insertInto('webhook_delivery').values(rows),
);

/**
 * Queues events for webhooks in their order, and numbers them; signals after the commit. The rows of the queues are locked
 * in the order of their keys.
 */
export async function queueDeliveries(
  work: Work,
  commits: CommitSignal,
  deliveries: readonly NewDelivery[],
  at: number,
): Promise<void> {
  if (deliveries.length === 0) return;
  work.afterCommit(() => {
    commits.notify('webhooks');
  });
  const next = await takeNumbers(work, countedByQueue(deliveries), at);
  const rows = deliveries.map((delivery) => rowOf(delivery, next, at));
  for (const chunk of inChunks(rows)) work.send(inserting(work, { rows: chunk }));
}

function countedByQueue(deliveries: readonly NewDelivery[]): Map<string, NewQueue> {
  const queues = new Map<string, NewQueue>();
  for (const { webhookId, conversationId } of deliveries) {
    const key = keyOf(webhookId, conversationId);
    const last_sequence = (queues.get(key)?.last_sequence ?? 0) + 1;
    queues.set(key, { webhook_id: webhookId, conversation_id: conversationId, last_sequence, due_at: null });
  }
  return queues;
}

/** Resolves with the first free number of each queue. */
async function takeNumbers(
  work: Work,
  queues: ReadonlyMap<string, NewQueue>,
  at: number,
): Promise<Map<string, number>> {
  const rows = [...queues]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, queue]) => ({ ...queue, due_at: at, attempts: 0, claimed_by: null, claimed_until: null }));
  const next = new Map<string, number>();
  for (const chunk of inChunks(rows)) {
    const statement = numbering(work, { rows: chunk }) as CompiledQuery<NewQueue>;
    for (const { webhook_id, conversation_id, last_sequence } of (await work.ask(statement)).rows) {
      const key = keyOf(webhook_id, conversation_id);
      next.set(key, last_sequence - (queues.get(key)?.last_sequence ?? 0) + 1);
    }
  }
  return next;
}

function rowOf(
  { webhookId, id, conversationId, type, occurredAt, data }: NewDelivery,
  next: Map<string, number>,
  at: number,
): WebhookDeliveryTable {
  const key = keyOf(webhookId, conversationId);
  const sequence = next.get(key) ?? 1;
  next.set(key, sequence + 1);
  return {
    webhook_id: webhookId,
    event_id: id,
    conversation_id: conversationId,
    sequence,
    type,
    occurred_at: occurredAt,
    data: data === undefined ? null : JSON.stringify(data),
    status: 'pending',
    attempts: 0,
    queued_at: at,
    settled_at: null,
    last_error: null,
  };
}

function keyOf(webhookId: string, conversationId: string): string {
  return `${webhookId} ${conversationId}`;
}

/** Chunks whose lengths are powers of two, so that there are few texts of statements. */
function inChunks<Row>(rows: readonly Row[]): Row[][] {
  const chunks: Row[][] = [];
  for (let start = 0; start < rows.length;) {
    const size = Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(rows.length - start)));
    chunks.push(rows.slice(start, start + size));
    start += size;
  }
  return chunks;
}
