import { CompiledQuery, type Kysely, type QueryResult } from 'kysely';
import type { Database } from './database';

/** Ends a transaction with the statements before it; Kysely's own commit finds it ended (`postgres-database.ts`). */
export const COMMIT = CompiledQuery.raw('commit');

/**
 * Runs statements of a transaction one after another; PostgreSQL gets them in one round trip, so that the locks of
 * the first are not held while this process is busy elsewhere. None may depend on the result of another. Rejects with
 * the first failure once all are answered; the transaction can only be rolled back then. `check` gets each result in
 * the order of the statements, and counts as a failure when it throws.
 */
export function inOneRoundTrip(
  db: Kysely<Database>,
  statements: readonly CompiledQuery[],
  check: (result: QueryResult<unknown>, index: number) => void = () => undefined,
): Promise<QueryResult<unknown>[]> {
  return db.getExecutor().provideConnection(async (connection) => {
    const answers = await Promise.allSettled(
      statements.map((statement) => connection.executeQuery(statement)),
    );
    return answers.map((answer, index) => {
      if (answer.status === 'rejected') throw answer.reason;
      check(answer.value, index);
      return answer.value;
    });
  });
}
