import { Injectable } from '@nestjs/common';
import { DataRefusedError } from '../../../common/errors/data-refused.errors';
import { OpenMessagingConfig } from '../../../config/open-messaging.config';
import { guestAddressOf } from '../../../session/domain/opening-message';
import type { ConversationMessage } from '../../../session/domain/conversation-message';
import { ConversationEvents, type Typing } from '../../../session/ports/conversation-events';
import { MessageIntake } from '../../../session/ports/message-intake';
import { OpenMessagingTelemetry, type WebhookOutcome } from '../open-messaging.telemetry';
import { DeliveryReceipts } from './delivery-receipts';
import { outboundMessageOf } from './outbound-message';
import { WebhookSignatureError } from './webhook.errors';
import { isGenuine } from './webhook-signature';

/** A webhook as it arrived. */
export interface ReceivedWebhook {
  readonly integrationId: string;
  readonly signature: string | undefined;
  readonly body: Buffer;
}

/**
 * Takes webhooks of Open Messaging. A message is durable before this resolves, once for its session and id; everything
 * else is counted, so that Genesys Cloud repeats only what a failed write has kept out: an answer other than 2xx costs it up
 * to 85 seconds of retries, and the agent an error.
 */
@Injectable()
export class WebhookIntake {
  constructor(
    private readonly config: OpenMessagingConfig,
    private readonly messages: MessageIntake,
    private readonly events: ConversationEvents,
    private readonly receipts: DeliveryReceipts,
    private readonly telemetry: OpenMessagingTelemetry,
  ) {}

  /** Throws `WebhookSignatureError`, and `StorageUnavailableError` when the message could not be stored. */
  async receive(webhook: ReceivedWebhook): Promise<void> {
    const secrets = this.config.secretsOf(webhook.integrationId) ?? [];
    if (!isGenuine(webhook.body, webhook.signature, secrets)) {
      this.telemetry.received('refused-signature');
      throw new WebhookSignatureError();
    }
    try {
      this.telemetry.received(await this.take(webhook));
    } catch (error) {
      this.telemetry.received('not-stored');
      throw error;
    }
  }

  private async take({ integrationId, body }: ReceivedWebhook): Promise<WebhookOutcome> {
    const outbound = outboundMessageOf(body);
    if (outbound === undefined) return 'malformed';
    const { guestId, content } = outbound;
    if (content.kind === 'other') return 'unknown-type';
    if (guestId === undefined) return 'unknown-guest';
    const address = guestAddressOf(integrationId, guestId);
    switch (content.kind) {
      case 'message':
        return this.takeMessage(address, content.message);
      case 'typing':
        return this.tellTyping(address, content.typing);
      case 'receipt':
        if (content.status === 'Failed') this.telemetry.messageFailed(content.messageId);
        return 'receipt';
    }
  }

  private async takeMessage(address: string, message: ConversationMessage): Promise<WebhookOutcome> {
    try {
      const outcome = await this.messages.take(address, message);
      // A repetition may mean that an earlier answer was lost, and its receipt with it.
      if (outcome.kind !== 'unknown-guest') this.receipts.send(outcome.conversation, message.id, 'Delivered');
      return outcome.kind;
    } catch (error) {
      if (!(error instanceof DataRefusedError)) throw error;
      // The same message would be refused again.
      this.telemetry.refused(error);
      await this.tellFailure(address, message.id);
      return 'refused-data';
    }
  }

  private async tellFailure(address: string, messageId: string): Promise<void> {
    try {
      const conversation = await this.messages.find(address);
      if (conversation !== undefined) this.receipts.send(conversation, messageId, 'Failed');
    } catch (error) {
      // A repetition of the webhook would not store the message either.
      this.telemetry.notSent('receipt', error);
    }
  }

  private async tellTyping(address: string, typing: Typing): Promise<WebhookOutcome> {
    const conversation = await this.messages.find(address);
    if (conversation === undefined) return 'unknown-guest';
    this.events.onTyping(conversation.conversationId, typing);
    return 'typing';
  }
}
