import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { AuditFilter, AuditQuery } from '../../audit/ports/audit-trail';
import type { AuditRecordTable, Database } from '../database/database';

type Records = SelectQueryBuilder<Database, 'audit_record', AuditRecordTable>;

/** Actions of nearly every session, which a search for one soon finds among the others. */
const COMMON_ACTIONS: readonly string[] = [
  'SESSION_INITIALIZED',
  'SESSION_END_REQUESTED',
  'SESSION_TERMINATED',
  'CRM_SYNC_SUCCESS',
];

/** The conditions of the indexes of actions and outcomes, in which an opening that succeeds writes nothing. */
const IS_RARE_ACTION = sql<boolean>`action not in (${sql.join(COMMON_ACTIONS.map((action) => sql.lit(action)))})`;
const IS_NO_SUCCESS = sql<boolean>`outcome <> 'success'`;

export function auditRecords(db: Kysely<Database>): Records {
  return db.selectFrom('audit_record').selectAll();
}

/**
 * A page of audit records. An index yields the order: that of the conversation, the target, the actor, the action or the
 * outcome, or of all. The conditions of partial indexes are repeated in the statement, without which SQLite does not use
 * them.
 */
export function auditListing(db: Kysely<Database>, { limit, after, ...filter }: AuditQuery): Records {
  return matching(auditRecords(db), filter)
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb(
          eb.refTuple('at', 'chain', 'seq'),
          '<',
          eb.tuple(after?.at ?? 0, after?.chain ?? 0, after?.seq ?? 0),
        ),
      ),
    )
    .orderBy('at', 'desc')
    .orderBy('chain', 'desc')
    .orderBy('seq', 'desc')
    .limit(limit);
}

function matching(
  records: Records,
  { actor, action, outcome, conversationId, target, from, to }: AuditFilter,
): Records {
  let query = records;
  if (actor !== undefined) query = query.where('actor_name', '=', actor).where('actor_type', '=', 'caller');
  if (action !== undefined) query = query.where('action', '=', action);
  if (action !== undefined && !COMMON_ACTIONS.includes(action)) query = query.where(IS_RARE_ACTION);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (outcome !== undefined && outcome !== 'success') query = query.where(IS_NO_SUCCESS);
  if (conversationId !== undefined) query = query.where('conversation_id', '=', conversationId);
  if (target !== undefined) query = query.where('target_id', '=', target);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  return query;
}
