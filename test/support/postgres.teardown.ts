import type { PostgresServer } from './postgres.server';

declare global {
  var testPostgres: PostgresServer | undefined;
}

export default async function tearDown(): Promise<void> {
  if (globalThis.testPostgres === undefined) return;
  await globalThis.testPostgres.stop();
  globalThis.testPostgres = undefined;
  delete process.env['TEST_DATABASE_URL'];
}
