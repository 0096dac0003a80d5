import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import { ServerConfig } from '../../src/config/server.config';
import { AuditWriter } from '../../src/persistence/audit/audit-writer';

/** The service without its mandatory audit trail, to measure the cost of the trail. */
async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const { host, port } = new ServerConfig(environment);
  const app = await createApp(environment);
  app.get(AuditWriter).write = () => undefined;
  process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
  await app.listen({ host, port });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
