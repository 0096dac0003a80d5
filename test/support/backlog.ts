import type { Transaction } from 'kysely';
import { splitDataKeys } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import type { Database } from '../../src/persistence/database/database';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { toDeliveryRow, toEventRow, toRow } from '../../src/persistence/session/session.mapper';
import type { Session } from '../../src/session/domain/session';
import { newSession } from './persistence-harness';

/** Number of sessions that one statement writes. */
const PORTION = 500;

/** The states of every session of the backlog, in this order. */
export const BACKLOG_STORY = ['1 connected', '2 disconnected'] as const;

/**
 * Writes ended sessions into the database of a stopped service, with all their events pending for the CRM. Its sink
 * is paused: a test that starts the service can prepare the CRM before the first delivery. Returns the ids of the
 * conversations.
 */
export async function queueBacklog(
  environment: Readonly<Record<string, string>>,
  conversations: number,
): Promise<string[]> {
  const { DATA_DIR = '', DATABASE_URL, DATA_KEY = '' } = environment;
  const storage = {
    DATA_DIR,
    DATA_KEY: splitDataKeys(DATA_KEY),
    ...(DATABASE_URL === undefined ? {} : { DATABASE_URL }),
  };
  const connection = await DatabaseConnection.open(new StorageConfig(storage));
  const now = Date.now();
  const sessions = Array.from({ length: conversations }, () => finishedSession(now));
  try {
    await connection.db.transaction().execute(async (db) => {
      for (let from = 0; from < sessions.length; from += PORTION)
        await write(db, sessions.slice(from, from + PORTION));
      await db
        .insertInto('sink')
        .values({ name: 'crm', paused_at: now, pause_reason: 'operator', quiet_until: null })
        .execute();
    });
  } finally {
    await connection.close();
  }
  return sessions.map(({ conversationId }) => conversationId);
}

function finishedSession(now: number): Session {
  const session = newSession(now);
  session.activate(now);
  session.lose('gone', now);
  return session;
}

async function write(db: Transaction<Database>, sessions: readonly Session[]): Promise<void> {
  const events = sessions.flatMap((session) => session.pullChanges().events);
  await db
    .insertInto('session')
    .values(sessions.map(({ snapshot }) => toRow(snapshot)))
    .execute();
  await db.insertInto('session_event').values(events.map(toEventRow)).execute();
  await db
    .insertInto('delivery')
    .values(events.map((event) => toDeliveryRow(event, 'crm')))
    .execute();
}
