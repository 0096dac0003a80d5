import { sql } from 'kysely';
import { COUNTERS } from '../replica/counters';
import { prepared } from '../database/prepared';
import type { UnitOfWork } from '../database/unit-of-work';

const BATCH = 500;

const FEED = { name: COUNTERS.feed };

/** In an order, so that the planner takes the index of events without a position and not the whole table. */
const findingNew = prepared((db) =>
  db
    .selectFrom('conversation_event')
    .select('written')
    .where('position', 'is', null)
    .orderBy('written')
    .limit(1),
);

const locking = prepared((db, { name }: typeof FEED) =>
  db.selectFrom('counter').select('value').where('name', '=', name).forUpdate(),
);

/** A statement of its own: it must see the rows as they are once the lock is held. */
const numbering = prepared(
  (_, { name }: typeof FEED) => sql<{ readonly numbered: number }>`
    with fresh as (
      select written, row_number() over (order by written) as place
      from conversation_event where position is null order by written limit ${sql.lit(BATCH)}),
    numbered as (
      update conversation_event set position = counter.value + fresh.place
      from fresh, counter
      where conversation_event.written = fresh.written and counter.name = ${name}
      returning conversation_event.written),
    total as (select count(*) as numbered from numbered)
    update counter set value = value + total.numbered from total where name = ${name} returning total.numbered`,
);

/**
 * Assigns positions in the feed to committed events on PostgreSQL, in the order in which they were written. A number
 * assigned at the insert would not do: transactions commit in another order than they begin, and a reader that has
 * reached a greater number would miss a row that commits late. A row lock serialises numbering across processes.
 */
export async function numberEvents(unitOfWork: UnitOfWork): Promise<void> {
  // Events that arrive meanwhile are left to the next reader: under constant load this reader would never finish.
  if (!(await hasNew(unitOfWork))) return;
  while ((await numberSome(unitOfWork)) === BATCH);
}

/** False on the embedded database, where events are written with their positions. */
function hasNew(unitOfWork: UnitOfWork): Promise<boolean> {
  return unitOfWork.query(async (db, dialect) => {
    if (dialect === 'sqlite') return false;
    const { rows } = await db.executeQuery(findingNew({ db, dialect }, {}));
    return rows.length > 0;
  });
}

/** Numbers one batch, in one round trip with its commit: all readers wait for the lock. Resolves with its size. */
async function numberSome(unitOfWork: UnitOfWork): Promise<number> {
  let numbered: number | undefined;
  await unitOfWork.run((work) => {
    work.send(locking(work, FEED));
    work.sendObserved(numbering(work, FEED), ({ rows }) => {
      numbered = (rows[0] as { readonly numbered: number } | undefined)?.numbered;
    });
    return Promise.resolve();
  });
  if (numbered === undefined) throw new Error('The feed has no counter.');
  return numbered;
}
