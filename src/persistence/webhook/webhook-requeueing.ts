import { sql } from 'kysely';
import type { ReplayBounds } from '../../sync/domain/replay-bounds';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';
import { ofFewLengths } from '../database/dialect';
import { ATTEMPTS_OF_HEAD } from './webhook-outcomes';

/** Selects deliveries of conversations of one webhook. */
interface DeliveriesOf extends Pick<ReplayBounds, 'from' | 'to'> {
  readonly webhookId: string;
  readonly conversationIds: readonly string[];
  readonly eventId?: string;
}

const lockingQueues = prepared(
  (db, { webhookId, conversationIds }: Pick<DeliveriesOf, 'webhookId' | 'conversationIds'>) =>
    db
      .selectFrom('webhook_queue')
      .select('conversation_id')
      .where('webhook_id', '=', webhookId)
      .where('conversation_id', 'in', conversationIds)
      .orderBy('conversation_id')
      .forUpdate(),
);

/**
 * Queues deliveries again, and makes the queues of their conversations due. The rows of the queues are locked first, so that
 * no relay settles one of them meanwhile; a claimed queue stays claimed. Returns how many deliveries there are.
 */
export async function queueAgain(work: Work, wanted: DeliveriesOf, at: number): Promise<number> {
  const { webhookId } = wanted;
  if (wanted.conversationIds.length === 0) return 0;
  const conversationIds = ofFewLengths(wanted.conversationIds);
  if (work.dialect === 'postgres') await work.ask(lockingQueues(work, { webhookId, conversationIds }));
  const changed = await makePending(work, { ...wanted, conversationIds }, at);
  if (changed.length === 0) return 0;
  await work.db
    .updateTable('webhook_queue')
    .set({ due_at: at, attempts: ATTEMPTS_OF_HEAD })
    .where('webhook_id', '=', webhookId)
    .where('conversation_id', 'in', ofFewLengths([...new Set(changed)]))
    .execute();
  return changed.length;
}

/** Returns the conversation of each delivery. */
async function makePending(
  { db }: Work,
  { webhookId, conversationIds, eventId, from, to }: DeliveriesOf,
  at: number,
): Promise<string[]> {
  const rows = await db
    .updateTable('webhook_delivery')
    .set({
      status: 'pending',
      attempts: sql<number>`case when status = 'pending' then attempts else 0 end`,
      queued_at: sql<number>`case when status = 'pending' then queued_at else ${at} end`,
      settled_at: null,
      last_error: sql<string | null>`case when status = 'pending' then last_error else null end`,
    })
    .where('webhook_id', '=', webhookId)
    .where('conversation_id', 'in', conversationIds)
    .$if(eventId !== undefined, (query) => query.where('event_id', '=', eventId ?? ''))
    .$if(from !== undefined, (query) => query.where('occurred_at', '>=', from ?? 0))
    .$if(to !== undefined, (query) => query.where('occurred_at', '<', to ?? 0))
    .returning('conversation_id')
    .execute();
  return rows.map((row) => row.conversation_id);
}
