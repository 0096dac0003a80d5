import { Injectable, Logger } from '@nestjs/common';
import type { Kysely, Transaction } from 'kysely';
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
import { finishWork, type Work } from './work';

/** Names of OpenTelemetry's conventions. */
const SYSTEMS: Readonly<Record<Dialect, string>> = { sqlite: 'sqlite', postgres: 'postgresql' };
const MAX_RETRIES = 3;
/** After this time without a write that failed for lack of space, the next one counts as another outage. */
const FULL_OUTAGE_GAP_MS = 600_000;

/**
 * Runs statements and transactions; the embedded database commits transactions in groups (`GroupCommit`). Database
 * failures surface as `StorageUnavailableError`, and a full volume is logged once per outage; values that the database
 * refuses surface as `DataRefusedError`. A deadlock, a serialization failure or a refused statement name is retried up
 * to three times, so the work of a transaction may run more than once and must have no effect beyond its statements and
 * its `afterCommit` callbacks.
 *
 * To avoid deadlocks, each transaction locks in this order: its session's row; then its idempotency key; then its
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
  private observe: (reason: StorageErrorReason) => void = () => undefined;

  constructor(private readonly connection: DatabaseConnection) {
    super();
    const { db, dialect } = connection;
    this.groupCommit = dialect === 'sqlite' ? new GroupCommit(db) : undefined;
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
    return Spans.runWithin('transaction', (span) => {
      span.set('db.system.name', SYSTEMS[this.dialect]);
      return this.retried(work);
    });
  }

  private async retried<T>(work: (work: Work) => Promise<T>): Promise<T> {
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
    const { dialect } = this.connection;
    const { outcome, effects } = await this.transact((db) => finishWork(db, dialect, work));
    effects.forEach((effect) => {
      this.runEffect(effect);
    });
    return outcome;
  }

  private transact<T>(unit: (transaction: Transaction<Database>) => Promise<T>): Promise<T> {
    return this.groupCommit?.run(unit) ?? this.connection.db.transaction().execute(unit);
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
