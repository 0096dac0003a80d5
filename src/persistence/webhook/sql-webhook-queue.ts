import { Injectable } from '@nestjs/common';
import { bulkhead, type IPolicy, noop } from 'cockatiel';
import { CompiledQuery, sql } from 'kysely';
import { CommitSignal } from '../../common/commit-signal';
import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import type { Attempt, Delivery } from '../../sync/domain/delivery';
import type { Backlog, Claim, ReceiverVerdict } from '../../sync/ports/outbox.store';
import type { WebhookEvent } from '../../webhooks/domain/webhook-event';
import {
  type FanOut,
  type NewDelivery,
  type Subscription,
  WebhookQueue,
  type WebhookTotals,
} from '../../webhooks/ports/webhook-queue';
import { AuditWriter } from '../audit/audit-writer';
import { ofFewLengths } from '../database/dialect';
import { prepared } from '../database/prepared';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';
import { DataCipher } from '../guest/data-cipher';
import { storable } from '../outbox/delivery.mapper';
import { isUnreadable } from '../persistence.errors';
import { COUNTERS } from '../replica/counters';
import { claimHeads, findingDue, findingFree } from './webhook-claims';
import { WebhookFailures } from './webhook-failures';
import { readBacklog, readTotals } from './webhook-figures';
import {
  type AdvancedQueue,
  advancingQueue,
  ClaimOverError,
  clearingFailure,
  keyOf,
  postponingQueue,
  recordOutcome,
} from './webhook-outcomes';
import { queueDeliveries } from './webhook-queueing';
import { NEVER_VERIFIED } from './webhook-position';
import { lockPostponed, releaseQueues } from './webhook-release';
import { dataIn, type HeadRow, toWebhookDelivery, unreadDelivery } from './webhook.mapper';

const ERASED = 'The event was erased.';
const UNREADABLE = 'The event cannot be read.';

/** Another replica has read the feed further. */
class PositionMovedError extends Error {}

const movingPosition = prepared(
  (db, { name, from, to }: { readonly name: string; readonly from: number; readonly to: number }) =>
    db.updateTable('counter').set({ value: to }).where('name', '=', name).where('value', '=', from),
);

/**
 * Claims and reports at a time on PostgreSQL, half of the connections: hundreds of relays at once must not keep requests from
 * the database, and must not fail because they wait for a connection. At most one of each relay and of each delivery waits.
 */
const AT_A_TIME = 5;

/** A claim that a crash of the database loses is made again: the event may come twice, and the order stands. */
const WITHOUT_SYNC = CompiledQuery.raw('set local synchronous_commit = off');

interface ClaimedHeads {
  readonly rows: readonly HeadRow[];
  /** On PostgreSQL. */
  readonly claimedBy?: string;
}

/**
 * The queues of webhooks in SQL. On PostgreSQL a relay claims whole queues, so that two never have events of one
 * conversation; a report on a delivery whose claim is over changes and records nothing.
 */
