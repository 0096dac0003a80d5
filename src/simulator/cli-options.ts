import { parseArgs, ParseArgsConfig } from 'node:util';
import { NOTIFICATION_OPTIONS, notificationsIn } from './cli-notification-options';
import { isUsageError, urlIn, UsageError, wholeNumber } from './cli-values';
import { GenesysSimulatorOptions } from './genesys-simulator';
import { DEMO_DEPLOYMENT_ID, Deployment, DeploymentOptions } from './web-messaging/deployment';

/** Signs webhooks where the command line names no secret. */
export const DEMO_OPEN_SECRET = 'demo-open-messaging-secret';

export const USAGE = `Usage: simulator [options]

  --port n                  port of the Genesys simulator (default 4010, 0 takes a free one)
  --crm-port n              also start a CRM webhook receiver on this port
  --host h                  address to listen on (default 127.0.0.1)
  --client id:secret        an OAuth client; may be repeated (default demo-client:demo-secret)
  --requests-per-minute n   enforce the rate limit per token (default 0: not enforced)
  --latency-ms n            added to each Genesys answer (default 0)
  --journal-size n          requests kept for /_sim/requests (default 20000, 0 keeps none)
  --deployment id           the deployment guests connect to (default ${DEMO_DEPLOYMENT_ID})
  --allowed-domain host     a domain that guests may connect from; may be repeated (default: all domains)
  --auto-start              the deployment starts conversations by itself
  --greeting text           the flow's first message in a conversation (default: none)
  --after-disconnect mode   state after an agent's disconnect: ReadOnly (the default), Send, or Off for no event
  --session-seconds n       lifetime of a guest session after its last message (default 259200)
  --auth mode               guests' login: Optional (the default), Required, or Off
  --no-clear                guests cannot clear their conversations
  --no-agent-typing         guests get no typing indicators of agents
  --no-guest-typing         guests cannot send typing indicators
  --drop-metadata           metadata of guests' messages is not echoed, as by servers that use the tracing id
  --open-integration id     an Open Messaging integration (default: none)
  --open-webhook url        the integration's outbound webhook (default: none)
  --open-secret text        secret of the webhook's signature (default ${DEMO_OPEN_SECRET})
  --threading-minutes n     time in which a message continues an ended conversation (default 4320)
  --queue id                the queue of the deployment's conversations, for notification topics (default: none)
  --channel-seconds n       lifetime of a notification channel (default 86400)
  --channel-heartbeat-ms n  pause between two heartbeats of a channel's socket (default 30000, 0 for none)
  --event-bridge url        gets every detail event as from an API destination of EventBridge (default: none)
  --event-trigger url       gets every detail event as from a trigger's data action (default: none)
  --event-authorization v   authorization header of both (default: none)
  --help

Guests connect to ws://host:port/v1?deploymentId=id; an agent is played with POST /_sim/agent/say and the like,
for Open Messaging with POST /_sim/open/say and the like. GET /_sim/notifications counts channels and events.
`;

export const DEPLOYMENT_OPTIONS = {
  deployment: { type: 'string', default: DEMO_DEPLOYMENT_ID },
  queue: { type: 'string' },
  'allowed-domain': { type: 'string', multiple: true, default: [] },
  'auto-start': { type: 'boolean', default: false },
  'after-disconnect': { type: 'string', default: 'ReadOnly' },
  'session-seconds': { type: 'string' },
  greeting: { type: 'string' },
  auth: { type: 'string', default: 'Optional' },
  'no-clear': { type: 'boolean', default: false },
  'no-agent-typing': { type: 'boolean', default: false },
  'no-guest-typing': { type: 'boolean', default: false },
  'drop-metadata': { type: 'boolean', default: false },
} satisfies ParseArgsConfig['options'];

export const OPEN_OPTIONS = {
  'open-integration': { type: 'string' },
  'open-webhook': { type: 'string' },
  'open-secret': { type: 'string' },
  'threading-minutes': { type: 'string' },
} satisfies ParseArgsConfig['options'];
const DEFAULT_PORT = 4010;
const MAX_PORT = 65_535;

export type CliOptions =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }
  | {
      readonly kind: 'run';
      readonly genesys: GenesysSimulatorOptions;
      /** Absent when no CRM webhook is to be started. */
      readonly crm?: { readonly host: string; readonly port: number; readonly journalSize: number };
    };

export function parseCliOptions(args: readonly string[]): CliOptions {
  try {
    return read(args);
  } catch (error) {
    if (isUsageError(error)) return { kind: 'wrong', message: error.message };
    throw error;
  }
}

