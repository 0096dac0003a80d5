import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { ConsoleScene } from './demo/console-scene';
import { demoClientOf, type GuestSessionsClient } from './demo/demo-client';
import { Narrator } from './demo/narrator';
import { SessionsScenario } from './demo/sessions-scenario';
import { MessagingScenario, TALK_DEPLOYMENT } from './demo/messaging-scenario';
import { OPEN_MESSAGING_SETTINGS, OpenMessagingScenario } from './demo/open-messaging-scenario';
import { World } from './world';

const HELP = `npm run demo -- [--channel web-messaging|open-messaging] [--once] [--port 3000] [--logs]

Plays the life of three guest sessions against a simulator of Genesys Cloud.
  --channel web-messaging
           plays a guest and an agent who talk over the guest WebSocket instead
  --channel open-messaging
           plays a guest who writes over Open Messaging, waits in a queue and is transferred,
           while the socket that reports it breaks
  --once   exit after the play: 0 when it went as written, 1 otherwise
  --port   where the API listens while the demo stays up
  --logs   show the service's own log lines as well`;

interface Scenario {
  run(): Promise<string[]>;
}

/** The scenarios by channel, each with its first line. */
const SCENARIOS: Readonly<
  Record<
    string,
    {
      readonly cast: string;
      readonly environment?: Readonly<Record<string, string>>;
      begin(world: World, client: GuestSessionsClient, narrator: Narrator): Scenario;
    }
  >
> = {
  'conversations-messaging': {
    cast: 'Three guests arrive.',
    begin: (...parts) => new SessionsScenario(...parts),
  },
  'web-messaging': {
    cast: 'A guest and an agent talk.',
    begin: (...parts) => new MessagingScenario(...parts),
  },
  'open-messaging': {
    cast: 'A guest writes, and two agents answer.',
    environment: OPEN_MESSAGING_SETTINGS,
    begin: (...parts) => new OpenMessagingScenario(...parts),
  },
};

/** Beats every second instead of every thirty, and retries as soon, so that the play is short. */
const PACE = {
  HEARTBEAT_MIN_INTERVAL_MS: '500',
  HEARTBEAT_MAX_INTERVAL_MS: '1000',
  SYNC_FIRST_RETRY_MS: '1000',
  SYNC_PROBE_INTERVAL_MS: '1000',
};

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
  const scenario = SCENARIOS[values.channel];
  if (scenario === undefined) throw new Error(`--channel is one of: ${Object.keys(SCENARIOS).join(', ')}`);
  const world = await World.start({
    // The real limits of the platform.
    genesys: { requestsPerMinute: 300, webMessaging: { deployments: [TALK_DEPLOYMENT] } },
    webMessaging: true,
    openMessaging: true,
    environment: {
      ...PACE,
      ...scenario.environment,
      PORT: values.once ? '0' : values.port,
      LOG_FORMAT: 'pretty',
    },
    ...(values.logs ? {} : { logOutput: SILENCE }),
  });
  const client = await demoClientOf(world.url);
  if (!values.once) console.log(`Console: ${world.url}/console/\n`);
  const problems = await perform(world, client, scenario);
  if (values.once) {
    await world[Symbol.asyncDispose]();
    process.exitCode = problems.length === 0 ? 0 : 1;
    return;
  }
  await new ConsoleScene(world, client).prepare();
  stayUp(world);
}

async function perform(
  world: World,
  client: GuestSessionsClient,
  { cast, begin }: (typeof SCENARIOS)[string],
): Promise<string[]> {
  console.log(`A simulator of Genesys Cloud, a CRM and the service run in this process. ${cast}\n`);
  const narrator = new Narrator(world.genesys, world.crm, console.log);
  narrator.start();
  const problems = await begin(world, client, narrator)
    .run()
    .catch((error: unknown) => [String(error)]);
  narrator.stop();
  console.log(problems.length === 0 ? '\nThe play went as written.' : `\n${problems.join('\n')}`);
  return problems;
}

function stayUp(world: World): void {
  console.log(`
Everything stays up until Ctrl-C, with three more guests: Dora, Emil, and Frank, whose event the CRM refused.

  Console      ${world.url}/console/
  API          ${world.url}/v1/sessions
  API docs     ${world.url}/docs
  Metrics      ${world.url}/metrics
  Simulator    ${world.genesys.url}/_sim/state
  CRM          ${world.crm.origin}/_sim/events

Try in the console:
  Sessions     open the live session of Dora, and end it
  Deliveries   retry the dead delivery: the CRM accepts it now
Try in a shell:
  curl -X POST ${world.url}/v1/sessions -H 'content-type: application/json' -d '{"queueId":"support"}'`);
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
