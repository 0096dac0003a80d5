import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import type { ReplayBounds } from '../../sync/domain/replay-bounds';
import { statusIn } from '../../sync/domain/status-filter';
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
import { purgeDeletedWebhooks, purgeDeliveriesOfDeleted, purgeSettled } from './webhook-purge';
import { webhookFact } from './webhook-release';
import { queueAgain } from './webhook-requeueing';

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
        .$if(status !== undefined, (query) =>
          query.where('webhook_delivery.status', '=', statusIn(status ?? 'dead')),
        )
        .$if(status === 'failing', (query) => query.where('webhook_delivery.attempts', '>', 0))
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
      const wanted = { webhookId, conversationIds: [conversationId], eventId };
      if ((await queueAgain(work, wanted, at)) === 0) return false;
      const detail = { eventId, sequence };
      this.audit.write(work, [
        webhookFact('WEBHOOK_DELIVERY_RETRIED', webhookId, { conversationId, detail }),
      ]);
      this.notifyAfter(work);
      return true;
    });
  }

  async replay(webhookId: string, selection: ReplayBounds, at: number): Promise<number> {
    let replayed = 0;
    let after: string | undefined = '';
    do {
      const step: readonly string[] = await this.conversationsAfter(webhookId, selection, after);
      if (step.length > 0 || after === '') replayed += await this.replayStep(webhookId, selection, step, at);
      after = step.length === REPLAY_STEP ? step.at(-1) : undefined;
    } while (after !== undefined);
    return replayed;
  }

  async purge(settledBefore: number, limit: number): Promise<number> {
    const settled = await this.unitOfWork.run(({ db }) => purgeSettled(db, settledBefore, limit));
    const deleted = await this.unitOfWork.run(({ db }) => purgeDeliveriesOfDeleted(db, limit));
    if (deleted < limit) await this.unitOfWork.run(({ db }) => purgeDeletedWebhooks(db));
    return Math.max(settled, deleted);
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

  private replayStep(
    webhookId: string,
    selection: ReplayBounds,
    conversationIds: readonly string[],
    at: number,
  ): Promise<number> {
    const { from, to } = selection;
    const span = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    return this.unitOfWork.run(async (work) => {
      const replayed = await queueAgain(work, { webhookId, conversationIds, ...span }, at);
      const { conversationId } = selection;
      const facts = { ...(conversationId && { conversationId }), detail: { replayed, ...span } };
      this.audit.write(work, [webhookFact('WEBHOOK_DELIVERIES_REPLAYED', webhookId, facts)]);
      this.notifyAfter(work);
      return replayed;
    });
  }

  private notifyAfter(work: Work): void {
    work.afterCommit(() => {
      this.commits.notify('webhooks');
    });
  }
}

/** Condition: an earlier delivery of the conversation is pending. */
const isBehind = sql<boolean>`exists (select 1 from webhook_delivery as earlier
  where earlier.webhook_id = webhook_delivery.webhook_id and earlier.status = 'pending'
    and earlier.conversation_id = webhook_delivery.conversation_id
    and earlier.sequence < webhook_delivery.sequence)`;

function deliveriesOf(db: Kysely<Database>, webhookId: string) {
  return db
    .selectFrom('webhook_delivery')
    .leftJoin('webhook_queue', (join) =>
      join
        .onRef('webhook_queue.webhook_id', '=', 'webhook_delivery.webhook_id')
        .onRef('webhook_queue.conversation_id', '=', 'webhook_delivery.conversation_id'),
    )
    .selectAll('webhook_delivery')
    .select(sql<number | null>`case when not ${isBehind} then webhook_queue.due_at end`.as('due_at'))
    .where('webhook_delivery.webhook_id', '=', webhookId);
}
