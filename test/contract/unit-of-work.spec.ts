import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { DataRefusedError } from '../../src/common/errors/data-refused.errors';
import { addingToCounters, type CounterChanges } from '../../src/persistence/replica/counters';
import type { Database } from '../../src/persistence/database/database';
import { UnitOfWork } from '../../src/persistence/database/unit-of-work';
import { createStorage, DIALECTS, type TestStorage, TestStores } from '../support/persistence-harness';

const NULL_VALUE = sql`insert into counter (name, value) values ('nothing', null)`;

describe.each(DIALECTS)(`${UnitOfWork.name} on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  let unitOfWork: UnitOfWork;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    ({ unitOfWork } = stores);
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const counted = (db: Kysely<Database>, name: string): CompiledQuery<{ value: number }> =>
    db.selectFrom('counter').select('value').where('name', '=', name).compile();
  const adding = (db: Kysely<Database>, changes: CounterChanges): CompiledQuery[] =>
    addingToCounters({ db, dialect }, changes);
  const stored = async (name: string): Promise<number | undefined> => {
    const { rows } = await unitOfWork.query((db) => db.executeQuery(counted(db, name)));
    return rows[0]?.value;
  };

  it('executes sent statements before the next query, and the rest with the commit', async () => {
    const told: unknown[] = [];
    await unitOfWork.run(async ({ db, send, ask, withCommit, beforeCommit, afterCommit }) => {
      withCommit(sql`update counter set value = value * 10 where name = 'orders'`.compile(db));
      afterCommit(() => told.push('committed'));
      send(...adding(db, { orders: 2 }));
      send(...adding(db, { orders: 3 }));
      told.push((await ask(counted(db, 'orders'))).rows);
      send(...adding(db, { orders: 1 }));
      beforeCommit(() => {
        send(...adding(db, { orders: 1 }));
        return Promise.resolve();
      });
    });

    expect(told).toEqual([[{ value: 5 }], 'committed']);
    expect(await stored('orders')).toBe(70);
  });

  it.each(['send', 'withCommit'] as const)(
    'commits nothing when a statement of %s fails, and reports the first error',
    async (by) => {
      const effects: string[] = [];
      const work = unitOfWork.run((unit) => {
        const { db, afterCommit } = unit;
        afterCommit(() => effects.push('done'));
        unit[by](...adding(db, { before: 1 }), NULL_VALUE.compile(db), ...adding(db, { after: 1 }));
        return Promise.resolve();
      });

      await expect(work).rejects.toBeInstanceOf(DataRefusedError);
      await expect(work).rejects.toThrow(/counter/);
      expect([await stored('before'), await stored('after'), effects]).toEqual([undefined, undefined, []]);
      await unitOfWork.run(({ db, ask }) => ask(counted(db, 'before')));
    },
  );

  it('fails with the refusal when a guarded update changes nothing, and commits none of the other statements', async () => {
    await unitOfWork.run(({ db, send }) => {
      send(...adding(db, { orders: 1 }));
      return Promise.resolve();
    });
    const guarded = (name: string): Promise<void> =>
      unitOfWork.run(({ db, send, sendGuarded }) => {
        send(...adding(db, { before: 1 }));
        const doubling = db.updateTable('counter').set((eb) => ({ value: eb('value', '*', 2) }));
        sendGuarded(doubling.where('name', '=', name).compile(), () => new RangeError(`no ${name}`));
        send(...adding(db, { after: 1 }));
        return Promise.resolve();
      });

    await expect(guarded('nothing')).rejects.toThrow(new RangeError('no nothing'));
    expect([await stored('before'), await stored('after')]).toEqual([undefined, undefined]);

    await guarded('orders');
    expect([await stored('before'), await stored('orders'), await stored('after')]).toEqual([1, 2, 1]);
  });

  it('gives the result of an observed statement before it resolves', async () => {
    const seen: unknown[] = [];
    await unitOfWork.run(({ db, send, sendObserved }) => {
      send(...adding(db, { orders: 3 }));
      sendObserved(counted(db, 'orders'), ({ rows }) => seen.push(...rows));
      send(...adding(db, { orders: 1 }));
      return Promise.resolve();
    });

    expect(seen).toEqual([{ value: 3 }]);
    expect(await stored('orders')).toBe(4);
  });

  it('rolls back all sent statements when the work fails', async () => {
    const work = unitOfWork.run(async ({ db, send, ask }) => {
      send(...adding(db, { orders: 1 }));
      await ask(counted(db, 'orders'));
      send(...adding(db, { orders: 1 }));
      throw new Error('changed its mind');
    });

    await expect(work).rejects.toThrow('changed its mind');
    expect(await stored('orders')).toBeUndefined();
  });

  it('does not report the commit of a failed transaction as a success', async () => {
    const told: string[] = [];
    const outcome = await unitOfWork
      .run(async ({ db, ask, afterCommit }) => {
        afterCommit(() => told.push('committed'));
        for (const statement of adding(db, { orders: 1 })) await ask(statement);
        await ask(NULL_VALUE.compile(db)).catch(() => undefined);
      })
      .catch((error: unknown) => error);

    // A failed statement ends a PostgreSQL transaction; an SQLite one continues.
    const isOver = dialect === 'postgres';
    expect(outcome instanceof Error).toBe(isOver);
    expect([told, await stored('orders')]).toEqual(isOver ? [[], undefined] : [['committed'], 1]);
  });

  it('may be empty', async () => {
    await expect(unitOfWork.run(() => Promise.resolve('nothing'))).resolves.toBe('nothing');
    await expect(unitOfWork.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
