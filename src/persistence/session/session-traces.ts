import { type Kysely, sql } from 'kysely';
import type { Database, SessionEventTable } from '../database/database';
import { ofFewLengths } from '../database/dialect';
import type { GuestDataEncryption } from '../guest/guest-data-encryption';
import { isUnreadable } from '../persistence.errors';

/**
 * Removes the guest from all rows of its sessions: events name it by its reference instead of its token and have no notes
 * of agents and no messages, also those still to be delivered; messages and the responses stored for idempotency keys are deleted.
 */
export async function eraseTraces(
  db: Kysely<Database>,
  guests: GuestDataEncryption,
  guestRef: string,
  conversationIds: readonly string[],
): Promise<void> {
  await forgetAnswers(db, conversationIds);
  await forgetMessages(db, conversationIds);
  const events = await db
    .selectFrom('session_event')
    .select(['id', 'metadata'])
    .where('conversation_id', 'in', ofFewLengths(conversationIds))
    .execute();
  for (const { id, metadata } of events) {
    const erased = erasedIn(guests, { id, metadata }, guestRef);
    if (erased !== undefined)
      await db.updateTable('session_event').set({ metadata: erased }).where('id', '=', id).execute();
  }
}

/** Removes all rows of sessions, except events that are still to be delivered or were buried. */
export async function removeTraces(db: Kysely<Database>, conversationIds: readonly string[]): Promise<void> {
  await forgetAnswers(db, conversationIds);
  const ids = ofFewLengths(conversationIds);
  await db.deleteFrom('conversation_event').where('conversation_id', 'in', ids).execute();
  // The queues first, in the order in which transactions lock.
  await db.deleteFrom('webhook_queue').where('conversation_id', 'in', ids).execute();
  await db.deleteFrom('webhook_delivery').where('conversation_id', 'in', ids).execute();
  await db
    .deleteFrom('delivery')
    .where('event_id', 'in', (eb) =>
      eb.selectFrom('session_event').select('id').where('conversation_id', 'in', ids),
    )
    .where('status', '=', 'delivered')
    .execute();
  await db
    .deleteFrom('session_event')
    .where('conversation_id', 'in', ids)
    .where(sql<boolean>`not exists (select 1 from delivery where delivery.event_id = session_event.id)`)
    .execute();
}

/** The responses to openings hold the token. Their keys are free again. */
async function forgetAnswers(db: Kysely<Database>, conversationIds: readonly string[]): Promise<void> {
  await db
    .deleteFrom('idempotency_key')
    .where('conversation_id', 'in', ofFewLengths(conversationIds))
    .execute();
}

async function forgetMessages(db: Kysely<Database>, conversationIds: readonly string[]): Promise<void> {
  await db
    .deleteFrom('conversation_event')
    .where('conversation_id', 'in', ofFewLengths(conversationIds))
    .where('message_id', 'is not', null)
    .execute();
}

/** The metadata without the guest's data; undefined if they hold none. Empty if they cannot be read. */
function erasedIn(
  guests: GuestDataEncryption,
  event: Pick<SessionEventTable, 'id' | 'metadata'>,
  guestRef: string,
): string | undefined {
  try {
    const { metadata } = guests.decryptEvent(event);
    const erased = withoutGuestData(metadata, guestRef);
    return erased === metadata ? undefined : erased;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return '{}';
  }
}

const GUEST_FIELDS = ['guestIdToken', 'wrapUpNotes', 'wrapUpTags', 'message'];

function withoutGuestData(metadata: string, guestRef: string): string {
  const told = JSON.parse(metadata) as Readonly<Record<string, unknown>>;
  if (!GUEST_FIELDS.some((field) => field in told)) return metadata;
  const rest = Object.entries(told).filter(([field]) => !GUEST_FIELDS.includes(field));
  return JSON.stringify({ ...Object.fromEntries(rest), guestRef });
}
