import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import type { AuditDetail } from '../../audit/domain/audit-record';
import type { ReplayBounds } from '../../sync/domain/replay-bounds';
import type { Attempt } from '../../sync/domain/delivery';
import {
  type WebhookDeliveryFilter,
  type WebhookDeliveryPosition,
  type WebhookDeliveryRecord,
  WebhookDeliveryStore,
} from '../../webhooks/ports/webhook-delivery.store';
import { CommitSignal } from '../../common/commit-signal';
import { AuditWriter } from '../audit/audit-writer';
import type { Database } from '../database/database';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';
import { toWebhookAttempt, toWebhookDeliveryRecord } from './webhook.mapper';
import { webhookFact } from './webhook-release';

/** Number of conversations that one step of a replay queues again. */
const REPLAY_STEP = 200;

/** The deliveries of webhooks in SQL, as their callers see and manage them. */
@Injectable()
export class SqlWebhookDeliveryStore extends WebhookDeliveryStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
    private readonly commits: CommitSignal,
  ) {
    super();
  }

  async list(
    webhookId: string,
    { status, conversationId }: WebhookDeliveryFilter,
    { limit, after }: { readonly limit: number; readonly after?: WebhookDeliveryPosition },
  ): Promise<WebhookDeliveryRecord[]> {
    const rows = await this.unitOfWork.query((db) =>
      deliveriesOf(db, webhookId)
        .$if(status !== undefined, (query) => query.where('webhook_delivery.status', '=', status ?? 'dead'))
        .$if(conversationId !== undefined, (query) =>
          query.where('webhook_delivery.conversation_id', '=', conversationId ?? ''),
        )
        .$if(after !== undefined, (query) =>
          query.where((eb) =>
            eb(
              eb.refTuple('webhook_delivery.queued_at', 'webhook_delivery.event_id'),
              '<',
              eb.tuple(after?.queuedAt ?? 0, after?.eventId ?? ''),
            ),
          ),
        )
        .orderBy('webhook_delivery.queued_at', 'desc')
        .orderBy('webhook_delivery.event_id', 'desc')
        .limit(limit)
        .execute(),
    );
    return rows.map(toWebhookDeliveryRecord);
  }

  async find(webhookId: string, eventId: string): Promise<WebhookDeliveryRecord | undefined> {
    const row = await this.unitOfWork.query((db) =>
      deliveriesOf(db, webhookId).where('webhook_delivery.event_id', '=', eventId).executeTakeFirst(),
    );
    return row && toWebhookDeliveryRecord(row);
  }

  async attempts(webhookId: string, eventId: string): Promise<Attempt[]> {
    const rows = await this.unitOfWork.query((db) =>
      db
        .selectFrom('webhook_attempt')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .where('event_id', '=', eventId)
        .orderBy('id')
        .execute(),
    );
    return rows.map(toWebhookAttempt);
  }

  async retry(webhookId: string, eventId: string, at: number): Promise<boolean> {
    return this.unitOfWork.run(async (work) => {
      const row = await work.db
        .selectFrom('webhook_delivery')
        .select(['conversation_id', 'sequence'])
        .where('webhook_id', '=', webhookId)
        .where('event_id', '=', eventId)
        .executeTakeFirst();
      if (row === undefined) return false;
      const { conversation_id: conversationId, sequence } = row;
      await this.queueAgain(work, webhookId, [conversationId], { eventId }, at);
      const detail = { eventId, sequence };
      this.audit.write(work, [
        webhookFact('WEBHOOK_DELIVERY_RETRIED', webhookId, { conversationId, detail }),
      ]);
      return true;
    });
  }

  async replay(webhookId: string, selection: ReplayBounds, at: number): Promise<number> {
    let replayed = 0;
    let after: string | undefined = '';
    do {
      const step: readonly string[] = await this.conversationsAfter(webhookId, selection, after);
      replayed += await this.unitOfWork.run(async (work) => {
        const count = await this.queueAgain(work, webhookId, step, selection, at);
        this.recordReplay(work, webhookId, selection, count);
        return count;
      });
      after = step.length === REPLAY_STEP ? step.at(-1) : undefined;
    } while (after !== undefined);
    return replayed;
  }

  async purge(settledBefore: number, limit: number): Promise<number> {
    const settled = await this.unitOfWork.query((db) =>
      purgeDeliveries(db, sql`settled_at < ${settledBefore}`, limit),
    );
    const deleted = await this.unitOfWork.query((db) =>
      purgeDeliveries(db, sql`webhook_id in (select id from webhook where status = 'deleted')`, limit),
    );
    if (deleted < limit) await this.purgeWebhooks();
    return Math.max(settled, deleted);
  }

  private async purgeWebhooks(): Promise<void> {
    await this.unitOfWork.run(async ({ db }) => {
      const gone = sql<boolean>`webhook_id in (select id from webhook where status = 'deleted')`;
      await db.deleteFrom('webhook_queue').where(gone).execute();
      await db
        .deleteFrom('webhook')
        .where('status', '=', sql.lit('deleted'))
        .where(sql<boolean>`not exists (select 1 from webhook_delivery where webhook_id = webhook.id)`)
        .execute();
    });
  }

  private async conversationsAfter(
    webhookId: string,
    { conversationId, from, to }: ReplayBounds,
    after: string,
  ): Promise<string[]> {
    if (conversationId !== undefined) return [conversationId];
    const rows = await this.unitOfWork.query((db) =>
      db
        .selectFrom('webhook_delivery')
        .select('conversation_id')
        .distinct()
        .where('webhook_id', '=', webhookId)
        .where('conversation_id', '>', after)
        .where('occurred_at', '>=', from ?? 0)
        .where('occurred_at', '<', to ?? Number.MAX_SAFE_INTEGER)
        .orderBy('conversation_id')
        .limit(REPLAY_STEP)
        .execute(),
    );
    return rows.map((row) => row.conversation_id);
  }

  /**
   * Queues deliveries of whole conversations again, and makes their queues due. The rows of the queues are locked first, so
   * that no relay settles one of them meanwhile. Returns how many were queued.
   */
  private async queueAgain(
    work: Work,
    webhookId: string,
    conversationIds: readonly string[],
    { eventId, from, to }: Pick<ReplayBounds, 'from' | 'to'> & { readonly eventId?: string },
    at: number,
  ): Promise<number> {
    if (conversationIds.length === 0) return 0;
    const { db } = work;
    await db
      .updateTable('webhook_queue')
      .set({ due_at: at })
      .where('webhook_id', '=', webhookId)
      .where('conversation_id', 'in', conversationIds)
      .execute();
    const { numUpdatedRows } = await db
      .updateTable('webhook_delivery')
      .set({
        status: 'pending',
        attempts: sql<number>`case when status = 'pending' then attempts else 0 end`,
        queued_at: sql<number>`case when status = 'pending' then queued_at else ${sql.val(at)} end`,
        settled_at: null,
        last_error: sql<string | null>`case when status = 'pending' then last_error else null end`,
      })
      .where('webhook_id', '=', webhookId)
      .where('conversation_id', 'in', conversationIds)
      .$if(eventId !== undefined, (query) => query.where('event_id', '=', eventId ?? ''))
      .$if(from !== undefined, (query) => query.where('occurred_at', '>=', from ?? 0))
      .$if(to !== undefined, (query) => query.where('occurred_at', '<', to ?? 0))
      .executeTakeFirstOrThrow();
    await clearEmptyQueues(db, webhookId, conversationIds);
    work.afterCommit(() => {
      this.commits.notify('webhooks');
    });
    return Number(numUpdatedRows);
  }

  private recordReplay(
    work: Work,
    webhookId: string,
    { conversationId, from, to }: ReplayBounds,
    replayed: number,
  ): void {
    const detail: AuditDetail = {
      replayed,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
    const about = conversationId === undefined ? {} : { conversationId };
    this.audit.write(work, [webhookFact('WEBHOOK_DELIVERIES_REPLAYED', webhookId, { ...about, detail })]);
  }
}

