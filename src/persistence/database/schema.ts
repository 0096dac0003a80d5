import { Logger } from '@nestjs/common';
import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from './database';
import { type Dialect, isHeldUp } from './dialect';
import { initialSchema } from '../migrations/0001-initial-schema';
import { oauthClientOfASession } from '../migrations/0002-oauth-client-of-a-session';
import { steeringDeliveries } from '../migrations/0003-steering-deliveries';
import { ownerOfASession } from '../migrations/0004-owner-of-a-session';
import { idempotencyKeys } from '../migrations/0005-idempotency-keys';
import { auditChain } from '../migrations/0006-audit-chain';
import { privacyOfGuests } from '../migrations/0007-privacy-of-guests';
import { eventsOfConversations } from '../migrations/0008-events-of-conversations';
import { authenticatedGuests } from '../migrations/0009-authenticated-guests';
import { replicas } from '../migrations/0010-replicas';
import { sharedLimits } from '../migrations/0011-shared-limits';
import { passingEvents } from '../migrations/0012-passing-events';
import { leavingReplicas } from '../migrations/0013-leaving-replicas';
import { liveSessionsOfAnOwner } from '../migrations/0014-live-sessions-of-an-owner';
import { eventsOfOwners } from '../migrations/0015-events-of-owners';
import { sealedAddresses } from '../migrations/0016-sealed-addresses';
import { failingSinks } from '../migrations/0017-failing-sinks';
import { guestContext } from '../migrations/0018-guest-context';
import { endCauses } from '../migrations/0019-end-causes';
import { auditRecordsOfATarget } from '../migrations/0020-audit-records-of-a-target';
import { guestAddresses } from '../migrations/0021-guest-addresses';
import { platformReports } from '../migrations/0022-platform-reports';
import { notificationChannels } from '../migrations/0023-notification-channels';
import { webhooks } from '../migrations/0024-webhooks';
import { statistics } from '../migrations/0025-statistics';
import { consoleSessions } from '../migrations/0026-console-sessions';
import { listsOfOperators } from '../migrations/0027-lists-of-operators';
import { tracesOfEvents } from '../migrations/0028-traces-of-events';
import { DatabaseOpenError, SchemaTooNewError } from '../persistence.errors';

/** In the order of their names. A migration that was released is never changed or renamed. */
const MIGRATIONS: Readonly<Record<string, (dialect: Dialect) => Migration>> = {
  '0001-initial-schema': initialSchema,
  '0002-oauth-client-of-a-session': oauthClientOfASession,
  '0003-steering-deliveries': steeringDeliveries,
  '0004-owner-of-a-session': ownerOfASession,
  '0005-idempotency-keys': idempotencyKeys,
  '0006-audit-chain': auditChain,
  '0007-privacy-of-guests': privacyOfGuests,
  '0008-events-of-conversations': eventsOfConversations,
  '0009-authenticated-guests': authenticatedGuests,
  '0010-replicas': replicas,
  '0011-shared-limits': sharedLimits,
  '0012-passing-events': passingEvents,
  '0013-leaving-replicas': leavingReplicas,
  '0014-live-sessions-of-an-owner': liveSessionsOfAnOwner,
  '0015-events-of-owners': eventsOfOwners,
  '0016-sealed-addresses': sealedAddresses,
  '0017-failing-sinks': failingSinks,
  '0018-guest-context': guestContext,
  '0019-end-causes': endCauses,
  '0020-audit-records-of-a-target': auditRecordsOfATarget,
  '0021-guest-addresses': guestAddresses,
  '0022-platform-reports': platformReports,
  '0023-notification-channels': notificationChannels,
  '0024-webhooks': webhooks,
  '0025-statistics': statistics,
  '0026-console-sessions': consoleSessions,
  '0027-lists-of-operators': listsOfOperators,
  '0028-traces-of-events': tracesOfEvents,
};

/** The schema of a database against the one of this release. */
export interface SchemaDifference {
  /** Number of migrations that were applied; 0 for an empty database. */
  readonly applied: number;
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
}

/** Slightly less than the time that an orchestrator allows for the start. */
const MIGRATION_TIMEOUT_MS = 240_000;
const PAUSE_MS = 1_000;

/**
 * Migrates the schema to this release, all or nothing, one process at a time. Refuses a schema of a newer release. It
 * retries short lock attempts instead of waiting for a lock, since later transactions would queue behind the wait.
 */
export async function migrate(db: Kysely<Database>, dialect: Dialect): Promise<void> {
  await refuseNewer(db);
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, migration]) => [name, migration(dialect)]),
  );
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const deadline = performance.now() + MIGRATION_TIMEOUT_MS;
  for (;;) {
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) return;
    // A newer release may have migrated while this process waited for its turn.
    await refuseNewer(db);
    if (!isHeldUp(error) || performance.now() > deadline)
      throw new DatabaseOpenError('the database: schema migration failed', error);
    new Logger('Schema').warn({ message: 'Migration blocked by a lock; retrying', error });
    await delay(PAUSE_MS);
  }
}

/** Migrations that the database lacks, and those of a newer release, by their names. Writes nothing. */
export async function schemaDifference(db: Kysely<Database>): Promise<SchemaDifference> {
  const applied = await appliedMigrations(db);
  return {
    applied: applied.length,
    missing: Object.keys(MIGRATIONS).filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !(name in MIGRATIONS)),
  };
}

async function refuseNewer(db: Kysely<Database>): Promise<void> {
  const unknown = (await appliedMigrations(db)).filter((name) => !(name in MIGRATIONS));
  if (unknown.length > 0) throw new SchemaTooNewError(unknown);
}

async function appliedMigrations(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
}
