import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { CommitSignal } from '../../common/commit-signal';
import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import type { Attempt, Delivery } from '../../sync/domain/delivery';
import type { Backlog, Claim, ReceiverVerdict } from '../../sync/ports/outbox.store';
import { WEBHOOK_STATUSES, type WebhookStatus } from '../../webhooks/domain/webhook';
import { queueAbout, type WebhookEvent } from '../../webhooks/domain/webhook-event';
import { WEBHOOK_DISABLED } from '../../webhooks/domain/webhook-event-type';
import {
  type FanOut,
  type NewDelivery,
  type Subscription,
  WebhookQueue,
  type WebhookTotals,
} from '../../webhooks/ports/webhook-queue';
import { AuditWriter } from '../audit/audit-writer';
import type { WebhookDeliveryTable } from '../database/database';
import { ofFewLengths } from '../database/dialect';
import { prepared } from '../database/prepared';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';
import { DataCipher } from '../guest/data-cipher';
import { storable } from '../outbox/delivery.mapper';
import { isUnreadable } from '../persistence.errors';
import { COUNTERS } from '../replica/counters';
import { claimHeads, dueWebhooks } from './webhook-claims';
import {
  advancingQueue,
  changingDelivery,
  clearingFailure,
  insertingAttempt,
  lockingQueue,
  postponingQueue,
} from './webhook-outcomes';
import { queueDeliveries } from './webhook-queueing';
import { releaseQueues, webhookFact } from './webhook-release';
import {
  dataIn,
  type HeadRow,
  toWebhookAttemptRow,
  toWebhookDelivery,
  unreadDelivery,
} from './webhook.mapper';

/** A receiver that has accepted nothing for this long is disabled at its next failure. */
const MAX_FAILING_MS = 5 * 86_400_000;

const ERASED = 'The event was erased.';
const UNREADABLE = 'The event cannot be read.';

/** The delivery is no longer pending, or its queue no longer claimed by the relay that reports on it. */
class ClaimOverError extends Error {}

/** Another replica has read the feed further. */
class PositionMovedError extends Error {}

const movingPosition = prepared(
  (db, { name, from, to }: { readonly name: string; readonly from: number; readonly to: number }) =>
    db.updateTable('counter').set({ value: to }).where('name', '=', name).where('value', '=', from),
);

/**
 * The queues of webhooks in SQL. On PostgreSQL a relay claims whole queues, so that two never have events of one
 * conversation; a report on a delivery whose claim is over changes and records nothing.
 */
