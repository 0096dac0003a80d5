import type { CompiledQuery, QueryResult, Transaction } from 'kysely';
import type { Database } from './database';
import type { Dialect } from './dialect';
import { COMMIT, inOneRoundTrip } from './round-trip';

/** A transaction in progress. */
export interface Work {
  readonly db: Transaction<Database>;
  readonly dialect: Dialect;
  /**
   * Queues statements without results that the work needs. They are sent together, in the order given, with the next
   * `ask` or with the commit, and fail there. A statement that runs on `db` itself goes before them.
   */
  send(...statements: readonly CompiledQuery[]): void;
  /** Runs the statements given to `send` and then this one, in one round trip; resolves with its result. */
  ask<Row>(statement: CompiledQuery<Row>): Promise<QueryResult<Row>>;
  /** Runs within the transaction after its work, in the order given. */
  beforeCommit(step: () => Promise<void>): void;
  /**
   * Statements that run after every step of `beforeCommit`, in the order given and in the round trip of the commit: for
   * the few rows that nearly all transactions change. Their locks are held only for as long as the database takes to commit.
   */
  withCommit(...statements: readonly CompiledQuery[]): void;
  /** Runs once the transaction has committed, in the order given; never when it has not. */
  afterCommit(effect: () => void): void;
}

/** The outcome of work whose transaction may commit. */
export interface FinishedWork<T> {
  readonly outcome: T;
  /** To be called once the transaction has committed. */
  readonly effects: readonly (() => void)[];
}

/** Runs work and all that it queues. On PostgreSQL the last statements take the commit with them. */
export async function finishWork<T>(
  db: Transaction<Database>,
  dialect: Dialect,
  run: (work: Work) => Promise<T>,
): Promise<FinishedWork<T>> {
  const steps: (() => Promise<void>)[] = [];
  const lastStatements: CompiledQuery[] = [];
  const unsent: CompiledQuery[] = [];
  const effects: (() => void)[] = [];
  const outcome = await run({
    db,
    dialect,
    send: (...statements) => unsent.push(...statements),
    ask: (statement) => ask(db, [...unsent.splice(0), statement]),
    beforeCommit: (step) => steps.push(step),
    withCommit: (...statements) => lastStatements.push(...statements),
    afterCommit: (effect) => effects.push(effect),
  });
  for (const step of steps) await step();
  const statements = [...unsent, ...lastStatements];
  if (statements.length > 0)
    await inOneRoundTrip(db, dialect === 'postgres' ? [...statements, COMMIT] : statements);
  return { outcome, effects };
}

/** Resolves with the result of the last statement. */
async function ask<Row>(
  db: Transaction<Database>,
  statements: readonly CompiledQuery[],
): Promise<QueryResult<Row>> {
  const results = await inOneRoundTrip(db, statements);
  return results.at(-1) as QueryResult<Row>;
}
