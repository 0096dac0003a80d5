import { type Kysely, type Migration, sql } from 'kysely';

/**
 * Indexes of the few deliveries and audit records that operators search for, without which such a search reads the whole
 * table. The previous release does not need them.
 */
export function listsOfOperators(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      for (const status of ['pending', 'dead'])
        await db.schema
          .createIndex(`delivery_newest_${status}`)
          .on('delivery')
          .columns(['queued_at', 'event_id', 'sink'])
          .where(sql.ref('status'), '=', sql.lit(status))
          .execute();
      await db.schema
        .createIndex('audit_record_of_rare_action')
        .on('audit_record')
        .columns(['action', 'at', 'chain', 'seq'])
        .where(
          sql<boolean>`action not in ('SESSION_INITIALIZED', 'SESSION_END_REQUESTED', 'SESSION_TERMINATED', 'CRM_SYNC_SUCCESS')`,
        )
        .execute();
      await db.schema
        .createIndex('audit_record_without_success')
        .on('audit_record')
        .columns(['outcome', 'at', 'chain', 'seq'])
        .where(sql<boolean>`outcome <> 'success'`)
        .execute();
    },
  };
}
