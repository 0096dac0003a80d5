import type { CompiledQuery, QueryResult, Transaction } from 'kysely';
import type { Database } from './database';
import { codeOf, type Dialect } from './dialect';
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
  /**
   * Queues an update like `send`. The transaction fails with the error of `refusal` unless it changes at least one row.
   * There is one such update in a transaction.
   */
  sendGuarded(update: CompiledQuery, refusal: () => Error): void;
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
  const queue = new StatementQueue(db, dialect);
  const effects: (() => void)[] = [];
  const outcome = await run({
    db,
    dialect,
    send: (...statements) => {
      for (const statement of statements) queue.add({ statement });
    },
    sendGuarded: (update, refusal) => {
      queue.guard(update, refusal);
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
  await queue.finish();
  return { outcome, effects };
}

interface Queued {
  readonly statement: CompiledQuery;
  readonly observe?: Observe;
}

/** The statements of a transaction that have not been sent yet. */
class StatementQueue {
  private queued: Queued[] = [];
  private refusal: (() => Error) | undefined;

  constructor(
    private readonly db: Transaction<Database>,
    private readonly dialect: Dialect,
  ) {}

  add(next: Queued): void {
    this.queued.push(next);
  }

  /** PostgreSQL gets the commit before this process gets the result, so the statement itself has to fail there. */
  guard(update: CompiledQuery, refusal: () => Error): void {
    this.refusal = refusal;
    if (this.dialect === 'postgres') {
      this.add({ statement: failingWithoutRows(update) });
      return;
    }
    const observe: Observe = ({ numAffectedRows }) => {
      if (numAffectedRows === 0n) throw refusal();
    };
    this.add({ statement: update, observe });
  }

  /** Resolves with the result of the last statement. */
  async sendWith(statement: CompiledQuery): Promise<QueryResult<unknown> | undefined> {
    this.add({ statement });
    return (await this.send()).at(-1);
  }

  async finish(): Promise<void> {
    if (this.queued.length === 0) return;
    if (this.dialect === 'postgres') this.add({ statement: COMMIT });
    await this.send();
  }

  private async send(): Promise<QueryResult<unknown>[]> {
    const sent = this.queued;
    this.queued = [];
    const statements = sent.map(({ statement }) => statement);
    try {
      return await inOneRoundTrip(this.db, statements, (result, index) => sent[index]?.observe?.(result));
    } catch (error) {
      throw (codeOf(error) === DIVISION_BY_ZERO ? this.refusal?.() : undefined) ?? error;
    }
  }
}

/** No other statement of the service divides by what can be zero. */
const DIVISION_BY_ZERO = '22012';

/** An update that fails with a division by zero if it changes no row. */
function failingWithoutRows(update: CompiledQuery): CompiledQuery {
  return { ...update, sql: `with changed as (${update.sql} returning 1) select 1 / count(*) from changed` };
}
