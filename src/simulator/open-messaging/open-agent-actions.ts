import { WrapupView } from '../genesys/conversation-view';
import { Agent, EndedBy, EndTypes, OpenConversation } from './open-conversation';
import { OpenConversationRegistry } from './open-conversation-registry';
import { OpenIntegration } from './open-integration';
import { OpenSaying, OutboundBody, receiptBody, sayingBody, typingBody } from './open-message';
import { OpenMessagingSettings, ReceiptStatus } from './open-messaging-options';
import { WebhookQueue } from './webhook-queue';

/** The id of a conversation, or a guest's id, which stands for its latest conversation. */
export type OpenGuest = string;

export const DEFAULT_AGENT: Agent = { userId: 'a1a1a1a1-0000-4000-8000-000000000001', name: 'Ada Agent' };

const END_TYPES: Readonly<Record<Exclude<EndedBy, 'api'>, EndTypes>> = {
  agent: { customer: 'peer', agent: 'client' },
  customer: { customer: 'endpoint', agent: 'peer' },
  inactivity: { customer: 'inactivity', agent: 'inactivity' },
  system: { customer: 'system', agent: 'system' },
  spam: { customer: 'spam', agent: 'spam' },
};

/**
 * Acts of the organisation: flows, queues, agents and the platform itself. Each act is immediate and returns whether
 * there was an open conversation for it. As on the platform, no end of a conversation is sent to the webhook.
 */
export class OpenAgentActions {
  constructor(
    private readonly integrations: ReadonlyMap<string, OpenIntegration>,
    private readonly conversations: OpenConversationRegistry,
    private readonly webhooks: WebhookQueue,
    private readonly settings: OpenMessagingSettings,
  ) {}

  /** Puts the guest into a queue; a connected agent leaves by transfer. */
  enqueue(guest: OpenGuest, queueId: string): boolean {
    return this.onOpen(guest, (conversation, at) => {
      conversation.enqueue(queueId, at);
    });
  }

  /** Offers the conversation to an agent, which `join` accepts and `decline` lets lapse. */
  alert(guest: OpenGuest, agent: Agent = DEFAULT_AGENT): boolean {
    return this.onOpen(guest, (conversation, at) => {
      conversation.alert(agent, at);
    });
  }

  decline(guest: OpenGuest): boolean {
    return this.findOpen(guest)?.decline(this.settings.now()) ?? false;
  }

  join(guest: OpenGuest, agent: Agent = DEFAULT_AGENT): boolean {
    return this.onOpen(guest, (conversation, at) => {
      conversation.join(agent, at);
    });
  }

  /**
   * Returns the message as the webhook sends it; undefined without an open conversation. A human message without a
   * connected agent lets the default agent join first.
   */
  say(guest: OpenGuest, saying: OpenSaying | string): OutboundBody | undefined {
    const conversation = this.findOpen(guest);
    if (conversation === undefined) return undefined;
    const full = typeof saying === 'string' ? { text: saying } : saying;
    const { by = 'Human' } = full;
    const at = this.settings.now();
    if (by === 'Human' && conversation.agent === undefined) conversation.join(DEFAULT_AGENT, at);
    return this.send(conversation, full);
  }

  /** Sends a typing indicator. */
  type(guest: OpenGuest): OutboundBody | undefined {
    const conversation = this.findOpen(guest);
    return conversation && this.deliver(conversation, (envelope) => typingBody(envelope));
  }

  /** Sends a receipt about a message of the guest, named by the platform's id or by the caller's. */
  receipt(
    guest: OpenGuest,
    message: string,
    status: ReceiptStatus,
    reasons?: readonly unknown[],
  ): OutboundBody | undefined {
    const conversation = this.conversations.findAny(guest);
    const about = conversation?.received.find(({ id, messageId }) => id === message || messageId === message);
    if (conversation === undefined || about === undefined) return undefined;
    const caller = about.messageId ?? about.id;
    const { receiptNames } = this.settings;
    const id = receiptNames === 'message-id' ? caller : about.id;
    const channelId = receiptNames === 'platform-id' ? about.id : caller;
    return this.deliver(conversation, (envelope) =>
      receiptBody(envelope, { id, channelId }, status, reasons),
    );
  }

  /** Transfers to another agent, or to a queue. */
  transfer(guest: OpenGuest, to: Agent | { readonly queueId: string }): boolean {
    return 'queueId' in to ? this.enqueue(guest, to.queueId) : this.join(guest, to);
  }

  /** Completes the after-call work of the latest agent, also after the end; returns whether there was any. */
  wrapUp(guest: OpenGuest, code: string, details: Partial<Pick<WrapupView, 'notes' | 'tags'>> = {}): boolean {
    const { notes = '', tags = [] } = details;
    return this.conversations.findAny(guest)?.wrapUp({ code, notes, tags }, this.settings.now()) ?? false;
  }

  /** Ends the conversation with the disconnect types of this reason, or with those in `types`. */
  end(guest: OpenGuest, by: EndedBy, types: Partial<EndTypes> = {}): boolean {
    const api = this.settings.disconnectTypeOfPatch;
    const usual = by === 'api' ? { customer: api, agent: api } : END_TYPES[by];
    return this.onOpen(guest, (conversation, at) => {
      conversation.end(by, { ...usual, ...types }, at);
    });
  }

  /** Starts a conversation without a message of the guest, or continues its open one, as an agentless message does. */
  start(integrationId: string, guestId: string, saying: OpenSaying | string): OutboundBody | undefined {
    if (!this.integrations.has(integrationId)) return undefined;
    const at = this.settings.now();
    const conversation = this.conversations.enter(integrationId, guestId, at, 'outbound');
    return this.send(conversation, {
      by: 'Bot',
      ...(typeof saying === 'string' ? { text: saying } : saying),
    });
  }

  private send(conversation: OpenConversation, saying: OpenSaying): OutboundBody | undefined {
    const { by = 'Human' } = saying;
    const body = this.deliver(conversation, (envelope) => sayingBody(envelope, saying));
    if (body === undefined) return undefined;
    const at = this.settings.now();
    const messageTime = new Date(at).toISOString();
    const entry = { messageId: body.id, messageTime, messageStatus: 'sent', type: body.type } as const;
    conversation.say(by, entry);
    const shared = { conversation, direction: 'outbound', providerMessageId: undefined, at } as const;
    this.conversations.addMessage(body.id, { ...shared, body, status: 'sent' });
    return body;
  }

  /** Returns undefined when the integration has been deleted. */
  private deliver(
    { id, integrationId, guestId }: OpenConversation,
    make: (envelope: Parameters<typeof typingBody>[0]) => OutboundBody,
  ): OutboundBody | undefined {
    const integration = this.integrations.get(integrationId);
    if (integration === undefined) return undefined;
    const { now, conversationIdInWebhooks } = this.settings;
    const conversationId = conversationIdInWebhooks ? id : undefined;
    const body = make({ integration, guestId, at: now(), conversationId });
    this.webhooks.add({ integrationId, guestId, conversationId: id, body });
    return body;
  }

  private onOpen(guest: OpenGuest, act: (conversation: OpenConversation, at: number) => void): boolean {
    const conversation = this.findOpen(guest);
    if (conversation === undefined) return false;
    act(conversation, this.settings.now());
    return true;
  }

  private findOpen(guest: OpenGuest): OpenConversation | undefined {
    const conversation = this.conversations.findAny(guest);
    return conversation?.isOpen === true ? conversation : undefined;
  }
}
