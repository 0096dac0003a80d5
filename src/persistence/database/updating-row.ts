import { sql } from 'kysely';
import { type BatchableQuery, batchable } from './batchable';
import type { Database } from './database';
import { prepared, type QueryContext } from './prepared';

/** An update of one row, named by values that it has to have: its key, and what the change presumes. */
export interface RowUpdate<R extends object> {
  readonly changes: Partial<R>;
  readonly expected: Partial<R>;
}

interface JsonUpdates extends RowUpdate<object> {
  readonly json: string;
}

/**
 * An update of a row of a table; for several transactions it is one statement, in which no two may be for the same row. It
 * locks the rows in the order of the first columns that are expected, which have to be the key.
 */
export function updatingRowOf<R extends object>(
  table: keyof Database,
): (on: QueryContext, update: RowUpdate<R>) => BatchableQuery {
  const name = sql.table(table);
  const single = prepared((_, { changes, expected }: RowUpdate<object>) => {
    const sets = Object.entries(changes).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
    const conditions = Object.entries(expected).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
    return sql`update ${name} set ${sql.join(sets)} where ${sql.join(conditions, sql` and `)}`;
  });
  const ofBatch = prepared((_, { changes, expected, json }: JsonUpdates) => {
    const sets = Object.keys(changes).map(
      (column) => sql`${sql.ref(column)} = (wanted.changes).${sql.ref(column)}`,
    );
    const conditions = Object.keys(expected).map(
      (column) => sql`${name}.${sql.ref(column)} = (wanted.expected).${sql.ref(column)}`,
    );
    return sql`update ${name} set ${sql.join(sets)}
      from json_to_recordset(${json}) as wanted(changes ${name}, expected ${name})
      where ${sql.join(conditions, sql` and `)}`;
  });
  return batchable<RowUpdate<R>, unknown>(single, {
    statement: (on, all) => {
      const [sample] = all;
      if (sample === undefined) return undefined;
      const texts = all.map(({ expected, changes }) => JSON.stringify({ expected, changes }));
      return ofBatch(on, { ...sample, json: `[${texts.sort().join()}]` });
    },
  });
}
