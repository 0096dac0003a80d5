import type { World } from '../../src/world';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';

export interface AuditRow {
  readonly action: string;
  readonly conversationId: string | null;
  readonly requestId: string | null;
  readonly actor: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly change: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Reads the audit trail from the database, oldest first. */
export async function auditTrailOf(world: World, conversationId?: string): Promise<AuditRow[]> {
  const { db } = world.app.get(DatabaseConnection);
  const rows = await db
    .selectFrom('audit_record')
    .selectAll()
    .orderBy('at')
    .orderBy('chain')
    .orderBy('seq')
    .execute();
  return rows
    .map((row) => ({
      action: row.action,
      conversationId: row.conversation_id,
      requestId: row.request_id,
      actor: `${row.actor_type} ${row.actor_name}`.trim(),
      outcome: row.outcome,
      reason: row.reason,
      change: `${row.before_state ?? '-'} > ${row.after_state ?? '-'}`,
      detail: JSON.parse(row.detail) as Readonly<Record<string, unknown>>,
    }))
    .filter((row) => conversationId === undefined || row.conversationId === conversationId);
}
