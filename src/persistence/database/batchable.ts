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
  /** The result of the single statement for the values at an index; needed for statements with results. */
  readonly resultAt?: (result: Result | undefined, index: number) => Result;
  /**
   * Tells whether the batch has left out the transaction at an index, in all of its statements, since only that
   * transaction alone can tell its outcome. It is run alone then.
   */
  readonly hasLeftOut?: (result: Result | undefined, index: number) => boolean;
  /** Set if it waits for rows that nearly all transactions change: it may take as long as for one transaction. */
  readonly isShared?: true;
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
