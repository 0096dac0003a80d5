import type { AuditAction, AuditFact } from '../../audit/domain/audit-record';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';

interface Postponed {
  readonly webhookId: string;
  readonly at: number;
}

const lockingPostponed = prepared((db, { webhookId, at }: Postponed) =>
  db
    .selectFrom('webhook_queue')
    .select('conversation_id')
    .where('webhook_id', '=', webhookId)
    .where('due_at', '>', at)
    .orderBy('conversation_id')
    .forUpdate(),
);

/**
 * Locks the queues of a webhook that wait. Each transaction locks queues before their webhook, and several of them in the
 * order of their keys.
 */
export async function lockPostponed(work: Work, webhookId: string, at: number): Promise<void> {
  if (work.dialect === 'postgres') await work.ask(lockingPostponed(work, { webhookId, at }));
}

/** Makes all postponed deliveries of a webhook due, which `lockPostponed` has locked. */
export async function releaseQueues({ db }: Work, webhookId: string, at: number): Promise<void> {
  await db
    .updateTable('webhook_queue')
    .set({ due_at: at })
    .where('webhook_id', '=', webhookId)
    .where('due_at', '>', at)
    .execute();
}

/** The audit fact of a change of a webhook. */
export function webhookFact(
  action: AuditAction,
  id: string,
  facts: Omit<Partial<AuditFact>, 'action' | 'target'> = {},
): AuditFact {
  return { action, target: { type: 'webhook', id }, ...facts };
}