function read(args: readonly string[]): CliOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      'crm-port': { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      client: { type: 'string', multiple: true, default: [] },
      'requests-per-minute': { type: 'string' },
      'latency-ms': { type: 'string' },
      'journal-size': { type: 'string' },
      ...DEPLOYMENT_OPTIONS,
      ...OPEN_OPTIONS,
      ...NOTIFICATION_OPTIONS,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { kind: 'help' };
  const host = values.host;
  const journalSize = wholeNumber('--journal-size', values['journal-size'], 20_000);
  const genesys = {
    host,
    journalSize,
    port: wholeNumber('--port', values.port, DEFAULT_PORT, MAX_PORT),
    requestsPerMinute: wholeNumber('--requests-per-minute', values['requests-per-minute'], 0),
    latencyMs: wholeNumber('--latency-ms', values['latency-ms'], 0),
    webMessaging: { deployments: [deploymentIn(values)] },
    ...openMessagingIn(values),
    ...notificationsIn(values),
    ...(values.client.length > 0 ? { clients: Object.fromEntries(values.client.map(clientPair)) } : {}),
  };
  const crmPort = values['crm-port'];
  if (crmPort === undefined) return { kind: 'run', genesys };
  const port = wholeNumber('--crm-port', crmPort, 0, MAX_PORT);
  return { kind: 'run', genesys, crm: { host, port, journalSize } };
}

interface DeploymentValues {
  readonly deployment: string;
  readonly queue?: string | undefined;
  readonly 'allowed-domain': readonly string[];
  readonly 'auto-start': boolean;
  readonly 'after-disconnect': string;
  readonly 'session-seconds'?: string | undefined;
  readonly greeting?: string | undefined;
  readonly auth: string;
  readonly 'no-clear': boolean;
  readonly 'no-agent-typing': boolean;
  readonly 'no-guest-typing': boolean;
  readonly 'drop-metadata': boolean;
}

function deploymentIn(values: DeploymentValues): DeploymentOptions {
  const type = values['after-disconnect'];
  if (type !== 'ReadOnly' && type !== 'Send' && type !== 'Off') {
    throw new UsageError(`--after-disconnect must be ReadOnly, Send or Off, not '${type}'`);
  }
  const domains = values['allowed-domain'];
  return {
    id: values.deployment,
    autoStart: values['auto-start'],
    conversationDisconnect: type === 'Off' ? { enabled: false, type: 'Send' } : { enabled: true, type },
    sessionDurationSeconds: wholeNumber('--session-seconds', values['session-seconds'], 259_200),
    auth: authIn(values.auth),
    conversationClear: !values['no-clear'],
    showAgentTypingIndicator: !values['no-agent-typing'],
    showUserTypingIndicator: !values['no-guest-typing'],
    keepsMetadata: !values['drop-metadata'],
    ...(domains.length > 0 ? { allowedDomains: domains } : {}),
    ...(values.queue === undefined ? {} : { queueId: values.queue }),
    ...(values.greeting === undefined ? {} : { greeting: values.greeting }),
  };
}

interface OpenValues {
  readonly 'open-integration'?: string | undefined;
  readonly 'open-webhook'?: string | undefined;
  readonly 'open-secret'?: string | undefined;
  readonly 'threading-minutes'?: string | undefined;
}

function openMessagingIn(values: OpenValues): Pick<GenesysSimulatorOptions, 'openMessaging'> {
  const id = values['open-integration'];
  const { 'open-webhook': webhookUrl, 'open-secret': secret = DEMO_OPEN_SECRET } = values;
  const threadingMinutes = wholeNumber('--threading-minutes', values['threading-minutes'], 4_320, 4_320);
  if (webhookUrl !== undefined) urlIn('--open-webhook', webhookUrl);
  if (id === undefined) return {};
  const integration = { id, secret, ...(webhookUrl === undefined ? {} : { webhookUrl }) };
  return { openMessaging: { integrations: [integration], threadingMinutes } };
}

function authIn(what: string): Deployment['auth'] {
  switch (what) {
    case 'Optional':
      return { enabled: true, allowSessionUpgrade: true };
    case 'Required':
      return { enabled: true, allowSessionUpgrade: false };
    case 'Off':
      return { enabled: false, allowSessionUpgrade: false };
    default:
      throw new UsageError(`--auth must be Optional, Required or Off, not '${what}'`);
  }
}

function clientPair(text: string): [id: string, secret: string] {
  const colon = text.indexOf(':');
  if (colon > 0 && colon < text.length - 1) return [text.slice(0, colon), text.slice(colon + 1)];
  throw new UsageError('--client must be given as id:secret');
}
