import { measureBeating } from './beats';
import { measureClaims } from './claims';
import { measureGuards, measureOpening } from './opening';
import { type Options, readOptions, type Section, USAGE } from './options';
import { measureLiveSessions } from './sessions';
import { describeLoad, describeMachine } from './support/machine';
import { heading } from './support/table';
import { Workshop } from './support/workshop';

const EXIT_INTERRUPTED = 130;

const MEASUREMENTS: Readonly<Record<Section, (workshop: Workshop, options: Options) => Promise<string>>> = {
  opening: (workshop, { quick, databaseUrl }) => measureOpening(workshop, quick, databaseUrl),
  guards: (workshop, { quick, databaseUrl }) => measureGuards(workshop, quick, databaseUrl),
  beats: (workshop, { quick }) => measureBeating(workshop, quick),
  claims: (workshop, { quick, databaseUrl }) => measureClaims(workshop, quick, databaseUrl),
  sessions: (workshop, { quick, resumed }) => measureLiveSessions(workshop, quick, resumed),
};

let interrupted = false;

async function run(options: Options): Promise<void> {
  await using workshop = new Workshop(options.profileDir);
  stopOnSignals(workshop);
  const startedAt = performance.now();
  console.log(heading('Machine'));
  console.log(describeMachine(await workshop.folder()));
  if (options.quick)
    console.log('Quick run: it proves that the benchmark works; the numbers are not representative.');
  for (const section of options.sections) {
    console.log(await MEASUREMENTS[section](workshop, options));
  }
  console.log(`\nTook ${Math.round((performance.now() - startedAt) / 1000)} s. ${describeLoad()}`);
}

function stopOnSignals(workshop: Workshop): void {
  const stop = (): void => {
    interrupted = true;
    void workshop[Symbol.asyncDispose]().finally(() => process.exit(EXIT_INTERRUPTED));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) console.log(USAGE);
  else await run(options);
}

main().catch((error: unknown) => {
  // After an interruption the error only reports that the processes are gone.
  if (interrupted) return;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
