import type { ConversationChanged } from '../genesys/conversation-view';
import { asFields, textOf } from '../web-messaging/guest-request';
import { OpenAgentActions } from './open-agent-actions';
import { InboundHandler } from './inbound-handler';
import { OpenConversation } from './open-conversation';
import { OpenConversationRegistry } from './open-conversation-registry';
import { OpenIntegration } from './open-integration';
import { messageIdOf, OutboundBody } from './open-message';
import { OpenMessagingOptions, OpenMessagingSettings, settingsOf } from './open-messaging-options';
import { ThreadingTimeline } from './threading-timeline';
import { WebhookDelivery } from './webhook-delivery';
import { WebhookQueue } from './webhook-queue';

/**
 * Open Messaging as the platform offers it to a middleware: inbound requests, signed outbound webhooks, agents and
 * the state of conversations. Tests read its state, play the agent and disturb the webhooks through it.
 */
export class OpenMessaging {
  readonly settings: OpenMessagingSettings;
  readonly integrations: Map<string, OpenIntegration>;
  readonly registry: OpenConversationRegistry;
  readonly threading: ThreadingTimeline;
  /** The deliveries to webhooks, for reading and for disturbing them. */
  readonly webhooks: WebhookQueue;
  /** The acts of flows, queues and agents. */
  readonly agent: OpenAgentActions;
  readonly inbound: InboundHandler;
  /** Estimated waits in seconds by queue id, in place of the default. */
  readonly waitSeconds = new Map<string, number>();

  constructor(options: OpenMessagingOptions, now: () => number, changed: ConversationChanged) {
    this.settings = settingsOf(options, now);
    const integrations = this.settings.integrations.map((one) => new OpenIntegration(one, now()));
    this.integrations = new Map(integrations.map((integration) => [integration.id, integration]));
    this.threading = new ThreadingTimeline(this.settings.threadingMinutes);
    this.registry = new OpenConversationRegistry(this.threading, changed);
    this.webhooks = new WebhookQueue(this.integrations, this.settings);
    this.agent = new OpenAgentActions(this.integrations, this.registry, this.webhooks, this.settings);
    this.inbound = new InboundHandler(this.registry, this.settings, (conversation, message) => {
      for (const status of this.settings.receiptStatuses)
        this.agent.receipt(conversation.id, message.id, status);
    });
  }

  get conversations(): OpenConversation[] {
    return [...this.registry];
  }

  /** The newest webhook deliveries, oldest first, with their attempts. */
  get deliveries(): readonly WebhookDelivery[] {
    return this.webhooks.deliveries;
  }

  /** Finds a conversation by its id, or the latest one of a guest. */
  conversation(guest: string): OpenConversation | undefined {
    return this.registry.findAny(guest);
  }

  /** Returns the conversation that an inbound body belongs to; undefined before the guest's first message. */
  conversationIdOf(integrationId: string, body: unknown): string | undefined {
    const { from, to } = asFields(asFields(body)['channel']);
    const guestId = textOf(asFields(from ?? to)['id']);
    return guestId === undefined ? undefined : this.registry.findByGuest(integrationId, guestId)?.id;
  }

  /** Returns whether the integration exists. Pending retries go to the new address. */
  setWebhook(integrationId: string, url: string): boolean {
    const integration = this.integrations.get(integrationId);
    integration?.change({ webhookUrl: url }, this.settings.now());
    return integration !== undefined;
  }

  /** Delivers any JSON object to an integration's webhook; `secret` signs it in place of the integration's. */
  deliverRaw(
    integrationId: string,
    fields: Readonly<Record<string, unknown>>,
    secret?: string,
  ): WebhookDelivery {
    const body: OutboundBody = { id: messageIdOf(), type: 'Text', ...fields };
    return this.webhooks.add({ integrationId, guestId: '', body, secret });
  }

  /** Resolves when no delivery is pending: held, under way or waiting for a retry. */
  settled(): Promise<void> {
    return this.webhooks.settled();
  }

  describe(): unknown {
    const { conversations } = this;
    return {
      integrations: this.integrations.size,
      conversations: conversations.length,
      open: conversations.filter(({ isOpen }) => isOpen).length,
      unknownReceipts: this.inbound.unknownReceipts,
      deliveries: this.webhooks.total,
      pendingDeliveries: this.webhooks.pending,
    };
  }

  /** Drops pending deliveries, and clears conversations and counts. Integrations stay. */
  reset(): void {
    this.webhooks.reset();
    this.registry.clear();
    this.waitSeconds.clear();
    this.inbound.unknownReceipts = 0;
  }

  /** Drops pending deliveries and closes their connections. */
  close(): void {
    this.webhooks.close();
  }
}
