import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { Narrator } from './demo/narrator';
import { Play } from './demo/play';
import { World } from './world';

const HELP = `npm run demo -- [--once] [--port 3000] [--logs]

Plays the life of three guest sessions against a Genesys Cloud look-alike.
  --once   exit after the play: 0 when it went as written, 1 otherwise
  --port   where the API listens while the demo stays up
  --logs   show the service's own log lines as well`;

/** A conversation beats every second here instead of every thirty, so that the play is short. */
const PACE = { HEARTBEAT_MIN_INTERVAL_MS: '500', HEARTBEAT_MAX_INTERVAL_MS: '1000' };

const SILENCE = new Writable({
  write: (_chunk, _encoding, done) => {
    done();
  },
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      port: { type: 'string', default: '3000' },
      logs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const world = await World.start({
    // What the platform really allows.
    genesys: { requestsPerMinute: 300 },
    environment: { ...PACE, PORT: values.once ? '0' : values.port, LOG_FORMAT: 'pretty' },
    ...(values.logs ? {} : { logOutput: SILENCE }),
  });
  const problems = await perform(world);
  if (values.once) {
    await world[Symbol.asyncDispose]();
    process.exitCode = problems.length === 0 ? 0 : 1;
    return;
  }
  stayUp(world);
}

async function perform(world: World): Promise<string[]> {
  console.log(
    'A Genesys Cloud look-alike, a CRM and the service run in this process. Three guests arrive.\n',
  );
  const narrator = new Narrator(world.genesys, world.crm, console.log);
  narrator.start();
  const problems = await new Play(world, narrator).run().catch((error: unknown) => [String(error)]);
  narrator.stop();
  console.log(problems.length === 0 ? '\nThe play went as written.' : `\n${problems.join('\n')}`);
  return problems;
}

function stayUp(world: World): void {
  console.log(`
Everything stays up until Ctrl-C:
  API          ${world.url}/v1/sessions
  API docs     ${world.url}/docs
  Metrics      ${world.url}/metrics
  Simulator    ${world.genesys.url}/_sim/state
  CRM          ${world.crm.origin}/_sim/events

Try:  curl -X POST ${world.url}/v1/sessions -H 'content-type: application/json' -d '{"queueId":"support"}'`);
  const stop = (): void => {
    void world[Symbol.asyncDispose]().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
