import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApiOf } from './app-openapi';
import { createApp } from './app.setup';
import { newDataKey } from './config/data-key-list';
import { readEnvironment } from './config/read-environment';

/** Writes the OpenAPI document to standard output. It starts nothing, and removes its temporary data. */
async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'guest-sessions-openapi-'));
  const environment = readEnvironment({
    DATA_DIR: dataDir,
    GENESYS_REGION: 'mypurecloud.com',
    GENESYS_CLIENT_ID: 'none',
    GENESYS_CLIENT_SECRET: 'none',
    ACCESS_MODE: 'open',
    DATA_KEY: newDataKey('none'),
    LOG_LEVEL: 'error',
  });
  const app = await createApp(environment, { logOutput: process.stderr });
  process.stdout.write(`${JSON.stringify(openApiOf(app), undefined, 2)}\n`);
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
