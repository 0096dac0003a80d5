import type { CompiledQuery } from 'kysely';
import type { BatchableQuery, BatchForm } from './batchable';
import { codeOf } from './dialect';

/** SQLSTATE of a division by zero. No other statement of the service divides by what can be zero. */
const DIVISION_BY_ZERO = '22012';

/**
 * An update on PostgreSQL that fails (`isGuardFailure`) if it changes no row; for several transactions, if it does not
 * change a row for each.
 */
export function failingWithoutRows(update: BatchableQuery): BatchableQuery {
  const { query, queryId, batching } = update;
  const single: BatchableQuery = {
    query,
    queryId,
    sql: dividingBy('count(*)', update.sql),
    get parameters() {
      return update.parameters;
    },
  };
  if (batching === undefined) return single;
  const { form, values } = batching;
  const guarded: BatchForm<never> = {
    ...form,
    statement: (on, all) => {
      const ofAll = form.statement(on, all);
      return ofAll === undefined ? undefined : failingUnlessRows(ofAll, all.length);
    },
  };
  return Object.assign(single, { batching: { form: guarded, values } });
}

/** A change on PostgreSQL that fails (`isGuardFailure`) unless it changes this number of rows. */
export function failingUnlessRows(change: CompiledQuery, count: number): CompiledQuery {
  const { query, queryId, sql } = change;
  const parameters = [...change.parameters, count];
  const isAll = `case when count(*) = $${parameters.length} then 1 else 0 end`;
  return { query, queryId, sql: dividingBy(isAll, sql), parameters };
}

export function isGuardFailure(error: unknown): boolean {
  return codeOf(error) === DIVISION_BY_ZERO;
}

function dividingBy(divisor: string, change: string): string {
  return `with changed as (${change} returning 1) select 1 / (${divisor}) from changed`;
}