/** A queue that was made due without a pending event would be claimed in vain, again and again. */
async function clearEmptyQueues(
  db: Kysely<Database>,
  webhookId: string,
  conversationIds: readonly string[],
): Promise<void> {
  await db
    .updateTable('webhook_queue')
    .set({ due_at: null })
    .where('webhook_id', '=', webhookId)
    .where('conversation_id', 'in', conversationIds)
    .where(
      sql<boolean>`not exists (select 1 from webhook_delivery as delivery where delivery.webhook_id = ${webhookId}
        and delivery.conversation_id = webhook_queue.conversation_id and delivery.status = 'pending')`,
    )
    .execute();
}

async function purgeDeliveries(
  db: Kysely<Database>,
  condition: ReturnType<typeof sql>,
  limit: number,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from webhook_delivery where (webhook_id, event_id) in (
      select webhook_id, event_id from webhook_delivery where ${condition} limit ${limit})`.execute(db);
  return Number(numAffectedRows);
}

function deliveriesOf(db: Kysely<Database>, webhookId: string) {
  return db
    .selectFrom('webhook_delivery')
    .leftJoin('webhook_queue', (join) =>
      join
        .onRef('webhook_queue.webhook_id', '=', 'webhook_delivery.webhook_id')
        .onRef('webhook_queue.conversation_id', '=', 'webhook_delivery.conversation_id'),
    )
    .selectAll('webhook_delivery')
    .select('webhook_queue.due_at')
    .where('webhook_delivery.webhook_id', '=', webhookId);
}
