import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Closes every connection to it and removes it. */
  drop(): Promise<void>;
}

/**
 * Creates a database on the test run's server (or on `serverUrl`), for one suite or one test: empty, or a copy of
 * `template`.
 */
export async function createDatabase(
  serverUrl = testServerUrl(),
  template = 'template1',
): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administrate(serverUrl, `create database ${name} template ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    await administrate(serverUrl, `drop database if exists ${name} with (force)`);
  };
  return { url: url.href, drop };
}

/** Runs one statement on a connection of its own and returns its rows. */
export async function administrate(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
}

export function databaseAt(url: string): string {
  return new URL(url).pathname.slice(1);
}

export function testServerUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined) {
    throw new Error(
      'No PostgreSQL server: the jest project lacks globalSetup: test/support/postgres.setup.ts.',
    );
  }
  return url;
}
