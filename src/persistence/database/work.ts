import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { BatchableQuery } from './batchable';
import type { Database } from './database';
import type { Dialect } from './dialect';
import { failingWithoutRows, isGuardFailure } from './guards';
import { POSTGRES_COMPILER, WaitingError } from './postgres-compiler';
import type { QueryContext } from './prepared';
import { COMMIT, inOneRoundTrip } from './round-trip';

type Result = QueryResult<unknown>;
type Observe = (result: Result) => void;

/** A transaction in progress. */
export interface Work {
  readonly db: Kysely<Database>;
  readonly dialect: Dialect;
  /**
   * Queues statements without results that the work needs. They are sent together, in the order given, with the next
   * `ask` or with the commit, and fail there. A statement that runs on `db` itself goes before them.
   */
  send(...statements: readonly BatchableQuery[]): void;
  /**
   * Queues an update like `send`. The transaction fails with the error of `refusal` unless it changes at least one row.
   * There is one such update in a transaction.
   */
  sendGuarded(update: BatchableQuery, refusal: () => Error): void;
  /** Queues a statement like `send`; `observe` gets its result, which may be together with that of the commit. */
  sendObserved(statement: BatchableQuery, observe: Observe): void;
  /** Runs the statements given to `send` and then this one, in one round trip; resolves with its result. */
  ask<Row>(statement: CompiledQuery<Row>): Promise<QueryResult<Row>>;
  /** Runs within the transaction after its work, in the order given. */
  beforeCommit(step: () => Promise<void>): void;
  /**
   * Statements that run after every step of `beforeCommit`, in the order given and in the round trip of the commit: for
   * the few rows that nearly all transactions change. Their locks are held only for as long as the database takes to commit.
   */
  withCommit(...statements: readonly BatchableQuery[]): void;
  /** Runs once the transaction has committed, in the order given; never when it has not. */
  afterCommit(effect: () => void): void;
}

/** The outcome of work whose transaction may commit. */
export interface FinishedWork<T> {
  readonly outcome: T;
  /** To be called once the transaction has committed. */
  readonly effects: readonly (() => void)[];
}

export interface QueuedStatement {
  readonly statement: BatchableQuery;
  readonly observe?: Observe;
}

/** All statements of a transaction that waits for none of their results. */
export interface StatementList {
  readonly statements: readonly QueuedStatement[];
  /** The error of the guarded statement, if there is one. */
  readonly refusal: (() => Error) | undefined;
}

/** Sends statements of a transaction together. `check` gets each result, in their order; what it throws is a failure too. */
export type Send = (
  statements: readonly CompiledQuery[],
  check: (result: Result, index: number) => void,
) => Promise<readonly Result[]>;

/** Runs work and all that it queues in a transaction. On PostgreSQL the last statements take the commit with them. */
export async function finishWork<T>(
  on: QueryContext,
  send: Send,
  run: (work: Work) => Promise<T>,
): Promise<FinishedWork<T>> {
  const queue = new StatementQueue(on);
  const ask = async (statement: CompiledQuery): Promise<QueryResult<never>> => {
    queue.add({ statement });
    return (await sendAll(send, queue.taken())).at(-1) as QueryResult<never>;
  };
  const finished = await queueAll(queue, ask, run);
  const last = queue.taken();
  if (last.statements.length > 0) await sendAll(send, on.dialect === 'postgres' ? withCommit(last) : last);
  return finished;
}

/** Runs work for PostgreSQL that waits for no result, and keeps its statements. */
export async function recordWork<T>(
  run: (work: Work) => Promise<T>,
): Promise<FinishedWork<T> & { readonly list: StatementList }> {
  const queue = new StatementQueue({ db: POSTGRES_COMPILER, dialect: 'postgres' });
  const finished = await queueAll(queue, () => Promise.reject(new WaitingError()), run);
  return { ...finished, list: queue.taken() };
}

/** Sends the statements of a transaction on PostgreSQL with its commit. */
export async function sendWithCommit(db: Kysely<Database>, list: StatementList): Promise<void> {
  await sendAll((statements, check) => inOneRoundTrip(db, statements, check), withCommit(list));
}

function withCommit(list: StatementList): StatementList {
  return { ...list, statements: [...list.statements, { statement: COMMIT }] };
}

async function queueAll<T>(
  queue: StatementQueue,
  ask: Work['ask'],
  run: (work: Work) => Promise<T>,
): Promise<FinishedWork<T>> {
  const steps: (() => Promise<void>)[] = [];
  const lastStatements: BatchableQuery[] = [];
  const effects: (() => void)[] = [];
  const outcome = await run({
    ...queue.on,
    send: (...statements) => {
      for (const statement of statements) queue.add({ statement });
    },
    sendGuarded: (update, refusal) => {
      queue.guard(update, refusal);
    },
    sendObserved: (statement, observe) => {
      queue.add({ statement, observe });
    },
    ask,
    beforeCommit: (step) => steps.push(step),
    withCommit: (...statements) => lastStatements.push(...statements),
    afterCommit: (effect) => effects.push(effect),
  });
  for (const step of steps) await step();
  for (const statement of lastStatements) queue.add({ statement });
  return { outcome, effects };
}

/** The statements of a transaction that have not been sent yet. */
class StatementQueue {
  private queued: QueuedStatement[] = [];
  private refusal: (() => Error) | undefined;

  constructor(readonly on: QueryContext) {}

  add(next: QueuedStatement): void {
    this.queued.push(next);
  }

  /** PostgreSQL gets the commit before this process gets the result, so the statement itself has to fail there. */
  guard(update: BatchableQuery, refusal: () => Error): void {
    this.refusal = refusal;
    if (this.on.dialect === 'postgres') {
      this.add({ statement: failingWithoutRows(update) });
      return;
    }
    const observe: Observe = ({ numAffectedRows }) => {
      if (numAffectedRows === 0n) throw refusal();
    };
    this.add({ statement: update, observe });
  }

  taken(): StatementList {
    const statements = this.queued;
    this.queued = [];
    return { statements, refusal: this.refusal };
  }
}

async function sendAll(send: Send, { statements, refusal }: StatementList): Promise<readonly Result[]> {
  const queries = statements.map(({ statement }) => statement);
  try {
    return await send(queries, (result, index) => statements[index]?.observe?.(result));
  } catch (error) {
    throw (isGuardFailure(error) ? refusal?.() : undefined) ?? error;
  }
}
