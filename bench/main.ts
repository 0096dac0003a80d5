import { measureBeating } from './beats';
import { measureClaims } from './claims';
import { measureConsole } from './console';
import { measureConsoleTabs } from './console-tabs';
import { measureGuards } from './guards';
import { measureOpening } from './opening';
import { type Options, readOptions, type Section, USAGE } from './options';
import { measureLiveSessions } from './sessions';
import { measuredDatabases } from './support/databases';
import { describeLoad, describeMachine } from './support/machine';
import { heading } from './support/table';
import { Workspace } from './support/workspace';
import { measureTracing } from './tracing';
import { measureWebhooks } from './webhooks';
import { measureIdleWebhooks } from './idle-webhooks';
import { measureWebhookStatements } from './webhook-statements';

const EXIT_INTERRUPTED = 130;

const MEASUREMENTS: Readonly<Record<Section, (workspace: Workspace, options: Options) => Promise<string>>> = {
  opening: async (workspace, { quick, databases, databaseUrl }) =>
    measureOpening(workspace, quick, await measuredDatabases(workspace, databases, databaseUrl)),
  webhooks: async (workspace, { quick, databases, databaseUrl }) =>
    measureWebhooks(workspace, quick, await measuredDatabases(workspace, databases, databaseUrl)),
  receivers: async (workspace, { quick, databases, databaseUrl }) => {
    const measured = await measuredDatabases(workspace, databases, databaseUrl);
    return [
      await measureIdleWebhooks(workspace, quick, measured),
      await measureWebhookStatements(workspace, quick, measured),
    ].join('\n');
  },
  guards: (workspace, { quick, databaseUrl }) => measureGuards(workspace, quick, databaseUrl),
  beats: (workspace, { quick }) => measureBeating(workspace, quick),
  claims: (workspace, { quick, databaseUrl }) => measureClaims(workspace, quick, databaseUrl),
  console: async (workspace, { quick, databases, databaseUrl }) =>
    measureConsole(workspace, quick, await measuredDatabases(workspace, databases, databaseUrl)),
  tabs: async (workspace, { quick, databaseUrl }) =>
    measureConsoleTabs(workspace, quick, await measuredDatabases(workspace, ['postgres'], databaseUrl)),
  tracing: (workspace, { quick, baseline }) => measureTracing(workspace, quick, baseline),
  sessions: (workspace, { quick, resumed }) => measureLiveSessions(workspace, quick, resumed),
};

let interrupted = false;

async function run(options: Options): Promise<void> {
  await using workspace = new Workspace(options.profileDir);
  stopOnSignals(workspace);
  const startedAt = performance.now();
  console.log(heading('Machine'));
  console.log(describeMachine(await workspace.folder()));
  if (options.quick)
    console.log('Quick run: it proves that the benchmark works; the numbers are not representative.');
  if (options.profileDir !== undefined) console.log(`Profiles are written to ${options.profileDir}.`);
  for (const section of options.sections) {
    console.log(await MEASUREMENTS[section](workspace, options));
  }
  console.log(`\nTook ${Math.round((performance.now() - startedAt) / 1000)} s. ${describeLoad()}`);
}

function stopOnSignals(workspace: Workspace): void {
  const stop = (): void => {
    interrupted = true;
    void workspace[Symbol.asyncDispose]().finally(() => process.exit(EXIT_INTERRUPTED));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) console.log(USAGE);
  else await run(options);
}

/** An error of the cleanup comes after the one that it would hide. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('suppressed' in error && 'error' in error)) return error.message;
  return `${messageOf(error.suppressed)}\n${messageOf(error.error)}`;
}

main().catch((error: unknown) => {
  // After an interruption the error only reports that the processes are gone.
  if (interrupted) return;
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
