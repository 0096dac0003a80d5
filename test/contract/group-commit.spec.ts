import { AsyncLocalStorage } from 'node:async_hooks';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../../src/persistence/database/database';
import { GroupCommit } from '../../src/persistence/database/group-commit';
import { createStorage, type TestStorage, TestStores } from '../support/persistence-harness';

describe(GroupCommit.name, () => {
  let storage: TestStorage;
  let stores: TestStores;
  let groups: GroupCommit;

  const newGroups = (maxMs: number): GroupCommit => {
    const { db, embedded } = stores.connection;
    if (embedded === undefined) throw new Error('The database is not embedded.');
    return new GroupCommit(db, embedded.statements, maxMs);
  };

  beforeEach(async () => {
    storage = await createStorage('sqlite');
    stores = await TestStores.open(storage.config);
    // By its count alone: a busy machine would end groups early.
    groups = newGroups(Infinity);
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  type Unit = (db: Transaction<Database>) => Promise<unknown>;

  const writing =
    (name: string): Unit =>
    (db) =>
      db.insertInto('counter').values({ name, value: 1 }).execute();
  const writingAndFailing =
    (name: string): Unit =>
    async (db) => {
      await writing(name)(db);
      throw new Error(`${name} failed`);
    };
  const run = (...units: readonly Unit[]): Promise<PromiseSettledResult<unknown>[]> =>
    Promise.allSettled(units.map((unit) => groups.run(unit)));
  const stored = async (): Promise<string[]> => {
    const rows = await stores.connection.db
      .selectFrom('counter')
      .select('name')
      .where('name', 'like', 'unit-%')
      .orderBy('name')
      .execute();
    return rows.map(({ name }) => name);
  };
  const statuses = (results: readonly PromiseSettledResult<unknown>[]): string[] =>
    results.map(({ status }) => status);

  it('runs the units of one turn one after another in one transaction, and resolves each with its outcome', async () => {
    const transactions = new Set<Transaction<Database>>();
    const order: string[] = [];
    const unit =
      (name: string): Unit =>
      async (db) => {
        transactions.add(db);
        order.push(`${name} begins`);
        await writing(name)(db);
        order.push(`${name} ends`);
        return name;
      };

    const results = await run(unit('unit-1'), unit('unit-2'));

    expect(results.map((result) => result.status === 'fulfilled' && result.value)).toEqual([
      'unit-1',
      'unit-2',
    ]);
    expect(order).toEqual(['unit-1 begins', 'unit-1 ends', 'unit-2 begins', 'unit-2 ends']);
    expect(transactions.size).toBe(1);
  });

  it('resolves no unit before the commit of its group', async () => {
    let isResolved = false;
    const first = groups.run(writing('unit-1')).then(() => (isResolved = true));
    const seen = groups.run(async (db) => {
      await writing('unit-2')(db);
      return isResolved;
    });

    await expect(seen).resolves.toBe(false);
    await expect(first).resolves.toBe(true);
  });

  it.each([
    ['the first', [writingAndFailing('unit-1'), writing('unit-2'), writing('unit-3')], ['unit-2', 'unit-3']],
    [
      'one in between',
      [writing('unit-1'), writingAndFailing('unit-2'), writing('unit-3')],
      ['unit-1', 'unit-3'],
    ],
    ['the last', [writing('unit-1'), writing('unit-2'), writingAndFailing('unit-3')], ['unit-1', 'unit-2']],
    ['the only one', [writingAndFailing('unit-1')], []],
  ])('rolls back only the unit that fails: %s', async (_, units, left) => {
    const results = await run(...units);

    expect(results.filter(({ status }) => status === 'rejected')).toEqual([
      {
        status: 'rejected',
        reason: expect.objectContaining({ message: expect.stringContaining('failed') as string }) as Error,
      },
    ]);
    expect(await stored()).toEqual(left);
  });

  it('fails every unit of a group whose commit fails', async () => {
    const breakingForeignKey: Unit = async (db) => {
      await sql`pragma defer_foreign_keys = on`.execute(db);
      await sql`insert into delivery_attempt (event_id, sink, at, latency_ms) values ('none', 'none', 0, 0)`.execute(
        db,
      );
    };

    const results = await run(writing('unit-1'), breakingForeignKey, writing('unit-3'));

    expect(results).toEqual(
      Array.from({ length: 3 }, () => ({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' }) as Error,
      })),
    );
    expect(await stored()).toEqual([]);
    expect(statuses(await run(writing('unit-4')))).toEqual(['fulfilled']);
  });

  it('fails every unit so far when the database has rolled back by itself, and goes on with the next ones', async () => {
    const full: Unit = async (db) => {
      await sql`rollback`.execute(db);
      throw new Error('disk full');
    };

    const results = await run(writing('unit-1'), full, writing('unit-3'));

    expect(statuses(results)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await stored()).toEqual(['unit-3']);
  });

  it('commits what is beyond 64 units in another transaction', async () => {
    const transactions = new Map<Transaction<Database>, number>();
    const unit: Unit = (db) => {
      transactions.set(db, (transactions.get(db) ?? 0) + 1);
      return Promise.resolve();
    };

    await run(...Array.from({ length: 150 }, () => unit));

    expect(Math.max(...transactions.values())).toBeLessThanOrEqual(64);
    expect([...transactions.values()].reduce((sum, count) => sum + count)).toBe(150);
  });

  it('commits what is beyond the time of a group in another transaction', async () => {
    const hasty = newGroups(0);
    const transactions = new Set<Transaction<Database>>();
    const unit: Unit = (db) => Promise.resolve(transactions.add(db));

    await Promise.all(Array.from({ length: 3 }, () => hasty.run(unit)));

    expect(transactions.size).toBe(3);
  });

  it("runs each unit in its caller's asynchronous context", async () => {
    const caller = new AsyncLocalStorage<string>();
    const unit: Unit = () => Promise.resolve(caller.getStore());

    const results = await Promise.all(['a', 'b'].map((name) => caller.run(name, () => groups.run(unit))));

    expect(results).toEqual(['a', 'b']);
  });
});
