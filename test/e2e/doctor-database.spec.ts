import { Logger } from '@nestjs/common';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { sql } from 'kysely';
import { newDataKey } from '../../src/config/data-key-list';
import { BrokenHost } from '../support/broken-hosts';
import { aFault, DoctorWorld } from '../support/doctor-world';
import { HAS_PGBOUNCER, PgBouncer } from '../support/pgbouncer';
import { administrate, createDatabase, databaseAt, testServerUrl } from '../support/postgres';

let world: DoctorWorld;

beforeEach(async () => {
  Logger.overrideLogger(false);
  world = await DoctorWorld.start();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

describe('the database', () => {
  it('has data of another key under the same id', async () => {
    await world.migrate(newDataKey('k1'));

    expect(await world.faults()).toEqual([aFault('fail', 'data keys', 'k1', 'DATA_KEY')]);
  });

  it('has data of a key that is missing', async () => {
    await world.migrate();
    const file = new SqliteFile(join(world.dataDir, 'guest-sessions.db'));
    file.exec(`insert into passing_batch (id, source, number, at, body) values ('1', '', 1, 0, 'enc:k1:x')`);
    file.close();

    expect(await world.faults({ DATA_KEY: newDataKey('k2') })).toEqual([
      aFault('fail', 'data keys', 'lacks the key k1', 'DATA_KEY'),
    ]);
  });

  it('has the schema of a newer release', async () => {
    const connection = await world.openDatabase();
    await sql`insert into kysely_migration (name, timestamp) values ('9999-of-tomorrow', '')`.execute(
      connection.db,
    );
    await connection.close();

    expect(await world.faults()).toEqual([aFault('fail', 'schema', '9999-of-tomorrow', 'DATA_DIR')]);
  });

  it('is away', async () => {
    await using host = await BrokenHost.refusedPort();
    const DATABASE_URL = `postgres://user:pass-of-the-database@${new URL(host.url).host}/guests`;
    const faults = await world.faults({ DATABASE_URL });

    expect(faults).toEqual([aFault('fail', 'database', 'ECONNREFUSED', 'DATABASE_URL')]);
    expect(JSON.stringify(faults)).not.toContain('pass-of-the-database');
  });

  it('cannot be written to its folder', async () => {
    const file = join(world.dataDir, 'file');
    await writeFile(file, '');

    expect(await world.faults({ DATA_DIR: join(file, 'data') })).toEqual([
      aFault('fail', 'database', 'ENOTDIR', 'DATA_DIR'),
    ]);
  });

  it('is a server that confirms commits before they are durable', async () => {
    const database = await createDatabase();
    await administrate(
      database.url,
      `alter database ${databaseAt(database.url)} set synchronous_commit = off`,
    );
    const findings = await world.findings({ DATABASE_URL: database.url });
    await database.drop();

    expect(findings).toContainEqual(
      aFault('fail', 'database', 'synchronous_commit is off', 'synchronous_commit'),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'database',
        message: expect.stringMatching(/^PostgreSQL \d+.+round trip/),
      }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'schema', message: expect.stringContaining('empty') }),
    );
  });

  it('is a server without the database', async () => {
    const url = new URL(testServerUrl());
    url.pathname = '/no_such_database';

    expect(await world.faults({ DATABASE_URL: url.href })).toContainEqual(
      aFault('fail', 'database', '3D000', 'DATABASE_URL'),
    );
  });

  it('is in use by the service', async () => {
    const connection = await world.openDatabase();
    const findings = await world.findings();
    await connection.close();

    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'database',
        outcome: 'ok',
        message: expect.stringContaining('in use'),
      }),
    );
  });

  it('is not created', async () => {
    const { code } = await world.run({}, '--offline');

    expect(code).toBe(0);
    expect(await readdir(world.dataDir)).toEqual([]);
  });

  it('is left as it is', async () => {
    await world.migrate();
    const file = join(world.dataDir, 'guest-sessions.db');
    const before = await readFile(file);
    await world.findings({ DATA_KEY: `${world.dataKey},${newDataKey('k2')}` });

    expect((await readFile(file)).equals(before)).toBe(true);
    expect(await readdir(world.dataDir)).toEqual(['guest-sessions.db']);
  });

  it('is compared with the keys after the migrations of the next start', async () => {
    await world.migrate();
    const file = new SqliteFile(join(world.dataDir, 'guest-sessions.db'));
    file.exec(`delete from kysely_migration where name = (select max(name) from kysely_migration)`);
    file.close();
    const findings = await world.findings();

    expect(findings).toContainEqual(expect.objectContaining({ check: 'data keys', outcome: 'skipped' }));
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'schema', message: expect.stringContaining('the next start runs 1') }),
    );
  });
});

const describeWithPgBouncer = HAS_PGBOUNCER ? describe : describe.skip;

describeWithPgBouncer('the database behind a pooler', () => {
  it('is refused transactions', async () => {
    const { url, drop } = await createDatabase(testServerUrl());
    const bouncer = await PgBouncer.start(url, undefined, { mode: 'statement' });
    try {
      expect(await world.faults({ DATABASE_URL: bouncer.through(url) })).toContainEqual(
        aFault('fail', 'database', 'statement mode', 'pool_mode = transaction'),
      );
    } finally {
      await bouncer.stop();
      await drop();
    }
  });
});
