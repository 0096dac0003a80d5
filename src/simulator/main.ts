import { once } from 'node:events';
import { CliOptions, parseCliOptions, USAGE } from './cli-options';
import { CrmSimulator } from './crm-simulator';
import { GenesysSimulator } from './genesys-simulator';

const EXIT_USAGE = 64;

async function run(options: Extract<CliOptions, { kind: 'run' }>): Promise<void> {
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const genesys = await GenesysSimulator.start(options.genesys);
  console.log(`Genesys Cloud simulator: ${genesys.url}`);
  console.log(`Guest WebSocket: ${genesys.webSocketUrl}`);
  const crm = options.crm && (await CrmSimulator.start(options.crm));
  if (crm !== undefined) console.log(`CRM webhook: ${crm.url}`);
  await stopped;
  await Promise.all([genesys.close(), crm?.close()]);
}

const options = parseCliOptions(process.argv.slice(2));
switch (options.kind) {
  case 'help':
    console.log(USAGE);
    break;
  case 'wrong':
    process.stderr.write(`${options.message}\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
    break;
  case 'run':
    run(options).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    });
}
