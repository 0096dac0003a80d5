import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { StorageUnavailableError } from '../../src/common/errors/storage-unavailable.errors';
import { StorageConfig } from '../../src/config/storage.config';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { DatabaseOpenError, DataDirectoryInUseError } from '../../src/persistence/persistence.errors';
import {
  createEmptyStorage,
  newSession,
  TestStores,
  type TestStorage,
  limits,
} from '../support/persistence-harness';

/** The value of the pragma `temp_store` for MEMORY. */
const TEMP_STORE_MEMORY = 2;

let storage: TestStorage;

afterEach(async () => {
  await storage.remove();
});

describe(`${DatabaseConnection.name} on a data directory`, () => {
  beforeEach(async () => {
    storage = await createEmptyStorage('sqlite');
  });

  const within = (name: string) => new StorageConfig({ DATA_DIR: join(storage.config.dataDir, name) });

  const modesIn = ({ dataDir }: StorageConfig): Record<string, number> =>
    Object.fromEntries(
      readdirSync(dataDir).map((name) => [name, statSync(join(dataDir, name)).mode & 0o777]),
    );

  it('creates the directory with owner-only permissions', async () => {
    const config = within('deep/data');
    const connection = await DatabaseConnection.open(config);
    expect(statSync(config.dataDir).mode & 0o777).toBe(0o700);
    await connection.close();
  });

  it.each([
    ['nothing at all', 0o777],
    ['group and others everything', 0o000],
  ])('creates its files with owner-only permissions under the umask %s', async (_, umask) => {
    const config = within('deep/data');
    mkdirSync(join(storage.config.dataDir, 'deep'));
    let connection: DatabaseConnection | undefined;
    const before = process.umask(umask);
    try {
      connection = await DatabaseConnection.open(config);
    } finally {
      process.umask(before);
    }

    expect(statSync(config.dataDir).mode & 0o777).toBe(0o700);
    expect(modesIn(config)).toEqual({ 'guest-sessions.db': 0o600, 'guest-sessions.db-wal': 0o600 });
    await connection.close();
  });

  it('restricts existing files with wider permissions', async () => {
    const { config } = storage;
    await (await TestStores.open(config)).close();
    const [file, ...companions] = ['', '-wal', '-shm', '-journal'].map((ending) =>
      join(config.dataDir, `guest-sessions.db${ending}`),
    );
    for (const companion of companions) writeFileSync(companion, '');
    for (const path of [file ?? '', ...companions]) chmodSync(path, 0o666);
    chmodSync(config.dataDir, 0o755);
    const stores = await TestStores.open(config);

    expect(new Set(Object.values(modesIn(config)))).toEqual(new Set([0o600]));
    expect(statSync(config.dataDir).mode & 0o777).toBe(0o755);
    await stores.close();
  });

  it('does not follow a symbolic link in place of a companion file', async () => {
    const { config } = storage;
    const other = join(config.dataDir, 'other');
    writeFileSync(other, '');
    chmodSync(other, 0o644);
    symlinkSync(other, join(config.dataDir, 'guest-sessions.db-shm'));
    const connection = await DatabaseConnection.open(config);

    expect(statSync(other).mode & 0o777).toBe(0o644);
    await connection.close();
  });

  it('refuses a second opener at once, naming the directory', async () => {
    const first = await DatabaseConnection.open(storage.config);
    const second = DatabaseConnection.open(storage.config);
    await expect(second).rejects.toThrow(DataDirectoryInUseError);
    await expect(second).rejects.toThrow(storage.config.dataDir);
    await expect(first.check()).resolves.toBeUndefined();
    await first.close();
    await (await DatabaseConnection.open(storage.config)).close();
  });

  it('refuses another process, and opens after a killed one', async () => {
    // Opens the database file as the service does, in a process of its own.
    const holder = spawn(
      process.execPath,
      [
        '-e',
        `const file = new (require('better-sqlite3'))(process.argv[1], { timeout: 0 });
         file.pragma('locking_mode = EXCLUSIVE');
         file.pragma('journal_mode = WAL');
         file.exec('begin exclusive; create table kept (value); insert into kept values (1); commit');
         console.log('held');
         process.stdin.resume();`,
        join(storage.config.dataDir, 'guest-sessions.db'),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const exited = once(holder, 'exit');
    await once(holder.stdout, 'data');
    await expect(DatabaseConnection.open(storage.config)).rejects.toThrow(DataDirectoryInUseError);

    holder.kill('SIGKILL');
    await exited;
    const connection = await DatabaseConnection.open(storage.config);
    const tables = await connection.db.introspection.getTables();
    expect(tables.map((table) => table.name)).toEqual(expect.arrayContaining(['kept', 'session']));
    await connection.close();
  });

  it('is held by the first opener against another process', async () => {
    const connection = await DatabaseConnection.open(storage.config);
    const other = spawn(
      process.execPath,
      [
        '-e',
        `try { new (require('better-sqlite3'))(process.argv[1], { timeout: 0 }).prepare('select * from session').all(); }
         catch (error) { console.log(error.code); }`,
        join(storage.config.dataDir, 'guest-sessions.db'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [answer] = (await once(other.stdout, 'data')) as [Buffer];
    expect(answer.toString().trim()).toBe('SQLITE_BUSY');
    await connection.close();
  });

  it('names the error of an unusable directory', async () => {
    writeFileSync(join(storage.config.dataDir, 'file'), '');
    await expect(DatabaseConnection.open(within('file/data'))).rejects.toThrow(
      /Cannot open the database in .*ENOTDIR/,
    );
  });

  it('does not change a file that is not a database', async () => {
    const config = within('other');
    mkdirSync(config.dataDir);
    writeFileSync(join(config.dataDir, 'guest-sessions.db'), 'something else entirely, '.repeat(100));
    await expect(DatabaseConnection.open(config)).rejects.toThrow(DatabaseOpenError);
    expect(readFileSync(join(config.dataDir, 'guest-sessions.db'), 'utf8')).toMatch(/^something else/);
  });

  it('names the path that it may not write to, and the user', () => {
    const user = process.getuid?.() ?? 0;
    expect(new DatabaseOpenError('the database in /x', new Error('readonly'), '/x').message).toBe(
      `Cannot open the database in /x: /x is not writable for this process (user ${user})`,
    );
  });

  it('keeps temporary data in memory, not in files outside of the data directory', async () => {
    const stores = await TestStores.open(storage.config);
    const { rows } = await pragma(stores, 'temp_store');
    expect(rows).toEqual([{ temp_store: TEMP_STORE_MEMORY }]);
    await stores.close();
  });

  it('reports the storage as unavailable when the disk is full, and recovers when there is space', async () => {
    const stores = await TestStores.open(storage.config);
    const session = await stores.activated();
    const { rows } = await pragma(stores, 'page_count');
    await pragma(stores, `max_page_count = ${rows[0]?.page_count ?? 1}`);
    const large = newSession(1_000, { name: 'x'.repeat(1_000_000) });
    const failed = stores.sessions.reserve(large, limits(10));
    await expect(failed).rejects.toThrow(StorageUnavailableError);
    await expect(failed).rejects.toThrow('The storage of the database is full');
    await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'active');
    await expect(stores.sessions.countLive()).resolves.toBe(1);
    await pragma(stores, 'max_page_count = 1000000');
    await stores.sessions.reserve(large, limits(10));
    await expect(stores.sessions.countLive()).resolves.toBe(2);
    await stores.close();
  });
});

function pragma(stores: TestStores, text: string): Promise<{ rows: { page_count?: number }[] }> {
  return sql.raw<{ page_count?: number }>(`pragma ${text}`).execute(stores.connection.db);
}
