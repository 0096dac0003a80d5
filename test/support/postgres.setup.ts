import { PostgresServer } from './postgres.server';

declare global {
  var testPostgres: PostgresServer | undefined;
}

/** One PostgreSQL server for the whole run of jest, unless `TEST_DATABASE_URL` names one. */
export default async function setUp(): Promise<void> {
  if (process.env['TEST_DATABASE_URL'] !== undefined || globalThis.testPostgres !== undefined) return;
  globalThis.testPostgres = await PostgresServer.start();
  process.env['TEST_DATABASE_URL'] = globalThis.testPostgres.url;
}
