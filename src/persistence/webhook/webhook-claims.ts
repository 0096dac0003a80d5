import { type RawBuilder, sql } from 'kysely';
import type { Claim } from '../../sync/ports/outbox.store';
import { ofFewLengths } from '../database/dialect';
import { prepared, type PreparedQuery, type QueryContext } from '../database/prepared';
import type { HeadRow } from './webhook.mapper';

/** The values of the statement of a claim. */
interface QueuesWanted {
  readonly sink: string;
  readonly relay: string;
  readonly now: number;
  readonly until: number;
  readonly limit: number;
  readonly except: readonly string[];
}

/** Claims the queues that are due, the longest overdue first. */
export const claimingDue = claiming((now) => sql`due_at <= ${now}`, sql`due_at`);
/** A probe also takes queues that wait, and prefers one whose head was never refused. */
const claimingNext = claiming(() => sql`due_at is not null`, sql`(attempts > 0), due_at`);

function claiming(
  isDue: (now: number) => RawBuilder<unknown>,
  order: RawBuilder<unknown>,
): PreparedQuery<QueuesWanted, ClaimedQueue> {
  return prepared((_, wanted: QueuesWanted, dialect) => {
    const { sink, relay, now, until, limit, except } = wanted;
    const free = sql<ClaimedQueue>`select conversation_id from webhook_queue
      where webhook_id = ${sink} and ${isDue(now)}
        and (claimed_until is null or claimed_until <= ${now})
        ${except.length === 0 ? sql`` : sql`and conversation_id not in (${sql.join(except)})`}
        and exists (select 1 from webhook where id = ${sink} and ${isOpen(now)})
      order by ${order} limit ${limit}`;
    // The embedded database belongs to one process, whose relay knows its deliveries in flight.
    if (dialect === 'sqlite') return free;
    return sql<ClaimedQueue>`with free as materialized (${free} for update skip locked)
      update webhook_queue set claimed_by = ${relay}, claimed_until = ${until} from free
      where webhook_queue.webhook_id = ${sink} and webhook_queue.conversation_id = free.conversation_id
      returning webhook_queue.conversation_id`;
  });
}

interface ClaimedQueue {
  readonly conversation_id: string;
}

/** Condition: the webhook takes events, so it is active and not throttled. */
function isOpen(now: number): RawBuilder<boolean> {
  return sql<boolean>`webhook.status = 'active' and (webhook.quiet_until is null or webhook.quiet_until <= ${now})`;
}

/** The heads of claimed queues with their events, as far as these are in the feed. */
export const findingHeads = prepared(
  (_, { sink, queues }: { readonly sink: string; readonly queues: readonly string[] }) => sql<HeadRow>`
    select delivery.webhook_id, delivery.event_id, delivery.conversation_id, delivery.sequence, delivery.type,
      delivery.occurred_at, delivery.data, delivery.attempts, delivery.queued_at, event.kind, event.body, event.traceparent, webhook.url, webhook.secrets, session.webhook_url as session_url
    from webhook_delivery as delivery join webhook on webhook.id = delivery.webhook_id
      left join conversation_event as event on event.id = delivery.event_id
      left join session on session.conversation_id = delivery.conversation_id and session.owner = webhook.owner
    where delivery.webhook_id = ${sink} and delivery.status = 'pending'
      and delivery.conversation_id in (${sql.join(queues)})
      and delivery.sequence = (select min(other.sequence) from webhook_delivery as other
        where other.webhook_id = ${sink} and other.conversation_id = delivery.conversation_id
          and other.status = 'pending')`,
);

/** Claims queues of a webhook, and resolves with their heads in any order. */
export async function claimHeads(
  on: QueryContext,
  { sink, relay, now, until, limit, except = [], isProbe = false }: Claim,
): Promise<readonly HeadRow[]> {
  const statement = isProbe ? claimingNext : claimingDue;
  const wanted = { sink, relay, now, until, limit, except: ofFewLengths(except) };
  const { rows } = await on.db.executeQuery(statement(on, wanted));
  if (rows.length === 0) return [];
  const queues = ofFewLengths(rows.map((row) => row.conversation_id));
  return (await on.db.executeQuery(findingHeads(on, { sink, queues }))).rows;
}

/**
 * The webhooks with queues that are due. Goes from one webhook to the next in the index of queues with events, so that
 * webhooks without events cost nothing. Those that are failing are left out: the relay that has found out probes them.
 */
export const findingDue = prepared(
  (_, { now, limit }: { readonly now: number; readonly limit: number }) => sql<{ readonly id: string }>`
    with recursive waiting (id) as (
      select min(webhook_id) from webhook_queue where due_at is not null
      union all
      select (select min(webhook_id) from webhook_queue where due_at is not null and webhook_id > waiting.id)
      from waiting where waiting.id is not null)
    select waiting.id from waiting join webhook on webhook.id = waiting.id
    where ${isOpen(now)} and (webhook.failing_until is null or webhook.failing_until <= ${now}) and exists (
      select 1 from webhook_queue as queue where queue.webhook_id = waiting.id and ${isFree(now)})
    limit ${limit}`,
);

/** Finds a queue that can be claimed. Ordered, so that the planner takes the index of queues with events. */
export const findingFree = prepared(
  (_, { sink, now }: { readonly sink: string; readonly now: number }) => sql`
    select 1 from webhook_queue as queue join webhook on webhook.id = queue.webhook_id
    where queue.webhook_id = ${sink} and ${isOpen(now)} and ${isFree(now)} order by queue.due_at limit 1`,
);

/** Condition: the queue is due and not claimed. */
function isFree(now: number): RawBuilder<boolean> {
  return sql<boolean>`queue.due_at <= ${now} and (queue.claimed_until is null or queue.claimed_until <= ${now})`;
}
