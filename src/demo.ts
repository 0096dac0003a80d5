import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { Narrator } from './demo/narrator';
import { SessionsScenario } from './demo/sessions-scenario';
import { MessagingScenario, TALK_DEPLOYMENT } from './demo/messaging-scenario';
import { World } from './world';

const HELP = `npm run demo -- [--channel web-messaging] [--once] [--port 3000] [--logs]

Plays the life of three guest sessions against a Genesys Cloud look-alike.
  --channel web-messaging
           plays a guest and an agent who talk over the guest WebSocket instead
  --once   exit after the play: 0 when it went as written, 1 otherwise
  --port   where the API listens while the demo stays up
  --logs   show the service's own log lines as well`;

const CHANNELS = ['conversations-messaging', 'web-messaging'];

/** A conversation beats every second instead of every thirty, so that the play is short. */
const PACE = { HEARTBEAT_MIN_INTERVAL_MS: '500', HEARTBEAT_MAX_INTERVAL_MS: '1000' };

const SILENCE = new Writable({
  write: (_chunk, _encoding, done) => {
    done();
  },
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      channel: { type: 'string', default: 'conversations-messaging' },
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
  if (!CHANNELS.includes(values.channel)) throw new Error(`--channel is one of: ${CHANNELS.join(', ')}`);
  const world = await World.start({
    // The real limits of the platform.
    genesys: { requestsPerMinute: 300, webMessaging: { deployments: [TALK_DEPLOYMENT] } },
    webMessaging: true,
    environment: { ...PACE, PORT: values.once ? '0' : values.port, LOG_FORMAT: 'pretty' },
    ...(values.logs ? {} : { logOutput: SILENCE }),
  });
  const problems = await perform(world, values.channel);
  if (values.once) {
    await world[Symbol.asyncDispose]();
    process.exitCode = problems.length === 0 ? 0 : 1;
    return;
  }
  stayUp(world);
}

async function perform(world: World, channel: string): Promise<string[]> {
  const talks = channel === 'web-messaging';
  const cast = talks ? 'A guest and an agent talk.' : 'Three guests arrive.';
  console.log(`A Genesys Cloud look-alike, a CRM and the service run in this process. ${cast}\n`);
  const narrator = new Narrator(world.genesys, world.crm, console.log);
  narrator.start();
  const play = talks ? new MessagingScenario(world, narrator) : new SessionsScenario(world, narrator);
  const problems = await play.run().catch((error: unknown) => [String(error)]);
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
