import type { Kysely, Migration } from 'kysely';

/**
 * An index of the audit records of a target, without which each search for one reads the whole trail. The previous
 * release does not need it.
 */
export function auditRecordsOfATarget(): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createIndex('audit_record_of_target')
        .on('audit_record')
        .columns(['target_id', 'at'])
        .execute();
    },
  };
}
