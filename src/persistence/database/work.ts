import type { CompiledQuery, QueryResult, Transaction } from 'kysely';
import type { Database } from './database';
import type { Dialect } from './dialect';
import { COMMIT, inOneRoundTrip } from './round-trip';

type Observe = (result: QueryResult<unknown>) => void;

/** A transaction in progress. */
export interface Work {
  readonly db: Transaction<Database>;
  readonly dialect: Dialect;
  /**
   * Queues statements without results that the work needs. They are sent together, in the order given, with the next
   * `ask` or with the commit, and fail there. A statement that runs on `db` itself goes before them.
   */
  send(...statements: readonly CompiledQuery[]): void;
  /** Queues a statement like `send`; `check` gets its result before the commit, and fails the transaction by throwing. */
  sendChecked(statement: CompiledQuery, check: Observe): void;
  /** Queues a statement like `send`; `observe` gets its result, which may be together with that of the commit. */
  sendObserved(statement: CompiledQuery, observe: Observe): void;
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
  const queue = new StatementQueue(db);
  const effects: (() => void)[] = [];
  const outcome = await run({
    db,
    dialect,
    send: (...statements) => {
      for (const statement of statements) queue.add({ statement });
    },
    sendChecked: (statement, observe) => {
      queue.add({ statement, observe, isCheck: true });
    },
    sendObserved: (statement, observe) => {
      queue.add({ statement, observe });
    },
    ask: async (statement) => (await queue.sendWith(statement)) as QueryResult<never>,
    beforeCommit: (step) => steps.push(step),
    withCommit: (...statements) => lastStatements.push(...statements),
    afterCommit: (effect) => effects.push(effect),
  });
  for (const step of steps) await step();
  for (const statement of lastStatements) queue.add({ statement });
  await queue.finish(dialect);
  return { outcome, effects };
}

interface Queued {
  readonly statement: CompiledQuery;
  readonly observe?: Observe;
  /** Tells whether `observe` can fail the transaction. */
  readonly isCheck?: boolean;
}

/** The statements of a transaction that have not been sent yet. */
class StatementQueue {
  private queued: Queued[] = [];

  constructor(private readonly db: Transaction<Database>) {}

  add(next: Queued): void {
    this.queued.push(next);
  }

  /** Resolves with the result of the last statement. */
  async sendWith(statement: CompiledQuery): Promise<QueryResult<unknown> | undefined> {
    this.add({ statement });
    return (await this.send()).at(-1);
  }

  async finish(dialect: Dialect): Promise<void> {
    // The commit must not be on its way while a check can still fail the transaction.
    if (this.queued.some(({ isCheck }) => isCheck)) await this.send();
    if (this.queued.length === 0) return;
    if (dialect === 'postgres') this.add({ statement: COMMIT });
    await this.send();
  }

  private send(): Promise<QueryResult<unknown>[]> {
    const sent = this.queued;
    this.queued = [];
    const statements = sent.map(({ statement }) => statement);
    return inOneRoundTrip(this.db, statements, (result, index) => sent[index]?.observe?.(result));
  }
}
