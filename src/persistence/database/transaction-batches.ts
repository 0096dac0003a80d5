// Not the global one: with the fake time of a test no transaction would run.
import { setImmediate } from 'node:timers';
import { Logger } from '@nestjs/common';
import { CompiledQuery, type Kysely, type QueryResult } from 'kysely';
import type { Database } from './database';
import { isHeldUp, isUnavailable, refusalOf } from './dialect';
import type { QueryContext } from './prepared';
import { COMMIT, inOneRoundTrip } from './round-trip';
import { isAboutName } from './statement-names';
import { type QueuedStatement, sendWithCommit, type StatementList } from './work';

type Result = QueryResult<unknown>;

/** The transactions of a batch at most. */
const MAX_TRANSACTIONS = 64;
/** Batches of one kind that run at a time: one collects while the other waits for the disk. */
const MAX_RUNNING = 2;

/** Transactions of a refused batch that run at a time: less than half of the connections of the pool. */
const ONE_BY_ONE = 4;

/**
 * For the batch alone. A row that another transaction holds must not hold up the whole batch for long. The rows of a
 * batch are found by their keys, however small their table was when the statement was planned.
 */
export const BATCH_SETTINGS = CompiledQuery.raw(
  ['lock_timeout = 500', 'enable_seqscan = off', 'enable_hashjoin = off', 'enable_mergejoin = off']
    .map((setting) => `set local ${setting}`)
    .join('; '),
);

interface Unit {
  readonly list: StatementList;
  resolve(): void;
  reject(error: unknown): void;
}

/** The transactions with the same statements. */
interface Lane {
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
 * database refuses it, they run one by one, so that each succeeds or fails by itself. If the database cannot be reached,
 * all of them fail, since nobody knows whether the commit has arrived.
 *
 * A batch locks in the order in which its transactions do (`UnitOfWork`), and rows of one table in the order that
 * its statements state.
 */
export class TransactionBatches {
  private readonly logger = new Logger(TransactionBatches.name);
  private readonly lanes = new Map<string, Lane>();

  /** `db` also compiles the statements of batches. */
  constructor(private readonly db: Kysely<Database>) {}

  /** Resolves once the transaction is committed, its statements observed. */
  run(list: StatementList): Promise<void> {
    return new Promise((resolve, reject) => {
      const kind = kindOf(list);
      const lane = this.lanes.get(kind) ?? { waiting: [], running: 0, isScheduled: false };
      this.lanes.set(kind, lane);
      lane.waiting.push({ list, resolve, reject });
      this.schedule(kind, lane);
    });
  }

  private schedule(kind: string, lane: Lane): void {
    if (lane.isScheduled || lane.waiting.length === 0 || lane.running === MAX_RUNNING) return;
    lane.isScheduled = true;
    setImmediate(() => {
      lane.isScheduled = false;
      lane.running += 1;
      void this.runBatch(lane.waiting.splice(0, MAX_TRANSACTIONS)).finally(() => {
        lane.running -= 1;
        if (lane.running === 0 && lane.waiting.length === 0) this.lanes.delete(kind);
        this.schedule(kind, lane);
      });
      this.schedule(kind, lane);
    });
  }

  private async runBatch(units: readonly Unit[]): Promise<void> {
    const [first] = units;
    if (first !== undefined && units.length === 1) return this.runAlone(first);
    let observe: () => void;
    try {
      observe = await this.db.transaction().execute((transaction) => runTogether(transaction, units));
    } catch (error) {
      await this.failed(units, error);
      return;
    }
    // The commit stands: a failure from here on must not run anything again.
    try {
      observe();
      for (const unit of units) unit.resolve();
    } catch (error) {
      for (const unit of units) unit.reject(error);
    }
  }

  private async failed(units: readonly Unit[], error: unknown): Promise<void> {
    if (isOfAll(error)) {
      for (const unit of units) unit.reject(error);
      return;
    }
    this.logger.debug(`${units.length} transactions run one by one: ${refusalOf(error)}`);
    const waiting = [...units];
    const next = async (): Promise<void> => {
      for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) await this.runAlone(unit);
    };
    await Promise.all(Array.from({ length: ONE_BY_ONE }, next));
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

/** Would also fail the transactions if they ran one by one, or may have come after the commit. */
function isOfAll(error: unknown): boolean {
  return isAboutName(error) || (isUnavailable(error) && !isHeldUp(error));
}

/** A statement of a batch, and what to do with its result. */
interface Step {
  readonly query: CompiledQuery | undefined;
  observe(result: Result | undefined): void;
}

/** Resolves once all is committed, with the function that hands the results to the transactions. */
async function runTogether(db: Kysely<Database>, units: readonly Unit[]): Promise<() => void> {
  const on: QueryContext = { db, dialect: 'postgres' };
  const statements = units[0]?.list.statements ?? [];
  const steps = statements.flatMap((_, index) =>
    stepsFor(
      on,
      units.flatMap(({ list }) => list.statements[index] ?? []),
    ),
  );
  const queries = steps.flatMap(({ query }) => query ?? []);
  const [, ...results] = await inOneRoundTrip(db, [BATCH_SETTINGS, ...queries, COMMIT]);
  return () => {
    for (const { query, observe } of steps) observe(query === undefined ? undefined : results.shift());
  };
}

/** One step for the same statement of all transactions, or one for each if it has no form for several. */
function stepsFor(on: QueryContext, same: readonly QueuedStatement[]): Step[] {
  const form = same[0]?.statement.batching?.form;
  if (form === undefined) {
    return same.map(({ statement, observe }) => ({
      query: statement,
      observe: (result) => {
        if (result !== undefined) observe?.(result);
      },
    }));
  }
  return [
    {
      query: form.statement(on, same.map(valuesOf) as never[]),
      observe: (result) => {
        same.forEach(({ observe }, index) => {
          const own = form.resultAt?.(result, index);
          if (own !== undefined) observe?.(own);
        });
      },
    },
  ];
}

function valuesOf({ statement }: QueuedStatement): object {
  return statement.batching?.values ?? {};
}
