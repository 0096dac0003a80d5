// Not the global ones: with the fake time of a test no transaction would run.
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { Logger } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { RequestContext } from '../../common/logging/request-context';
import { type BatchResults, sendTogether } from './batch-statements';
import type { Database } from './database';
import { isHeldUp, isRefusal, refusalOf } from './dialect';
import { isGuardFailure } from './guards';
import { isAboutName } from './statement-names';
import { sendWithCommit, type StatementList } from './work';

/** The transactions of a batch at most. Others wait for the next one. */
const MAX_TRANSACTIONS = 64;
/** Batches of one kind that run at a time: one collects while the other waits for the disk. */
const MAX_RUNNING = 2;
/**
 * A batch counts as running for this time at most, whatever it waits for: a connection, a lock, the disk. From then on it
 * holds up others no more than a single transaction does.
 */
const MAX_TURN_MS = 100;

interface Unit {
  readonly list: StatementList;
  resolve(): void;
  reject(error: unknown): void;
}

/** The transactions with the same statements. */
interface BatchQueue {
  /** Bounded by the callers: each waits for its transaction. */
  readonly waiting: Unit[];
  running: number;
  isScheduled: boolean;
}

/**
 * Runs transactions with the same statements as one on PostgreSQL, each statement once for all of them, since nearly
 * all of the time of a small statement goes into its way to the server and back. Transactions that have come up in one
 * turn of the event loop, or while earlier ones were running, are a batch; one that is alone runs as it is.
 *
 * Each resolves after the commit of its batch. A batch changes all that its transactions change, or nothing: if the
 * database refuses it, they run by themselves, so that each succeeds or fails on its own, and so do those that a batch
 * leaves out (`BatchForm`). If the database cannot be reached, or the error does not prove that nothing was committed,
 * all of them fail with it.
 *
 * A batch locks in the order in which its transactions do (`UnitOfWork`), and rows of one table in the order of their
 * keys. A row of its own that another transaction holds refuses it soon; for the rows that nearly all transactions
 * change it waits like one of them.
 */
export class TransactionBatches {
  private readonly logger = new Logger(TransactionBatches.name);
  private readonly queues = new Map<string, BatchQueue>();

  constructor(private readonly db: Kysely<Database>) {}

  /** Resolves once the transaction is committed, its statements observed. */
  run(list: StatementList): Promise<void> {
    return new Promise((resolve, reject) => {
      const kind = kindOf(list);
      const queue = this.queues.get(kind) ?? { waiting: [], running: 0, isScheduled: false };
      this.queues.set(kind, queue);
      queue.waiting.push({ list, resolve, reject });
      this.schedule(kind, queue);
    });
  }

  private schedule(kind: string, queue: BatchQueue): void {
    if (queue.isScheduled || queue.waiting.length === 0 || queue.running === MAX_RUNNING) return;
    queue.isScheduled = true;
    setImmediate(() => {
      queue.isScheduled = false;
      queue.running += 1;
      const units = queue.waiting.splice(0, MAX_TRANSACTIONS);
      // A batch is not the work of the request that happens to begin it.
      const batch = RequestContext.leave(() => this.runBatch(units));
      void unlessItTakesLong(batch).then(() => {
        queue.running -= 1;
        if (queue.running === 0 && queue.waiting.length === 0) this.queues.delete(kind);
        this.schedule(kind, queue);
      });
      this.schedule(kind, queue);
    });
  }

  private async runBatch(units: readonly Unit[]): Promise<void> {
    const [first] = units;
    if (first !== undefined && units.length === 1) return this.runAlone(first);
    let results: BatchResults;
    try {
      const lists = units.map(({ list }) => list);
      results = await this.db.transaction().execute((transaction) => sendTogether(transaction, lists));
    } catch (error) {
      this.failed(units, error);
      return;
    }
    units.forEach((unit, index) => {
      this.settle(unit, index, results);
    });
  }

  /** The commit stands: a failure from here on must not run anything again. */
  private settle(unit: Unit, index: number, results: BatchResults): void {
    try {
      if (results.hasLeftOut(index)) {
        void this.runAlone(unit);
        return;
      }
      results.observe(index);
      unit.resolve();
    } catch (error) {
      unit.reject(error);
    }
  }

  private failed(units: readonly Unit[], error: unknown): void {
    if (isAboutName(error) || !isRefusal(error)) {
      for (const unit of units) unit.reject(error);
      return;
    }
    const refusal = { message: 'Batch refused', count: units.length, reason: refusalOf(error) };
    // Conflicts of writers are ordinary; values or a statement that the database refuses in a batch alone are not.
    if (isHeldUp(error) || isGuardFailure(error)) this.logger.debug(refusal);
    else this.logger.warn(refusal);
    for (const unit of units) void this.runAlone(unit);
  }

  private async runAlone(unit: Unit): Promise<void> {
    try {
      await this.db.transaction().execute((transaction) => sendWithCommit(transaction, unit.list));
      unit.resolve();
    } catch (error) {
      unit.reject(error);
    }
  }
}

/** Equal for transactions with the same statements, whatever their values. */
function kindOf({ statements }: StatementList): string {
  return statements.map(({ statement }) => statement.sql).join(';');
}

/** Resolves with the batch, or after `MAX_TURN_MS`. The batch itself never rejects. */
async function unlessItTakesLong(batch: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, MAX_TURN_MS);
  });
  await Promise.race([batch, late]);
  clearTimeout(timer);
}
