import { CompiledQuery, type Kysely, type QueryResult } from 'kysely';
import type { BatchForm } from './batchable';
import type { Database } from './database';
import type { QueryContext } from './prepared';
import { COMMIT, inOneRoundTrip } from './round-trip';
import type { QueuedStatement, StatementList } from './work';

type Result = QueryResult<unknown>;

/** Limit for a row that another transaction holds: the batch is refused then. */
const OWN_ROWS_LOCK_MS = 100;

/**
 * Hold for the batch alone. Its rows are found by their keys, however small their table was when the statement was planned.
 */
export const BATCH_SETTINGS = CompiledQuery.raw(
  [
    `lock_timeout = ${OWN_ROWS_LOCK_MS}`,
    'enable_seqscan = off',
    'enable_hashjoin = off',
    'enable_mergejoin = off',
  ]
    .map((setting) => `set local ${setting}`)
    .join('; '),
);

/** Goes before the first statement that waits for rows of all transactions. */
const SHARED_ROWS_SETTINGS = CompiledQuery.raw('set local lock_timeout to default');

/** The results of a batch, by the index of the transaction. */
export interface BatchResults {
  /** Tells whether the batch has left out the transaction. */
  hasLeftOut(index: number): boolean;
  /** Hands the transaction the results of its statements. */
  observe(index: number): void;
}

/** The same statement of all transactions of a batch, which has one query for all of them, one for each, or none. */
interface Step {
  readonly same: readonly QueuedStatement[];
  readonly form: BatchForm<never> | undefined;
  readonly queries: readonly CompiledQuery[];
}

/**
 * Sends transactions with the same statements as one with its commit, in one round trip. A statement without a form for
 * several transactions runs once for each of them. Resolves once all is committed.
 */
export async function sendTogether(
  db: Kysely<Database>,
  lists: readonly StatementList[],
): Promise<BatchResults> {
  const statements = lists[0]?.statements ?? [];
  const steps = statements.map((_, index) =>
    stepOf(
      { db, dialect: 'postgres' },
      lists.flatMap((list) => list.statements[index] ?? []),
    ),
  );
  const firstShared = steps.findIndex(({ form }) => form?.isShared === true);
  const sent = steps.flatMap((step, index) => [
    ...(index === firstShared ? [{ query: SHARED_ROWS_SETTINGS }] : []),
    ...step.queries.map((query) => ({ query, step })),
  ]);
  const queries = sent.map(({ query }) => query);
  const [, ...answers] = await inOneRoundTrip(db, [BATCH_SETTINGS, ...queries, COMMIT]);
  const results = new Map<Step, Result[]>();
  sent.forEach((one, index) => {
    const result = answers[index];
    if ('step' in one && result !== undefined)
      results.set(one.step, [...(results.get(one.step) ?? []), result]);
  });
  return new StepResults(steps, results);
}

function stepOf(on: QueryContext, same: readonly QueuedStatement[]): Step {
  const form = same[0]?.statement.batching?.form;
  if (form === undefined) return { same, form, queries: same.map(({ statement }) => statement) };
  const values = same.map(({ statement }) => statement.batching?.values);
  const query = form.statement(on, values as never[]);
  return { same, form, queries: query === undefined ? [] : [query] };
}

class StepResults implements BatchResults {
  constructor(
    private readonly steps: readonly Step[],
    private readonly results: ReadonlyMap<Step, readonly Result[]>,
  ) {}

  hasLeftOut(index: number): boolean {
    return this.steps.some((step) => step.form?.hasLeftOut?.(this.results.get(step)?.[0], index) === true);
  }

  observe(index: number): void {
    for (const step of this.steps) {
      const results = this.results.get(step);
      const own = step.form === undefined ? results?.[index] : step.form.resultAt?.(results?.[0], index);
      if (own !== undefined) step.same[index]?.observe?.(own);
    }
  }
}
