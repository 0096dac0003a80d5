import type { Kysely } from 'kysely';
import type { AuditAction, AuditFact } from '../../audit/domain/audit-record';
import type { Database } from '../database/database';

/** Makes all postponed deliveries of a webhook due. */
export async function releaseQueues(db: Kysely<Database>, webhookId: string, at: number): Promise<void> {
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
