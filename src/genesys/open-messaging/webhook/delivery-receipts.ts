import { Injectable } from '@nestjs/common';
import { Drain } from '../../../common/lifecycle/drain';
import { Clock } from '../../../common/time/clock';
import { withDeadline } from '../../../common/time/deadline';
import { OpenMessagingConfig } from '../../../config/open-messaging.config';
import type { Conversation } from '../../../session/ports/guest-channel';
import { receiptBody } from '../inbound-bodies';
import { InboundRequests } from '../inbound-requests';
import { openingMessageOf } from '../opening-message-of';
import { OpenMessagingTelemetry } from '../open-messaging.telemetry';

/** More would only wait for the budget of the OAuth client. */
const MAX_IN_FLIGHT = 200;

/** `Failed` is for a message that the database will never store. */
export type ReceiptStatus = 'Delivered' | 'Failed';

/**
 * Tells Genesys Cloud that a message was delivered, or never will be, which agents see. A receipt has the lowest priority of all requests,
 * and is left out where there is no budget: the message itself is stored, and no receipt can say more.
 */
@Injectable()
export class DeliveryReceipts {
  private inFlight = 0;

  constructor(
    private readonly requests: InboundRequests,
    private readonly config: OpenMessagingConfig,
    private readonly telemetry: OpenMessagingTelemetry,
    private readonly clock: Clock,
    private readonly drain: Drain,
  ) {}

  /** Returns at once; a receipt that is not sent is logged. */
  send(conversation: Conversation, messageId: string, status: ReceiptStatus): void {
    if (this.inFlight >= MAX_IN_FLIGHT) {
      this.telemetry.notSent('receipt', undefined, conversation.conversationId);
      return;
    }
    this.inFlight += 1;
    void this.request(conversation, messageId, status).finally(() => {
      this.inFlight -= 1;
    });
  }

  private async request(conversation: Conversation, messageId: string, status: ReceiptStatus): Promise<void> {
    const { timeoutMs } = this.config;
    const deadlineAt = performance.now() + timeoutMs;
    try {
      const guest = openingMessageOf(conversation);
      const body = receiptBody(guest.guestId, messageId, status, this.clock.now());
      const request = { operation: 'receipt', resource: 'receipt', body } as const;
      await withDeadline(timeoutMs, this.drain.signal, (signal) =>
        this.requests.send(conversation, guest, request, { deadlineAt, signal }),
      );
    } catch (error) {
      this.telemetry.notSent('receipt', error, conversation.conversationId);
    }
  }
}
