import { DummyDriver, Kysely, PostgresAdapter, PostgresQueryCompiler, sql } from 'kysely';
import type { Database } from './database';
import { prepared } from './prepared';

const db = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: () => {
      throw new Error('not used');
    },
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
const on = { db, dialect: 'postgres' } as const;

describe(prepared.name, () => {
  it('builds a statement once, and gives it the values of each call in the order of its text', () => {
    const build = jest.fn((_: Kysely<Database>, { name, value }: { name: string; value: number }) =>
      db.updateTable('counter').set({ value }).where('name', '=', name),
    );
    const statement = prepared(build);

    const calls = [statement(on, { name: 'a', value: 1 }), statement(on, { value: 2, name: 'b' })];

    expect(calls.map(({ sql: text }) => text)).toEqual(
      Array.from({ length: 2 }, () => 'update "counter" set "value" = $1 where "name" = $2'),
    );
    expect(calls.map(({ parameters }) => parameters)).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(build).toHaveBeenCalledTimes(1);
  });

  it('has a text of its own for each length of a list', () => {
    const statement = prepared((_, { rows }: { rows: readonly { name: string; value: number }[] }) =>
      db.insertInto('counter').values(rows),
    );

    expect(statement(on, { rows: [{ name: 'a', value: 1 }] })).toMatchObject({ parameters: ['a', 1] });
    const two = statement(on, {
      rows: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
      ],
    });
    expect(two).toMatchObject({
      sql: 'insert into "counter" ("name", "value") values ($1, $2), ($3, $4)',
      parameters: ['a', 1, 'b', 2],
    });
  });

  it('has a text of its own for the names of a row', () => {
    const statement = prepared((_, { changes }: { changes: Partial<{ name: string; value: number }> }) =>
      db.updateTable('counter').set(changes),
    );

    expect(statement(on, { changes: { value: 1 } }).sql).toBe('update "counter" set "value" = $1');
    expect(statement(on, { changes: { name: 'a' } }).sql).toBe('update "counter" set "name" = $1');
  });

  it('keeps constants, and takes raw SQL and nulls', () => {
    const statement = prepared(
      (_, { name }: { name: string | null }) =>
        sql`select * from counter where name = ${name} and value = ${7}`,
    );

    expect(statement(on, { name: null })).toMatchObject({
      sql: 'select * from counter where name = $1 and value = $2',
      parameters: [null, 7],
    });
  });

  it('tells the dialects apart', () => {
    const statement = prepared((_, __, dialect) => sql`select ${sql.lit(dialect)}`);

    expect(statement(on, {}).sql).toBe("select 'postgres'");
    expect(statement({ db, dialect: 'sqlite' }, {}).sql).toBe("select 'sqlite'");
  });
});
