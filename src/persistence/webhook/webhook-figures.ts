import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DeliveryStatus } from '../../sync/domain/delivery';
import type { Backlog } from '../../sync/ports/outbox.store';
import { WEBHOOK_STATUSES, type WebhookStatus } from '../../webhooks/domain/webhook';
import type { WebhookTotals } from '../../webhooks/ports/webhook-queue';
import type { Database } from '../database/database';

/** The fill level of the queue of a webhook. */
export async function readBacklog(db: Kysely<Database>, webhookId: string): Promise<Backlog> {
  const count = (status: DeliveryStatus): RawBuilder<number> =>
    sql`(select count(*) from webhook_delivery where webhook_id = ${webhookId} and status = ${sql.lit(status)})`;
  const { oldestAt, ...counts } = await db
    .selectNoFrom([
      count('pending').as('pending'),
      count('dead').as('dead'),
      sql<number>`(select count(*) from webhook_queue
        where webhook_id = ${webhookId} and due_at is not null and attempts > 0)`.as('blockedConversations'),
      sql<number | null>`(select min(queued_at) from webhook_delivery
        where webhook_id = ${webhookId} and status = 'pending')`.as('oldestAt'),
    ])
    .executeTakeFirstOrThrow();
  return { ...counts, ...(oldestAt === null ? {} : { oldestAt }) };
}

/** The figures of all webhooks but deleted ones. */
export async function readTotals(db: Kysely<Database>): Promise<WebhookTotals> {
  const ofDeliveries = <T>(figure: RawBuilder<T>, status: DeliveryStatus, condition: RawBuilder<boolean>) =>
    sql<T>`(select ${figure} from webhook_delivery as delivery join webhook on webhook.id = delivery.webhook_id
      where delivery.status = ${sql.lit(status)} and ${condition})`;
  const [count, exists] = [sql<number>`count(*)`, sql<boolean>`webhook.status <> 'deleted'`];
  const oldest = sql<number | null>`min(delivery.queued_at)`;
  const { oldestAt, ...counts } = await db
    .selectNoFrom([
      ofDeliveries(count, 'pending', exists).as('pending'),
      ofDeliveries(count, 'dead', exists).as('dead'),
      ofDeliveries(oldest, 'pending', sql<boolean>`webhook.status = 'active'`).as('oldestAt'),
    ])
    .executeTakeFirstOrThrow();
  return { webhooks: await countByStatus(db), ...counts, ...(oldestAt === null ? {} : { oldestAt }) };
}

async function countByStatus(db: Kysely<Database>): Promise<Record<WebhookStatus, number>> {
  const rows = await db
    .selectFrom('webhook')
    .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute();
  const countOf = (status: WebhookStatus): number => rows.find((row) => row.status === status)?.count ?? 0;
  const entries = WEBHOOK_STATUSES.map((status) => [status, countOf(status)]);
  return Object.fromEntries(entries) as Record<WebhookStatus, number>;
}
