import { sql } from 'kysely';
import type { Attempt, Delivery } from '../../sync/domain/delivery';
import type { WebhookEvent } from '../../webhooks/domain/webhook-event';
import type { WebhookDeliveryTable } from '../database/database';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';
import { toWebhookAttemptRow } from './webhook.mapper';

/** The delivery is no longer pending, or its queue no longer claimed by the relay that reports on it. */
export class ClaimOverError extends Error {}

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

/** The pending events of a row of `webhook_queue`. */
const PENDING = sql`select delivery.attempts from webhook_delivery as delivery
  where delivery.webhook_id = webhook_queue.webhook_id and delivery.status = 'pending'
    and delivery.conversation_id = webhook_queue.conversation_id`;

/** Failed attempts of the head of a row of `webhook_queue`. */
export const ATTEMPTS_OF_HEAD = sql<number>`coalesce((${PENDING} order by delivery.sequence limit 1), 0)`;

interface Outcome {
  readonly key: QueueKey & { readonly eventId: string };
  readonly changes: Partial<WebhookDeliveryTable>;
  /** Requires the relay's claim of the queue. */
  readonly claim: { readonly relay?: string };
  /** Requires the number of attempts. */
  readonly counted: { readonly attempts?: number };
}

/** Changes a pending delivery. */
const changingDelivery = prepared((db, { key, changes, claim, counted }: Outcome) =>
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

export interface AdvancedQueue {
  /** Null if the queue is empty. */
  readonly due_at: number | null;
}

/** The queue continues with its next event, if it has one. */
export const advancingQueue = prepared(
  (_, { webhookId, conversationId, at }: QueueKey & { readonly at: number }) => sql<AdvancedQueue>`
    update webhook_queue set claimed_by = null, claimed_until = null, attempts = ${ATTEMPTS_OF_HEAD},
      due_at = case when exists (${PENDING}) then cast(${at} as bigint) else null end
    where webhook_id = ${webhookId} and conversation_id = ${conversationId}
    returning due_at`,
);

/** The queue waits with its head, which may be an earlier event that was asked for again. */
export const postponingQueue = prepared(
  (db, { webhookId, conversationId, dueAt }: QueueKey & { readonly dueAt: number }) =>
    db
      .updateTable('webhook_queue')
      .set({ claimed_by: null, claimed_until: null, attempts: ATTEMPTS_OF_HEAD, due_at: dueAt })
      .where('webhook_id', '=', webhookId)
      .where('conversation_id', '=', conversationId),
);

const insertingAttempt = prepared((db, { row }: { readonly row: ReturnType<typeof toWebhookAttemptRow> }) =>
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

export function keyOf({ sink, event }: Delivery<WebhookEvent>): QueueKey {
  return { webhookId: sink, conversationId: event.conversationId };
}

/** Records the attempt and its outcome. Fails the transaction with `ClaimOverError` if the claim is over. */
export function recordOutcome(
  work: Work,
  delivery: Delivery<WebhookEvent>,
  attempt: Attempt,
  changes: Partial<WebhookDeliveryTable>,
): void {
  const { claimedBy, event, attempts } = delivery;
  if (work.dialect === 'postgres') work.send(lockingQueue(work, keyOf(delivery)));
  const statement = changingDelivery(work, {
    key: { ...keyOf(delivery), eventId: event.id },
    changes,
    claim: claimedBy === undefined ? {} : { relay: claimedBy },
    // The same failure is counted once. An acceptance or a burial stands, whatever was counted meanwhile.
    counted: changes.status === undefined ? { attempts } : {},
  });
  work.sendGuarded(statement, () => new ClaimOverError());
  work.send(insertingAttempt(work, { row: toWebhookAttemptRow(delivery, attempt) }));
}
