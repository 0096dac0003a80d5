import { prepared } from '../database/prepared';
import { forUpdate } from '../database/dialect';
import type { Work } from '../database/work';

const readingLast = prepared((db, { conversationId }: { readonly conversationId: string }, dialect) =>
  forUpdate(
    dialect,
    db.selectFrom('session').select('last_sequence').where('conversation_id', '=', conversationId),
  ),
);

const taking = prepared(
  (db, { conversationId, count }: { readonly conversationId: string; readonly count: number }) =>
    db
      .updateTable('session')
      .set((eb) => ({ last_sequence: eb('last_sequence', '+', count) }))
      .where('conversation_id', '=', conversationId)
      .returning('last_sequence'),
);

/**
 * The number of the last event of a conversation, which does not change before the transaction ends: the row of the session
 * is locked. Undefined if there is no such session.
 */
export async function lastSequenceOf(work: Work, conversationId: string): Promise<number | undefined> {
  const [row] = (await work.ask(readingLast(work, { conversationId }))).rows;
  return row?.last_sequence;
}

/** Takes the next numbers of a conversation, and returns the last of them. The version of the session stays the same. */
export async function takeSequences(work: Work, conversationId: string, count: number): Promise<number> {
  const [row] = (await work.ask(taking(work, { conversationId, count }))).rows;
  if (row === undefined) throw new Error('The conversation of an event has no session.');
  return row.last_sequence;
}
