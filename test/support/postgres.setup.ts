import { randomBytes } from 'node:crypto';
import { PostgresServer } from './postgres-server';

declare global {
  var testPostgres: PostgresServer | undefined;
}

/**
 * Starts one PostgreSQL server for the whole run of jest, unless `TEST_DATABASE_URL` names one, and names its
 * template.
 */
export default async function setUp(): Promise<void> {
  process.env['TEST_TEMPLATE_DATABASE'] ??= `template_${randomBytes(8).toString('hex')}`;
  if (process.env['TEST_DATABASE_URL'] !== undefined || globalThis.testPostgres !== undefined) return;
  globalThis.testPostgres = await PostgresServer.start();
  process.env['TEST_DATABASE_URL'] = globalThis.testPostgres.url;
}
