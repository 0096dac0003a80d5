import { administrate } from './postgres';
import type { PostgresServer } from './postgres-server';

declare global {
  var testPostgres: PostgresServer | undefined;
}

export default async function tearDown(): Promise<void> {
  const [url, template] = [process.env['TEST_DATABASE_URL'], process.env['TEST_TEMPLATE_DATABASE']];
  if (url !== undefined && template !== undefined)
    await administrate(url, `drop database if exists ${template}`);
  delete process.env['TEST_TEMPLATE_DATABASE'];
  if (globalThis.testPostgres === undefined) return;
  await globalThis.testPostgres.stop();
  globalThis.testPostgres = undefined;
  delete process.env['TEST_DATABASE_URL'];
}
