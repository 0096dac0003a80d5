import { type RawBuilder, sql } from 'kysely';
import { type BatchableQuery, batchable } from './batchable';
import type { Database } from './database';
import { prepared, type QueryContext } from './prepared';

interface Rows<R> {
  readonly rows: readonly R[];
}

/** Rows of several transactions as one value, so that the statement has one text for any number of them. */
interface JsonRows {
  /** Has the names of the columns. */
  readonly sample: object;
  readonly json: string;
}

/**
 * An insert of rows into a table, all with the same columns; for several transactions it is one statement. `onConflict` is
 * the clause for rows that are there already: two batches lock these in the order of their first columns, which have to be
 * the key.
 */
export function insertingInto<R extends object>(
  table: keyof Database,
  onConflict?: RawBuilder<unknown>,
): (on: QueryContext, values: Rows<R>) => BatchableQuery {
  const single = prepared((_, { rows }: Rows<R>) => {
    const values = rows.map((row) => sql`(${sql.join(Object.values(row))})`);
    return sql`insert into ${sql.table(table)} (${columnsOf(rows[0] ?? {})}) values ${sql.join(values)} ${onConflict ?? sql``}`;
  });
  const ofBatch = prepared(
    (_, { sample, json }: JsonRows) => sql`insert into ${sql.table(table)} (${columnsOf(sample)})
      select ${columnsOf(sample)} from json_populate_recordset(cast(null as ${sql.table(table)}), ${json}) ${onConflict ?? sql``}`,
  );
  return batchable(single, {
    statement: (on, all) => {
      const rows = all.flatMap((values) => values.rows);
      const [sample] = rows;
      if (sample === undefined) return undefined;
      const texts = rows.map((row) => JSON.stringify(row));
      if (onConflict !== undefined) texts.sort();
      return ofBatch(on, { sample, json: `[${texts.join()}]` });
    },
  });
}

export function columnsOf(row: object): RawBuilder<unknown> {
  return sql.join(Object.keys(row).map((name) => sql.ref(name)));
}
