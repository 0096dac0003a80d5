import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely';
import type { SessionFilter } from '../../session/domain/session-filter';
import type { SessionQuery } from '../../session/ports/session.store';
import type { Database, SessionTable } from '../database/database';

type Sessions<Output> = SelectQueryBuilder<Database, 'session', Output>;

/**
 * A page of sessions. An index yields the order: that of the state, the owner or all sessions. The fields without an index of their
 * own (channel, queue) are compared along it, up to the end if few sessions match: an index would cost every opening.
 */
export function listing(
  db: Kysely<Database>,
  { limit, after, ...filter }: SessionQuery,
): Sessions<Selectable<SessionTable>> {
  return matching(db.selectFrom('session').selectAll(), filter)
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb(
          eb.refTuple('created_at', 'conversation_id'),
          '<',
          eb.tuple(after?.createdAt ?? 0, after?.conversationId ?? ''),
        ),
      ),
    )
    .orderBy('created_at', 'desc')
    .orderBy('conversation_id', 'desc')
    .limit(limit);
}

function matching<Output>(query: Sessions<Output>, filter: SessionFilter): Sessions<Output> {
  const equal = [
    ['state', filter.state],
    ['owner', filter.owner],
    ['owner', filter.caller],
    ['channel', filter.channel],
    ['queue_id', filter.queueId],
    ['conversation_id', filter.conversationId],
    ['guest_ref', filter.guestRef],
  ] as const;
  let found = query;
  for (const [column, value] of equal) if (value !== undefined) found = found.where(column, '=', value);
  if (filter.from !== undefined) found = found.where('created_at', '>=', filter.from);
  if (filter.to !== undefined) found = found.where('created_at', '<', filter.to);
  return found;
}
