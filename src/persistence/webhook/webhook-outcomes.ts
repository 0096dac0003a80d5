import { sql } from 'kysely';
import type { WebhookDeliveryTable } from '../database/database';
import { prepared } from '../database/prepared';
import type { toWebhookAttemptRow } from './webhook.mapper';

interface QueueKey {
  readonly webhookId: string;
  readonly conversationId: string;
}

/** On PostgreSQL, before a statement that looks for the next event: an event that is being queued is seen then. */
export const lockingQueue = prepared((db, { webhookId, conversationId }: QueueKey) =>
  db
    .selectFrom('webhook_queue')
    .select('last_sequence')
    .where('webhook_id', '=', webhookId)
    .where('conversation_id', '=', conversationId)
    .forUpdate(),
);

interface Outcome {
  readonly key: QueueKey & { readonly eventId: string };
  readonly changes: Partial<WebhookDeliveryTable>;
  /** Requires the relay's claim of the queue. */
  readonly claim: { readonly relay?: string };
  /** Requires the number of attempts. */
  readonly counted: { readonly attempts?: number };
}

/** Changes a pending delivery. */
export const changingDelivery = prepared((db, { key, changes, claim, counted }: Outcome) =>
  db
    .updateTable('webhook_delivery')
    .set(changes)
    .where('webhook_id', '=', key.webhookId)
    .where('event_id', '=', key.eventId)
    .where('status', '=', sql.lit('pending'))
    .$if(claim.relay !== undefined, (query) =>
      query.where(
        sql<boolean>`exists (select 1 from webhook_queue where webhook_id = ${key.webhookId}
          and conversation_id = ${key.conversationId} and claimed_by = ${claim.relay})`,
      ),
    )
    .$if(counted.attempts !== undefined, (query) => query.where('attempts', '=', counted.attempts ?? 0)),
);

/** The queue continues with its next event, if it has one. */
export const advancingQueue = prepared(
  (_, { webhookId, conversationId, at }: QueueKey & { readonly at: number }) => sql`
    update webhook_queue set claimed_by = null, claimed_until = null, attempts = 0, due_at = case when exists (
      select 1 from webhook_delivery where webhook_delivery.webhook_id = ${webhookId}
        and webhook_delivery.conversation_id = ${conversationId} and status = 'pending') then cast(${at} as bigint) else null end
    where webhook_id = ${webhookId} and conversation_id = ${conversationId}`,
);

/** The queue waits with its head. */
export const postponingQueue = prepared(
  (
    db,
    { key, attempts, dueAt }: { readonly key: QueueKey; readonly attempts: number; readonly dueAt: number },
  ) =>
    db
      .updateTable('webhook_queue')
      .set({ claimed_by: null, claimed_until: null, attempts, due_at: dueAt })
      .where('webhook_id', '=', key.webhookId)
      .where('conversation_id', '=', key.conversationId),
);

export const insertingAttempt = prepared(
  (db, { row }: { readonly row: ReturnType<typeof toWebhookAttemptRow> }) =>
    db.insertInto('webhook_attempt').values(row),
);

/** The receiver has accepted an event. Changes a row only after a failure. */
export const clearingFailure = prepared((db, { webhookId }: { readonly webhookId: string }) =>
  db
    .updateTable('webhook')
    .set({ failing_since: null })
    .where('id', '=', webhookId)
    .where('failing_since', 'is not', null),
);
