import { Injectable, Logger } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { Spans } from '../../common/tracing/spans';
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
import { GroupCommit } from './group-commit';
import { isAboutName } from './statement-names';
import { TransactionBatches } from './transaction-batches';
import { inOneRoundTrip } from './round-trip';
import { finishWork, type FinishedWork, recordWork, type Send, type Work } from './work';

/** Names of OpenTelemetry's conventions. */
const SYSTEMS: Readonly<Record<Dialect, string>> = { sqlite: 'sqlite', postgres: 'postgresql' };
const MAX_RETRIES = 3;
/** After this time without a write that failed for lack of space, the next one counts as another outage. */
const FULL_OUTAGE_GAP_MS = 600_000;

/**
 * Runs statements and transactions; the embedded database commits transactions in groups (`GroupCommit`), and PostgreSQL
 * runs those with the same statements as one (`TransactionBatches`). Database
 * failures surface as `StorageUnavailableError`, and a full volume is logged once per outage; values that the database
 * refuses surface as `DataRefusedError`. A deadlock, a serialization failure or a refused statement name is retried up
 * to three times, so the work of a transaction may run more than once and must have no effect beyond its statements and
 * its `afterCommit` callbacks.
 *
 * To avoid deadlocks, each transaction locks in this order, and a batch of them too: its session's row; then its idempotency key; then its
 * events and deliveries, of webhooks the queues first; then its sink or webhook; then, before the commit, the heads of audit chains, in the order of their
 * numbers; and last of all counters, in the order of their names. A reservation begins with the key: no other
 * transaction knows its session yet. The position of the webhooks in the feed is a counter, but comes first where webhooks are
 * created or events are queued for them. A login to the console changes sessions of the console alone, and then the heads.
 */
@Injectable()
export class UnitOfWork extends StorageFailureCounter implements StorageErrors {
  private readonly logger = new Logger(UnitOfWork.name);
  private troublesSeen = 0;
  private lastFullAt = -Infinity;
  /** On SQLite. */
  private readonly groupCommit: GroupCommit | undefined;
  /** On PostgreSQL. */
  private readonly batches: TransactionBatches | undefined;
  private observe: (reason: StorageErrorReason) => void = () => undefined;

  constructor(private readonly connection: DatabaseConnection) {
    super();
    const { db, dialect, embedded } = connection;
    this.groupCommit = embedded === undefined ? undefined : new GroupCommit(db, embedded.statements);
    this.batches = dialect === 'postgres' ? new TransactionBatches(db) : undefined;
  }

  get dialect(): Dialect {
    return this.connection.dialect;
  }

  get count(): number {
    return this.troublesSeen;
  }

  onError(listener: (reason: StorageErrorReason) => void): void {
    this.observe = listener;
  }

  /** Runs statements, each in its own transaction. */
  async query<T>(statements: (db: Kysely<Database>, dialect: Dialect) => Promise<T>): Promise<T> {
    try {
      return await statements(this.connection.db, this.connection.dialect);
    } catch (error) {
      throw this.named(error);
    }
  }

  async run<T>(work: (work: Work) => Promise<T>): Promise<T> {
    return this.spanned(() => this.retried(() => this.transact(work)));
  }

  /**
   * Like `run`, for work that on PostgreSQL gets no result before the commit: it does not `ask`, and runs nothing on
   * `db` itself. There its statements are run together with those of other such work (`TransactionBatches`).
   */
  async send<T>(work: (work: Work) => Promise<T>): Promise<T> {
    const { batches } = this;
    if (batches === undefined) return this.run(work);
    return this.spanned(() => this.retried(() => this.transactInBatch(batches, work)));
  }

  private spanned<T>(transact: () => Promise<T>): Promise<T> {
    return Spans.runWithin('transaction', (span) => {
      span.set('db.system.name', SYSTEMS[this.dialect]);
      return transact();
    });
  }

  private async retried<T>(transact: () => Promise<FinishedWork<T>>): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        const { outcome, effects } = await transact();
        effects.forEach((effect) => {
          this.runEffect(effect);
        });
        return outcome;
      } catch (error) {
        if (!isWorthRetrying(error) && !isAboutName(error)) throw this.named(error);
        if (retries === MAX_RETRIES) throw this.trouble(error);
        this.logger.debug(`Transaction retried: ${String(error)}`);
      }
    }
  }

  private transact<T>(work: (work: Work) => Promise<T>): Promise<FinishedWork<T>> {
    const { groupCommit } = this;
    if (groupCommit !== undefined)
      return groupCommit.run((transaction, send) =>
        finishWork({ db: transaction, dialect: 'sqlite' }, send, work),
      );
    return this.connection.db.transaction().execute((transaction) => {
      const send: Send = (statements, check) => inOneRoundTrip(transaction, statements, check);
      return finishWork({ db: transaction, dialect: 'postgres' }, send, work);
    });
  }

  private async transactInBatch<T>(
    batches: TransactionBatches,
    work: (work: Work) => Promise<T>,
  ): Promise<FinishedWork<T>> {
    const { list, ...finished } = await recordWork(work);
    if (list.statements.length > 0) await batches.run(list);
    return finished;
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
