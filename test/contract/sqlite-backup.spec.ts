import type * as FilesOfNode from 'node:fs/promises';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { BackupError } from '../../src/persistence/persistence.errors';
import { SqliteBackup } from '../../src/persistence/backup/sqlite-backup';
import {
  createStorage,
  newSession,
  TestStores,
  type TestStorage,
  limits,
} from '../support/persistence-harness';
import { until } from '../support/until';

const files = jest.requireActual<typeof FilesOfNode>('node:fs/promises');

describe(SqliteBackup.name, () => {
  let storage: TestStorage;
  let stores: TestStores;
  let copies: string;
  const { signal } = new AbortController();

  beforeEach(async () => {
    storage = await createStorage('sqlite');
    stores = await TestStores.open(storage.config);
    copies = join(storage.config.dataDir, 'copies');
    mkdirSync(copies);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await stores.close();
    await storage.remove();
  });

  const backup = (): SqliteBackup => {
    if (stores.connection.backup === undefined) throw new Error('There is no backup.');
    return stores.connection.backup;
  };

  /** Returns the sessions in the copy and their queues, as the service reads them. */
  const sessionsIn = async (): Promise<[id: string, queueId: string][]> => {
    const connection = await DatabaseConnection.open({
      databaseUrl: undefined,
      dataDir: copies,
      startTimeoutMs: 0,
      dataKeys: storage.config.dataKeys,
    });
    const rows = await connection.db.selectFrom('session').selectAll().execute();
    await connection.close();
    return rows.map((row) => [row.conversation_id, row.queue_id]);
  };

  it('writes one file with owner-only permissions and all committed data', async () => {
    const before = await stores.activated();
    const target = join(copies, 'guest-sessions.db');
    const umask = process.umask(0);
    try {
      await backup().writeTo(target, signal);
    } finally {
      process.umask(umask);
    }
    const after = await stores.activated();

    expect(readdirSync(copies)).toEqual(['guest-sessions.db']);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(await sessionsIn()).toEqual([[before.conversationId, 'queue-1']]);
    await expect(stores.sessions.countLive()).resolves.toBe(2);
    await expect(stores.get(after.conversationId)).resolves.toHaveProperty('state', 'active');
  });

  it.each([
    ['rolled back', 'queue-1'],
    ['committed', 'changed'],
  ])('starts once a writing transaction is %s, and is complete', async (outcome, queueId) => {
    const { conversationId } = await stores.activated();
    let copied: Promise<void> | undefined;
    const transaction = stores.connection.db.transaction().execute(async (work) => {
      await work.updateTable('session').set({ queue_id: 'changed' }).execute();
      copied = backup().writeTo(join(copies, 'guest-sessions.db'), signal);
      await until(() => readdirSync(copies).length > 0);
      // Waits until the copy has taken its first step.
      for (let turn = 0; turn < 500; turn += 1) await new Promise(setImmediate);
      if (outcome === 'rolled back') throw new Error(outcome);
    });

    await transaction.catch(() => undefined);
    await copied;
    expect(await sessionsIn()).toEqual([[conversationId, queueId]]);
  });

  it('copies no data of a transaction that is rolled back meanwhile', async () => {
    const { conversationId } = await stores.activated();
    let copied: Promise<void> | undefined;
    const transaction = stores.connection.db.transaction().execute(async (work) => {
      copied = backup().writeTo(join(copies, 'guest-sessions.db'), signal);
      await work.updateTable('session').set({ queue_id: 'changed' }).execute();
      // The copy takes steps while the transaction is open.
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
      throw new Error('rolled back');
    });

    await expect(transaction).rejects.toThrow('rolled back');
    await copied;
    expect(await sessionsIn()).toEqual([[conversationId, 'queue-1']]);
  });

  it('includes or excludes a concurrent commit, and is complete', async () => {
    const wide = { name: 'x'.repeat(200_000) };
    for (let count = 0; count < 20; count += 1) {
      await stores.sessions.reserve(newSession(1_000, wide), limits(100));
    }
    const copied = backup().writeTo(join(copies, 'guest-sessions.db'), signal);
    for (let count = 0; count < 20; count += 1) {
      await stores.sessions.reserve(newSession(1_000, wide), limits(100));
    }
    await copied;

    const found = (await sessionsIn()).map(([id]) => id);
    expect(found.length).toBeGreaterThanOrEqual(20);
    expect(new Set(found).size).toBe(found.length);
  });

  it.each([
    ['a file that exists', 'there.db', /exists\. A backup replaces no file/],
    ['a link, wherever it leads', 'link.db', /exists/],
    ['a name that SQLite uses itself', '../guest-sessions.db-journal', /SQLite uses itself/],
    ['a directory that does not exist', 'nowhere/copy.db', /ENOENT/],
  ])('refuses %s, and leaves no file', async (_, name, reason) => {
    writeFileSync(join(copies, 'there.db'), 'kept');
    symlinkSync(join(copies, 'target.db'), join(copies, 'link.db'));
    const files = readdirSync(storage.config.dataDir, { recursive: true }).sort();
    const refused = backup().writeTo(join(copies, name), signal);

    await expect(refused).rejects.toThrow(BackupError);
    await expect(refused).rejects.toThrow(reason);
    expect(readdirSync(storage.config.dataDir, { recursive: true }).sort()).toEqual(files);
  });

  it('does not replace a file that appears just before the copy gets its name', async () => {
    const target = join(copies, 'guest-sessions.db');
    for (const naming of ['link', 'rename'] as const) {
      const original = files[naming];
      jest.spyOn(files, naming).mockImplementation(async (from, to) => {
        writeFileSync(target, 'kept');
        await original(from, to);
      });
    }

    await expect(backup().writeTo(target, signal)).rejects.toThrow(
      `${target} exists. A backup replaces no file.`,
    );
    expect(readFileSync(target, 'utf8')).toBe('kept');
    expect(readdirSync(copies)).toEqual(['guest-sessions.db']);
  });

  it('renames where hard links are not possible', async () => {
    const link = jest
      .spyOn(files, 'link')
      .mockRejectedValue(Object.assign(new Error('no'), { code: 'EPERM' }));
    await backup().writeTo(join(copies, 'guest-sessions.db'), signal);

    expect(link).toHaveBeenCalled();
    expect(readdirSync(copies)).toEqual(['guest-sessions.db']);
  });

  it('refuses a relative path', async () => {
    await expect(backup().writeTo('copy.db', signal)).rejects.toThrow('copy.db is not an absolute path');
  });

  it('leaves no file when it is aborted, and can be repeated', async () => {
    const target = join(copies, 'guest-sessions.db');
    const aborted = backup().writeTo(target, AbortSignal.abort(new BackupError('The command has ended.')));

    await expect(aborted).rejects.toThrow('The command has ended.');
    expect(readdirSync(copies)).toEqual([]);
    await backup().writeTo(target, signal);
    expect(readdirSync(copies)).toEqual(['guest-sessions.db']);
  });

  it('writes one copy at a time', async () => {
    const first = backup().writeTo(join(copies, 'guest-sessions.db'), signal);

    await expect(backup().writeTo(join(copies, 'second.db'), signal)).rejects.toThrow(
      'Another backup is running',
    );
    await first;
    expect(readdirSync(copies)).toEqual(['guest-sessions.db']);
  });
});
