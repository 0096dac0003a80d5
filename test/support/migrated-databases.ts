import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { StorageConfig } from '../../src/config/storage.config';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { administrate, createDatabase, databaseAt, type TestDatabase, testServerUrl } from './postgres';

/** The file of the embedded database in its directory. */
export const SQLITE_FILE = 'guest-sessions.db';

let sqliteFile: Promise<Buffer> | undefined;
let template: Promise<string> | undefined;

/** Returns the file of an empty embedded database at this release's schema, without a data key; it is made once. */
export function migratedSqliteFile(): Promise<Buffer> {
  sqliteFile ??= migrateFile();
  return sqliteFile;
}

/** Creates an empty database on the test run's server at this release's schema, without a data key. */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  template ??= findTemplate();
  return createDatabase(testServerUrl(), await template);
}

async function migrateFile(): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'guest-template-'));
  try {
    await migrateThrough(new StorageConfig({ DATA_DIR: directory }));
    return readFileSync(join(directory, SQLITE_FILE));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Returns the template of this run of jest: the first worker that needs it makes it, the others wait. */
async function findTemplate(): Promise<string> {
  const name = process.env['TEST_TEMPLATE_DATABASE'];
  if (name === undefined)
    throw new Error('The jest project lacks globalSetup: test/support/postgres.setup.ts.');
  const client = new Client({ connectionString: testServerUrl() });
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(hashtext('${name}'))`);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await makeTemplate(name);
  } finally {
    await client.end();
  }
  return name;
}

/** The template gets its name once it is complete. */
async function makeTemplate(name: string): Promise<void> {
  const draft = await createDatabase();
  await migrateThrough(new StorageConfig({ DATA_DIR: './data', DATABASE_URL: draft.url }));
  await administrate(testServerUrl(), `alter database ${databaseAt(draft.url)} rename to ${name}`);
}

async function migrateThrough(config: StorageConfig): Promise<void> {
  const connection = await DatabaseConnection.open(config);
  await connection.close();
}
