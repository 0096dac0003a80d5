import { AsyncResource } from 'node:async_hooks';
// Not the global one: with the fake time of a test no transaction would run.
import { setImmediate } from 'node:timers';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from './database';
import type { SqliteStatements } from './sqlite-statements';
import type { Send } from './work';

/** Limits of a group. What waits beyond them is committed after the event loop has served other callbacks. */
const MAX_UNITS = 64;
const MAX_MS = 10;

/** The work of a transaction, with the way in which its statements are sent. */
type Work<T> = (transaction: Transaction<Database>, send: Send) => Promise<T>;

interface Unit {
  run(transaction: Transaction<Database>, send: Send): Promise<void>;
  /** Resolves with the outcome of its run. */
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Commits the transactions of a database with one writer in groups, since each commit waits for the disk: the units
 * that have come up in one turn of the event loop run one after another in one transaction, each in a savepoint, in
 * the order in which they came.
 *
 * A unit resolves only after the commit of its group has returned. One that fails is rolled back alone; a commit that
 * fails, and a transaction that the database has rolled back by itself, fail every unit of the group. A unit that is
 * alone runs without a savepoint. No unit sees another one that is not complete.
 */
export class GroupCommit {
  /** Bounded by the callers: each waits for its unit. */
  private readonly waiting: Unit[] = [];
  private isScheduled = false;

  constructor(
    private readonly db: Kysely<Database>,
    private readonly statements: SqliteStatements,
    private readonly maxMs = MAX_MS,
  ) {}

  /** Runs a unit in its caller's asynchronous context; resolves with its outcome once that is durable. */
  run<T>(unit: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const context = new AsyncResource('GroupCommit');
      let settle: () => void = () => undefined;
      this.waiting.push({
        run: async (transaction, send) => {
          const outcome = await context.runInAsyncScope(unit, undefined, transaction, send);
          settle = () => {
            resolve(outcome);
          };
        },
        resolve: () => {
          settle();
        },
        reject,
      });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.isScheduled || this.waiting.length === 0) return;
    this.isScheduled = true;
    setImmediate(() => {
      void this.commitGroup().finally(() => {
        this.isScheduled = false;
        this.schedule();
      });
    });
  }

  private async commitGroup(): Promise<void> {
    const first = this.waiting.shift();
    if (first === undefined) return;
    const group = [first];
    try {
      await this.db.transaction().execute((transaction) => this.runGroup(transaction, group));
    } catch (error) {
      for (const unit of group) unit.reject(error);
      return;
    }
    for (const unit of group) unit.resolve();
  }

  /** Runs the first unit, and adds those that wait to the group; units that were rejected are no longer in it. */
  private async runGroup(transaction: Transaction<Database>, group: Unit[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    if (this.waiting.length === 0) return first.run(transaction, this.send);
    const deadline = performance.now() + this.maxMs;
    let units = 0;
    for (let unit: Unit | undefined = first; unit !== undefined; unit = this.waiting.shift()) {
      if (unit !== first) group.push(unit);
      if (!(await this.ranInSavepoint(transaction, unit))) group.pop();
      units += 1;
      if (units === MAX_UNITS || performance.now() >= deadline) return;
    }
  }

  /**
   * Returns whether the unit belongs to the transaction now; otherwise it was rolled back and rejected. Rejects if the
   * whole transaction is lost.
   */
  private async ranInSavepoint(transaction: Transaction<Database>, unit: Unit): Promise<boolean> {
    this.execute('savepoint unit');
    try {
      await unit.run(transaction, this.send);
      this.execute('release unit');
      return true;
    } catch (error) {
      try {
        this.execute('rollback to unit');
        this.execute('release unit');
      } catch {
        // After a full disk or an I/O error the database has rolled back everything; the error of the unit says why.
        throw error;
      }
      unit.reject(error);
      return false;
    }
  }

  /** Runs statements of the unit that has its turn, which are part of the transaction. */
  private readonly send: Send = (statements, check) =>
    new Promise((resolve) => {
      resolve(
        statements.map((statement, index) => {
          const result = this.statements.run(statement);
          check(result, index);
          return result;
        }),
      );
    });

  private execute(sql: string): void {
    this.statements.run({ sql, parameters: [] });
  }
}
