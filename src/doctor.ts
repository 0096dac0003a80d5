import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import type { CheckOptions } from './doctor/checks';
import { examine } from './doctor/examine';
import { exitCodeOf, jsonOf, textOf } from './doctor/report';

const HELP = `npm run --silent doctor [-- options]

Checks the settings of the service, and Genesys Cloud, the CRM and the database that they lead to. Each line is ok, warn,
fail or skipped, with the fix below it. Nothing is changed; the CRM gets one test event (session.test).
  --json         prints one JSON document
  --offline      contacts neither Genesys Cloud nor the CRM
  --try-session  also opens and closes a guest session over the WebSocket, without a message
With settings in a file:
  node --env-file=.env dist/doctor.js [options]
Ends with 0 when all is well, with 1 for warnings alone, with 2 for a failure, and with 64 for wrong options.
`;

/** EX_USAGE of sysexits.h, apart from the exit codes of a report. */
const USAGE = 64;

type Options = CheckOptions & { readonly isJson: boolean };

/** Log lines are off: they would mix with the report and show the text of refusals. */
async function main(): Promise<void> {
  Logger.overrideLogger(false);
  const options = optionsIn(process.argv.slice(2));
  if (options === undefined) return;
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    interrupt.abort(new Error('Interrupted.'));
  });
  const { findings, secrets } = await examine(process.env, options, interrupt.signal);
  process.stdout.write(options.isJson ? jsonOf(findings, secrets) : textOf(findings, secrets));
  process.exitCode = exitCodeOf(findings);
}

function optionsIn(args: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: 'boolean', default: false },
        offline: { type: 'boolean', default: false },
        'try-session': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { json: isJson, offline: isOffline, 'try-session': triesSession, help } = values;
    if (!help) return { isJson, isOffline, triesSession };
    process.stderr.write(HELP);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exitCode = USAGE;
  }
  return undefined;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