@Injectable()
export class SqlWebhookQueue extends WebhookQueue {
  private readonly turns: IPolicy;
  private readonly failures: WebhookFailures;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    audit: AuditWriter,
    private readonly cipher: DataCipher,
    private readonly poison: PoisonMessageReporter,
    private readonly commits: CommitSignal,
  ) {
    super();
    this.failures = new WebhookFailures(audit, commits);
    this.turns = unitOfWork.dialect === 'postgres' ? bulkhead(AT_A_TIME, Infinity) : noop;
  }

  async due(now: number, limit: number): Promise<readonly string[]> {
    const { rows } = await this.unitOfWork.query((db, dialect) =>
      db.executeQuery(findingDue({ db, dialect }, { now, limit })),
    );
    return rows.map(({ id }) => id);
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
        .where('status', 'in', ['active', 'paused', 'unverified'])
        // Another URL makes it unverified again, and what happens meanwhile is kept for it.
        .where('from_position', '>', NEVER_VERIFIED)
        .where((eb) =>
          eb.or([
            eb('sessions', '=', sql.lit('all')),
            ...(owners.length === 0 ? [] : [eb('owner', 'in', ofFewLengths(owners))]),
          ]),
        )
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
        await queueDeliveries(work, this.commits, deliveries, at);
      });
      return true;
    } catch (error) {
      if (error instanceof PositionMovedError) return false;
      throw error;
    }
  }

  async addOthers(deliveries: readonly NewDelivery[], at: number): Promise<void> {
    await this.unitOfWork.run((work) => queueDeliveries(work, this.commits, deliveries, at));
  }

  async claim(claim: Claim): Promise<Delivery<WebhookEvent>[]> {
    const { claimedBy, rows } = await this.turns.execute(() => this.claimed(claim));
    const deliveries: Delivery<WebhookEvent>[] = [];
    for (const row of rows) {
      const delivery = await this.readable(row, claimedBy, claim.now);
      if (delivery !== undefined) deliveries.push(delivery);
    }
    return deliveries;
  }

  private async claimed(claim: Claim): Promise<ClaimedHeads> {
    if (this.unitOfWork.dialect === 'postgres') return this.claimedInOne(claim);
    return { rows: await this.unitOfWork.query((db, dialect) => claimHeads({ db, dialect }, claim)) };
  }

  /** In a transaction: a queue that is claimed without its head would wait for the end of the claim. */
  private async claimedInOne(claim: Claim): Promise<ClaimedHeads> {
    const rows = await this.unitOfWork.run((work) => {
      work.send(WITHOUT_SYNC);
      return claimHeads(work, claim);
    });
    return { rows, claimedBy: claim.relay };
  }

  async unclaim(sink: string, relay: string): Promise<void> {
    await this.unitOfWork.run(({ db }) =>
      db
        .updateTable('webhook_queue')
        .set({ claimed_by: null, claimed_until: null })
        .where('webhook_id', '=', sink)
        .where('claimed_by', '=', relay)
        .execute(),
    );
  }

  async isDue(sink: string, now: number): Promise<boolean> {
    const { rows } = await this.unitOfWork.query((db, dialect) =>
      db.executeQuery(findingFree({ db, dialect }, { sink, now })),
    );
    return rows.length > 0;
  }

  async settle(delivery: Delivery<WebhookEvent>, attempt: Attempt): Promise<boolean> {
    let mayContinue = true;
    await this.whileClaimed(false, (work) => {
      recordOutcome(work, delivery, attempt, {
        status: 'delivered',
        settled_at: attempt.at,
        last_error: null,
      });
      work.sendObserved(advancingQueue(work, { ...keyOf(delivery), at: attempt.at }), ({ rows }) => {
        mayContinue = (rows as readonly AdvancedQueue[]).some(({ due_at }) => due_at !== null);
      });
      work.send(clearingFailure(work, { webhookId: delivery.sink }));
      return Promise.resolve(true);
    });
    return mayContinue;
  }

  async postpone(
    delivery: Delivery<WebhookEvent>,
    attempt: Attempt,
    nextAttemptAt: number,
    verdict: ReceiverVerdict = {},
  ): Promise<boolean> {
    return this.whileClaimed(false, async (work) => {
      const failed = { attempts: delivery.attempts + 1, last_error: storable(attempt.error ?? '') };
      recordOutcome(work, delivery, attempt, failed);
      work.send(postponingQueue(work, { ...keyOf(delivery), dueAt: nextAttemptAt }));
      return this.failures.note(work, delivery, attempt.at, verdict);
    });
  }

  async bury(delivery: Delivery<WebhookEvent>, attempt: Attempt): Promise<void> {
    await this.whileClaimed(false, (work) => {
      const last = { attempts: delivery.attempts + 1, last_error: storable(attempt.error ?? '') };
      recordOutcome(work, delivery, attempt, { status: 'dead', settled_at: attempt.at, ...last });
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
    await this.unitOfWork.run(async (work) => {
      await lockPostponed(work, sink, now);
      await releaseQueues(work, sink, now);
      await work.db.updateTable('webhook').set({ failing_until: null }).where('id', '=', sink).execute();
    });
  }

  async backlog(sink: string): Promise<Backlog> {
    return this.unitOfWork.query((db) => readBacklog(db, sink));
  }

  async totals(): Promise<WebhookTotals> {
    return this.unitOfWork.query(readTotals);
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

  /** Runs work that changes a delivery; resolves with `otherwise`, without any change, if the claim is over. */
  private async whileClaimed<T>(otherwise: T, work: (work: Work) => Promise<T>): Promise<T> {
    try {
      return await this.turns.execute(() => this.unitOfWork.run(work));
    } catch (error) {
      if (error instanceof ClaimOverError) return otherwise;
      throw error;
    }
  }
}
