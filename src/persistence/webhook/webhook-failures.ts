import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { CommitSignal } from '../../common/commit-signal';
import type { Delivery } from '../../sync/domain/delivery';
import type { ReceiverVerdict } from '../../sync/ports/outbox.store';
import { queueAbout, type WebhookEvent } from '../../webhooks/domain/webhook-event';
import { WEBHOOK_DISABLED } from '../../webhooks/domain/webhook-event-type';
import type { AuditWriter } from '../audit/audit-writer';
import type { WebhookTable } from '../database/database';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';
import { queueDeliveries } from './webhook-queueing';
import { webhookFact } from './webhook-release';

/** A receiver that has accepted nothing for this long is disabled at its next failure. */
const MAX_FAILING_MS = 5 * 86_400_000;

const PAUSED = { status: 'paused', status_reason: 'receiver-gone' } as const;
const DISABLED = { status: 'disabled', status_reason: 'failing' } as const;

interface Failure {
  readonly id: string;
  readonly at: number;
  /** 0 if the receiver has asked for no pause. */
  readonly retryAfter: number;
  readonly changes: Partial<Pick<WebhookTable, 'status' | 'status_reason'>>;
}

/** Changes an active webhook. The latest time that its receiver has asked for stands. */
const notingFailure = prepared((db, { id, at, retryAfter, changes }: Failure) =>
  db
    .updateTable('webhook')
    .set({
      failing_since: sql<number>`coalesce(failing_since, ${at})`,
      quiet_until: sql<number>`case when coalesce(quiet_until, 0) < ${retryAfter} then ${retryAfter} else quiet_until end`,
      ...changes,
    })
    .where('id', '=', id)
    .where('status', '=', sql.lit('active'))
    .returning(['owner', 'failing_since']),
);

/** The consequences of failed deliveries for their webhooks. */
export class WebhookFailures {
  constructor(
    private readonly audit: AuditWriter,
    private readonly commits: CommitSignal,
  ) {}

  /** Throttles, pauses or disables the webhook as its failure demands; resolves with whether it is active no more. */
  async note(
    work: Work,
    { sink: id }: Pick<Delivery<WebhookEvent>, 'sink'>,
    at: number,
    { retryAfter, isGone = false }: ReceiverVerdict,
  ): Promise<boolean> {
    const changes = isGone ? PAUSED : {};
    const noting = notingFailure(work, { id, at, retryAfter: retryAfter ?? 0, changes });
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
    await db.updateTable('webhook').set(DISABLED).where('id', '=', id).execute();
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
    const deliveries = others.map((other) => ({ ...event, webhookId: other.id }));
    await queueDeliveries(work, this.commits, deliveries, at);
    const change = { reason: 'failing', before: 'active', after: 'disabled', detail: { failingSince } };
    this.audit.write(work, [webhookFact('WEBHOOK_DISABLED', id, change)]);
  }
}
