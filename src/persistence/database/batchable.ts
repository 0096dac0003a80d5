import type { CompiledQuery, QueryResult } from 'kysely';
import type { PreparedQuery, QueryContext } from './prepared';

type Result = QueryResult<unknown>;

/** The form of a statement in which PostgreSQL runs it once for several transactions (`TransactionBatches`). */
export interface BatchForm<V> {
  /**
   * Does for all values, in the order given, what the single statement does for each, or fails. Undefined if there is
   * nothing to do.
   */
  readonly statement: (on: QueryContext, all: readonly V[]) => CompiledQuery | undefined;
  /** What the single statement returns for the values at an index; needed for statements with results. */
  readonly resultAt?: (result: Result | undefined, index: number) => Result;
}

/** A statement of one transaction. */
export interface BatchableQuery<Row = unknown> extends CompiledQuery<Row> {
  /** Absent if it is run for one transaction only. */
  readonly batching?: Batching;
}

export interface Batching {
  readonly form: BatchForm<never>;
  readonly values: object;
}

/** Gives a prepared statement its form for several transactions. */
export function batchable<V extends object, Row>(
  single: PreparedQuery<V, Row>,
  form: BatchForm<V>,
): (on: QueryContext, values: V) => BatchableQuery<Row> {
  return (on, values) => Object.assign(single(on, values), { batching: { form, values } });
}
