import { sql } from 'kysely';
import { COUNTERS } from '../replica/counters';
import { forUpdate, ofFewLengths } from '../database/dialect';
import type { UnitOfWork, Work } from '../database/unit-of-work';

const BATCH = 500;

/**
 * Assigns positions in the feed to committed events, in the order in which they were written. A number assigned at
 * the insert would not do: transactions commit in another order than they begin, and a reader that has reached a
 * greater number would miss a row that commits late. A row lock serialises numbering across processes.
 */
export async function numberEvents(unitOfWork: UnitOfWork): Promise<void> {
  // Events that arrive meanwhile are left to the next reader: under constant load this reader would never finish.
  if (!(await hasNew(unitOfWork))) return;
  while ((await unitOfWork.run(numberSome)) === BATCH);
}

function hasNew(unitOfWork: UnitOfWork): Promise<boolean> {
  return unitOfWork.read(async (db) => {
    const row = await db
      .selectFrom('conversation_event')
      .select('written')
      .where('position', 'is', null)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  });
}

/**
 * Numbers events within the transaction that wrote them: only for a database with one writer, whose commits cannot
 * overtake each other. Returns how many it numbered, at most one batch.
 */
export async function numberSome({
  db,
  dialect,
  ask,
}: Pick<Work, 'db' | 'dialect' | 'ask'>): Promise<number> {
  const last = db.selectFrom('counter').select('value').where('name', '=', COUNTERS.feed);
  const [counter] = (await ask(forUpdate(dialect, last).compile())).rows;
  if (counter === undefined) throw new Error('The feed has no counter.');
  const { value } = counter;
  const rows = await db
    .selectFrom('conversation_event')
    .select('written')
    .where('position', 'is', null)
    .orderBy('written')
    .limit(BATCH)
    .execute();
  if (rows.length === 0) return 0;
  const places = rows.map(
    ({ written }, index) => sql`(cast(${written} as bigint), cast(${value + index + 1} as bigint))`,
  );
  await sql`
    with place (written, position) as (values ${sql.join(ofFewLengths(places))})
    update conversation_event set position = place.position from place
    where place.written = conversation_event.written`.execute(db);
  await db
    .updateTable('counter')
    .set({ value: value + rows.length })
    .where('name', '=', COUNTERS.feed)
    .execute();
  return rows.length;
}
