import { Injectable, Logger } from '@nestjs/common';
import type { CompiledQuery, Kysely, QueryResult, Transaction } from 'kysely';
import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import type { StorageErrorReason, StorageErrors } from '../../metrics/ports/storage-errors';
import { StorageFailureCounter } from '../../session/ports/storage-failure-counter';
import type { Database } from './database';
import { DatabaseConnection } from './database-connection';
import {
  codeOf,
  type Dialect,
  isDataError,
  isStorageFull,
  isUnavailable,
  isWorthRetrying,
  refusalOf,
} from './dialect';
import { COMMIT, inOneRoundTrip } from './round-trip';
import { isAboutName } from './statement-names';

const MAX_RETRIES = 3;
/** After this time without a write that failed for lack of space, the next one counts as another outage. */
const FULL_OUTAGE_GAP_MS = 600_000;

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

/**
 * Runs statements and transactions. Database failures surface as `StorageUnavailableError`, and a full volume is
 * logged once per outage; values that the database refuses surface as `DataRefusedError`. A deadlock, a serialization
 * failure or a refused statement name is retried up to three times, so the work of a transaction may run more than
 * once and must have no effect beyond its statements and its `afterCommit` callbacks.
 *
 * To avoid deadlocks, each transaction locks in this order: its session's row; then its idempotency key; then its
 * events and deliveries; then its sink; then, before the commit, the heads of audit chains, in the order of their
 * numbers; and last of all counters, in the order of their names. A reservation begins with the key: no other
 * transaction knows its session yet.
 */
@Injectable()
export class UnitOfWork extends StorageFailureCounter implements StorageErrors {
  private readonly logger = new Logger(UnitOfWork.name);
  private troublesSeen = 0;
  private lastFullAt = -Infinity;
  private observe: (reason: StorageErrorReason) => void = () => undefined;

  constructor(private readonly connection: DatabaseConnection) {
    super();
  }

  get count(): number {
    return this.troublesSeen;
  }

  onError(listener: (reason: StorageErrorReason) => void): void {
    this.observe = listener;
  }

  /** Runs statements, each in its own transaction. */
  async read<T>(query: (db: Kysely<Database>, dialect: Dialect) => Promise<T>): Promise<T> {
    try {
      return await query(this.connection.db, this.connection.dialect);
    } catch (error) {
      throw this.named(error);
    }
  }

  async run<T>(work: (work: Work) => Promise<T>): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (!isWorthRetrying(error) && !isAboutName(error)) throw this.named(error);
        if (retries === MAX_RETRIES) throw this.trouble(error);
        this.logger.debug(`Transaction retried: ${String(error)}`);
      }
    }
  }

  private async attempt<T>(work: (work: Work) => Promise<T>): Promise<T> {
    const { db, dialect } = this.connection;
    const steps: (() => Promise<void>)[] = [];
    const lastStatements: CompiledQuery[] = [];
    const unsent: CompiledQuery[] = [];
    const effects: (() => void)[] = [];
    const result = await db.transaction().execute(async (transaction) => {
      const outcome = await work({
        db: transaction,
        dialect,
        send: (...statements) => unsent.push(...statements),
        ask: (statement) => ask(transaction, [...unsent.splice(0), statement]),
        beforeCommit: (step) => steps.push(step),
        withCommit: (...statements) => lastStatements.push(...statements),
        afterCommit: (effect) => effects.push(effect),
      });
      for (const step of steps) await step();
      await finish(transaction, dialect, [...unsent, ...lastStatements]);
      return outcome;
    });
    effects.forEach((effect) => {
      this.runEffect(effect);
    });
    return result;
  }

  private named(error: unknown): unknown {
    if (isUnavailable(error)) return this.trouble(error);
    return isDataError(error) ? new DataRefusedError(refusalOf(error)) : error;
  }

  private trouble(cause: unknown): StorageUnavailableError {
    this.troublesSeen += 1;
    const isFull = isStorageFull(cause);
    this.observe(isFull ? 'full' : 'unavailable');
    if (isFull) this.noteFull(cause);
    return new StorageUnavailableError({ cause, isFull });
  }

  /**
   * Logs one line per outage. A success does not prove that there is space again: transactions that write nothing
   * succeed.
   */
  private noteFull(error: unknown): void {
    const now = performance.now();
    if (now - this.lastFullAt > FULL_OUTAGE_GAP_MS) {
      this.logger.error({
        message: 'Database volume full',
        reason: 'storage-full',
        code: codeOf(error),
        error,
      });
    }
    this.lastFullAt = now;
  }

  /** The commit stands: an effect that fails must not look like a failed transaction. */
  private runEffect(effect: () => void): void {
    try {
      effect();
    } catch (error) {
      this.logger.error('After-commit callback failed', error instanceof Error ? error.stack : error);
    }
  }
}

/** Resolves with the result of the last statement. */
async function ask<Row>(
  db: Transaction<Database>,
  statements: readonly CompiledQuery[],
): Promise<QueryResult<Row>> {
  const results = await inOneRoundTrip(db, statements);
  return results.at(-1) as QueryResult<Row>;
}

/** On PostgreSQL the last statements take the commit with them. */
async function finish(
  db: Transaction<Database>,
  dialect: Dialect,
  statements: readonly CompiledQuery[],
): Promise<void> {
  if (statements.length > 0)
    await inOneRoundTrip(db, dialect === 'postgres' ? [...statements, COMMIT] : statements);
}
