import { type Kysely, sql } from 'kysely';
import { Client } from 'pg';
import { PoisonMessageReporter } from '../../src/common/poison/poison-message-reporter';
import { StorageConfig } from '../../src/config/storage.config';
import type { Database } from '../../src/persistence/database/database';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import type { Dialect } from '../../src/persistence/database/dialect';
import { DataCipher } from '../../src/persistence/guest/data-cipher';
import { GuestDataEncryption } from '../../src/persistence/guest/guest-data-encryption';
import type { SubjectDatabase } from './subjects';

/** A database that is filled before the service is started on it. */
export interface ConsoleStorage {
  readonly db: Kysely<Database>;
  readonly dialect: Dialect;
  readonly cipher: DataCipher;
  readonly encryption: GuestDataEncryption;
}

/** Opens the database for the time of `fill`. Its data is encrypted with `dataKey`. */
export async function filling<T>(
  { environment }: SubjectDatabase,
  dataKey: string,
  fill: (storage: ConsoleStorage) => Promise<T>,
): Promise<T> {
  const config = new StorageConfig({ DATA_DIR: '', ...environment, DATA_KEY: [dataKey] });
  const connection = await DatabaseConnection.open(config);
  const cipher = new DataCipher(config.dataKeys);
  const encryption = new GuestDataEncryption(cipher, new PoisonMessageReporter());
  const { db, dialect } = connection;
  try {
    // Rows with random keys change pages all over the file.
    if (dialect === 'sqlite') await sql`pragma cache_size = -500000`.execute(db);
    return await fill({ db, dialect, cipher, encryption });
  } finally {
    await connection.close();
    if (config.databaseUrl !== undefined) await vacuum(config.databaseUrl);
  }
}

/** The server would do so by itself a minute later; SQLite has no statistics in production either. */
async function vacuum(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('vacuum (analyze)');
  } finally {
    await client.end();
  }
}