@Injectable()
export class SqlWebhookQueue extends WebhookQueue {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
    private readonly cipher: DataCipher,
    private readonly poison: PoisonMessageReporter,
    private readonly commits: CommitSignal,
  ) {
    super();
  }

  async due(now: number, limit: number): Promise<readonly string[]> {
    return this.unitOfWork.query((db) => dueWebhooks(db, now, limit));
  }

  async position(): Promise<number | undefined> {
    const row = await this.unitOfWork.query((db) =>
      db
        .selectFrom('counter')
        .select('value')
        .where('name', '=', COUNTERS.webhooks)
        .where(sql<boolean>`exists (select 1 from webhook where status <> 'deleted')`)
        .executeTakeFirst(),
    );
    return row?.value;
  }

  async subscriptions(owners: readonly string[]): Promise<readonly Subscription[]> {
    const rows = await this.unitOfWork.query((db) =>
      db
        .selectFrom('webhook')
        .select(['id', 'owner', 'sessions', 'types', 'from_position'])
        .where('status', 'in', ['active', 'paused'])
        .where((eb) => eb.or([eb('owner', 'in', ofFewLengths(owners)), eb('sessions', '=', sql.lit('all'))]))
        .execute(),
    );
    return rows.map(({ id, owner, sessions, types, from_position }) => ({
      webhookId: id,
      owner,
      sessions,
      types: JSON.parse(types) as string[],
      fromPosition: from_position,
    }));
  }

  async add({ from, to, deliveries }: FanOut, at: number): Promise<boolean> {
    try {
      await this.unitOfWork.run(async (work) => {
        const moving = movingPosition(work, { name: COUNTERS.webhooks, from, to });
        work.sendGuarded(moving, () => new PositionMovedError());
        await this.queue(work, deliveries, at);
      });
      return true;
    } catch (error) {
      if (error instanceof PositionMovedError) return false;
      throw error;
    }
  }

  async addOthers(deliveries: readonly NewDelivery[], at: number): Promise<void> {
    await this.unitOfWork.run((work) => this.queue(work, deliveries, at));
  }

  async claim(claim: Claim): Promise<Delivery<WebhookEvent>[]> {
    const { relay, dialect, rows } = await this.unitOfWork.query(async (db, on) => ({
      relay: claim.relay,
      dialect: on,
      rows: await claimHeads({ db, dialect: on }, claim),
    }));
    const deliveries: Delivery<WebhookEvent>[] = [];
    for (const row of rows) {
      const delivery = await this.readable(row, dialect === 'postgres' ? relay : undefined, claim.now);
      if (delivery !== undefined) deliveries.push(delivery);
    }
    return deliveries;
  }

  async unclaim(sink: string, relay: string): Promise<void> {
    await this.unitOfWork.query((db) =>
      db
        .updateTable('webhook_queue')
        .set({ claimed_by: null, claimed_until: null })
        .where('webhook_id', '=', sink)
        .where('claimed_by', '=', relay)
        .execute(),
    );
  }

  async isDue(sink: string, now: number): Promise<boolean> {
    const due = await this.unitOfWork.query((db) =>
      db
        .selectFrom('webhook_queue')
        .innerJoin('webhook', 'webhook.id', 'webhook_queue.webhook_id')
        .select('conversation_id')
        .where('webhook_id', '=', sink)
        .where('webhook.status', '=', 'active')
        .where('due_at', '<=', now)
        .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<=', now)]))
        .limit(1)
        .executeTakeFirst(),
    );
    return due !== undefined;
  }

  async settle(delivery: Delivery<WebhookEvent>, attempt: Attempt): Promise<void> {
    await this.whileClaimed(false, (work) => {
      change(work, delivery, attempt, { status: 'delivered', settled_at: attempt.at, last_error: null });
      work.send(advancingQueue(work, { ...keyOf(delivery), at: attempt.at }));
      work.send(clearingFailure(work, { webhookId: delivery.sink }));
      return Promise.resolve(true);
    });
  }

  async postpone(
    delivery: Delivery<WebhookEvent>,
    attempt: Attempt,
    nextAttemptAt: number,
    verdict: ReceiverVerdict = {},
  ): Promise<boolean> {
    return this.whileClaimed(false, async (work) => {
      const attempts = delivery.attempts + 1;
      change(work, delivery, attempt, { attempts, last_error: storable(attempt.error ?? '') });
      work.send(postponingQueue(work, { key: keyOf(delivery), attempts, dueAt: nextAttemptAt }));
      return this.noteFailure(work, delivery.sink, attempt.at, verdict);
    });
  }

  async bury(delivery: Delivery<WebhookEvent>, attempt: Attempt): Promise<void> {
    await this.whileClaimed(false, (work) => {
      const last = { attempts: delivery.attempts + 1, last_error: storable(attempt.error ?? '') };
      change(work, delivery, attempt, { status: 'dead', settled_at: attempt.at, ...last });
      work.send(advancingQueue(work, { ...keyOf(delivery), at: attempt.at }));
      return Promise.resolve(true);
    });
  }

  async markFailing(sink: string, until: number): Promise<void> {
    await this.unitOfWork.query((db) =>
      db.updateTable('webhook').set({ failing_until: until }).where('id', '=', sink).execute(),
    );
  }

  async release(sink: string, now: number): Promise<void> {
    await this.unitOfWork.run(async ({ db }) => {
      await releaseQueues(db, sink, now);
      await db.updateTable('webhook').set({ failing_until: null }).where('id', '=', sink).execute();
    });
  }

  async backlog(sink: string): Promise<Backlog> {
    const count = (condition: ReturnType<typeof sql>): ReturnType<typeof sql<number>> =>
      sql<number>`(select count(*) from webhook_delivery where webhook_id = ${sink} and ${condition})`;
    const { oldestAt, ...counts } = await this.unitOfWork.query((db) =>
      db
        .selectNoFrom([
          count(sql`status = 'pending'`).as('pending'),
          count(sql`status = 'dead'`).as('dead'),
          sql<number>`(select count(*) from webhook_queue
            where webhook_id = ${sink} and due_at is not null and attempts > 0)`.as('blockedConversations'),
          sql<number | null>`(select min(queued_at) from webhook_delivery
            where webhook_id = ${sink} and status = 'pending')`.as('oldestAt'),
        ])
        .executeTakeFirstOrThrow(),
    );
    return { ...counts, ...(oldestAt === null ? {} : { oldestAt }) };
  }

  async totals(): Promise<WebhookTotals> {
    const { pending, dead, oldestAt } = await this.unitOfWork.query((db) =>
      db
        .selectNoFrom([
          sql<number>`(select count(*) from webhook_delivery where status = 'pending')`.as('pending'),
          sql<number>`(select count(*) from webhook_delivery where status = 'dead')`.as('dead'),
          sql<number | null>`(select min(delivery.queued_at) from webhook_delivery as delivery
            join webhook on webhook.id = delivery.webhook_id
            where delivery.status = 'pending' and webhook.status = 'active')`.as('oldestAt'),
        ])
        .executeTakeFirstOrThrow(),
    );
    const rows = await this.unitOfWork.query((db) =>
      db
        .selectFrom('webhook')
        .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
        .groupBy('status')
        .execute(),
    );
    const countOf = (status: WebhookStatus): number => rows.find((row) => row.status === status)?.count ?? 0;
    const webhooks = Object.fromEntries(WEBHOOK_STATUSES.map((status) => [status, countOf(status)]));
    return {
      webhooks: webhooks as Record<WebhookStatus, number>,
      pending,
      dead,
      ...(oldestAt === null ? {} : { oldestAt }),
    };
  }

  private async queue(work: Work, deliveries: readonly NewDelivery[], at: number): Promise<void> {
    await queueDeliveries(work, deliveries, at);
    if (deliveries.length > 0) {
      work.afterCommit(() => {
        this.commits.notify('webhooks');
      });
    }
  }

  /** Undefined for an event that was erased or cannot be read. It is buried, so that its queue continues. */
  private async readable(
    row: HeadRow,
    relay: string | undefined,
    now: number,
  ): Promise<Delivery<WebhookEvent> | undefined> {
    try {
      const data = dataIn(this.cipher, row);
      if (data !== undefined) return toWebhookDelivery(this.cipher, row, data, relay);
      await this.buryUnreadable(row, relay, now, ERASED);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      const name = `${row.webhook_id} ${row.event_id}`;
      this.poison.report('deliveries', name, error, row.conversation_id);
      await this.buryUnreadable(row, relay, now, UNREADABLE);
    }
    return undefined;
  }

  /** If the database refuses the burial, the queue stays claimed, which blocks nothing else. */
  private async buryUnreadable(
    row: HeadRow,
    relay: string | undefined,
    at: number,
    error: string,
  ): Promise<void> {
    try {
      await this.bury(unreadDelivery(row, relay), { at, latencyMs: 0, error });
    } catch (failure) {
      if (!(failure instanceof DataRefusedError)) throw failure;
      const name = `${row.webhook_id} ${row.event_id} unburied`;
      this.poison.report('deliveries', name, failure, row.conversation_id);
    }
  }

  /** Throttles, pauses or disables the webhook as its failure demands; resolves with whether it is active no more. */
  private async noteFailure(
    work: Work,
    id: string,
    at: number,
    { retryAfter, isGone = false }: ReceiverVerdict,
  ): Promise<boolean> {
    const since = sql`coalesce(failing_since, ${sql.val(at)})`;
    const noting = work.db
      .updateTable('webhook')
      .set({
        failing_since: sql<number>`${since}`,
        ...(retryAfter === undefined
          ? {}
          : {
              quiet_until: sql<number>`case when coalesce(quiet_until, 0) < ${retryAfter} then ${sql.val(retryAfter)} else quiet_until end`,
            }),
        ...(isGone ? { status: 'paused', status_reason: 'receiver-gone' } : {}),
      })
      .where('id', '=', id)
      .where('status', '=', 'active')
      .returning(['owner', 'failing_since'])
      .compile();
    // After the queue's row, in the order in which transactions lock.
    const [failed] = (await work.ask(noting)).rows;
    if (failed === undefined) return false;
    if (isGone) {
      const change = { reason: 'receiver-gone', before: 'active', after: 'paused' };
      this.audit.write(work, [webhookFact('WEBHOOK_PAUSED', id, change)]);
      return true;
    }
    const failingSince = failed.failing_since ?? at;
    if (at - failingSince < MAX_FAILING_MS) return false;
    await this.disable(work, { id, owner: failed.owner, failingSince }, at);
    return true;
  }

  private async disable(
    work: Work,
    { id, owner, failingSince }: { id: string; owner: string; failingSince: number },
    at: number,
  ): Promise<void> {
    const { db } = work;
    await db
      .updateTable('webhook')
      .set({ status: 'disabled', status_reason: 'failing' })
      .where('id', '=', id)
      .execute();
    const others = await db
      .selectFrom('webhook')
      .select('id')
      .where('owner', '=', owner)
      .where('status', '=', 'active')
      .execute();
    const event = {
      id: randomUUID(),
      type: WEBHOOK_DISABLED,
      conversationId: queueAbout(id),
      occurredAt: at,
      data: { webhookId: id, failingSince: new Date(failingSince).toISOString() },
    };
    await this.queue(
      work,
      others.map((other) => ({ ...event, webhookId: other.id })),
      at,
    );
    const change = { reason: 'failing', before: 'active', after: 'disabled', detail: { failingSince } };
    this.audit.write(work, [webhookFact('WEBHOOK_DISABLED', id, change)]);
  }

  /** Runs work that changes a delivery; resolves with `otherwise`, without any change, if the claim is over. */
  private async whileClaimed<T>(otherwise: T, work: (work: Work) => Promise<T>): Promise<T> {
    try {
      return await this.unitOfWork.run(work);
    } catch (error) {
      if (error instanceof ClaimOverError) return otherwise;
      throw error;
    }
  }
}

function keyOf({ sink, event }: Delivery<WebhookEvent>): { webhookId: string; conversationId: string } {
  return { webhookId: sink, conversationId: event.conversationId };
}

/** Records the attempt and its outcome. Fails the transaction with `ClaimOverError` if the claim is over. */
function change(
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
