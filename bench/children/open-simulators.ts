import { CrmSimulator } from '../../src/simulator/crm-simulator';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import type { EndedBy } from '../../src/simulator/open-messaging/open-conversation';
import { BENCH_INTEGRATION } from '../support/integration';
import { serve } from '../support/ipc';
import type { Simulators } from './simulators';

/** An act of an agent or of a flow in a conversation. */
export type AgentAct = { readonly conversation: string } & (
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'enqueue' | 'transfer'; readonly queueId: string }
  | { readonly kind: 'join'; readonly userId: string }
  | { readonly kind: 'wrap-up' }
  | { readonly kind: 'end'; readonly by: EndedBy }
);

/** The platform's record of a conversation. */
export interface UpstreamConversation {
  readonly id: string;
  /** The session that the participant data name. */
  readonly sessionId: string;
  readonly isOpen: boolean;
  /** Texts of the guest in their order, each once. */
  readonly texts: readonly (string | undefined)[];
}

/** The platform's counts. */
export interface PlatformCounts {
  /** Requests that exceeded the rate limit of a client. */
  readonly throttled: number;
  readonly channels: number;
  readonly channelsMade: number;
  readonly pendingWebhooks: number;
}

export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly conversationId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface OpenSimulatorCommands {
  start: {
    input: { readonly clients: number };
    output: Simulators & { readonly clients: readonly Client[] };
  };
  /** Sets the address of the webhook, and begins the disturbances. */
  disturb: { input: { readonly webhookUrl: string; readonly cutEveryMs: number }; output: undefined };
  act: { input: readonly AgentAct[]; output: undefined };
  records: { input: undefined; output: readonly UpstreamConversation[] };
  counts: { input: undefined; output: PlatformCounts };
  /** The events that the CRM received, in order. */
  crmEvents: { input: undefined; output: readonly ToldEvent[] };
}

interface Client {
  readonly id: string;
  readonly secret: string;
}

/** The platform's limit of requests for a token. */
const REQUESTS_PER_MINUTE = 300;
const MAX_CLIENTS = 60;

const clients = Array.from({ length: MAX_CLIENTS }, (_, index) => ({
  id: `soak-client-${index + 1}`,
  secret: `soak-secret-${index + 1}`,
}));
const genesys = GenesysSimulator.start({
  journalSize: 0,
  requestsPerMinute: REQUESTS_PER_MINUTE,
  clients: Object.fromEntries(clients.map(({ id, secret }) => [id, secret])),
  openMessaging: {
    integrations: [BENCH_INTEGRATION],
    maxPendingWebhooks: 100_000,
    // A message after the end begins another conversation instead of reviving this one.
    threadingMinutes: 0,
  },
});
const crm = CrmSimulator.start({ journalSize: 0 });

serve<OpenSimulatorCommands>({
  start: async ({ clients: wanted }) => ({
    genesysUrl: (await genesys).url,
    crmUrl: (await crm).url,
    clientId: '',
    clientSecret: '',
    clients: clients.slice(0, wanted),
  }),
  disturb: async ({ webhookUrl, cutEveryMs }) => {
    const { openMessaging, notifications } = await genesys;
    openMessaging.setWebhook(BENCH_INTEGRATION.id, webhookUrl);
    openMessaging.webhooks.duplicateShare = 0.05;
    openMessaging.webhooks.lateShare = 0.01;
    openMessaging.webhooks.lateMs = 2_000;
    notifications.socketDisturbance.change({
      dropShare: 0.03,
      duplicateShare: 0.02,
      lateShare: 0.01,
      lateMs: 2_000,
    });
    notifications.actions.cutEvery(cutEveryMs);
    return undefined;
  },
  act: async (acts) => {
    const { agent } = (await genesys).openMessaging;
    for (const act of acts) {
      if (act.kind === 'say') agent.say(act.conversation, act.text);
      else if (act.kind === 'join') agent.join(act.conversation, { userId: act.userId });
      else if (act.kind === 'wrap-up') agent.wrapUp(act.conversation, 'solved');
      else if (act.kind === 'end') agent.end(act.conversation, act.by);
      else agent.enqueue(act.conversation, act.queueId);
    }
    return undefined;
  },
  records: async () =>
    (await genesys).openMessaging.conversations.map(({ id, isOpen, received, customer }) => ({
      id,
      sessionId: String(customer.attributes['guestSessionId']),
      isOpen,
      texts: received.map(({ text }) => text),
    })),
  counts: async () => {
    const { state, notifications, openMessaging } = await genesys;
    const { clients: counted } = notifications.describe() as {
      readonly clients: Readonly<Record<string, { readonly made: number }>>;
    };
    return {
      throttled: state.throttled,
      channels: notifications.channels.size,
      channelsMade: Object.values(counted).reduce((sum, { made }) => sum + made, 0),
      pendingWebhooks: openMessaging.webhooks.pending,
    };
  },
  crmEvents: async () => (await crm).received.map(({ body }) => body as ToldEvent),
});
