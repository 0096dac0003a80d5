import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../../metrics/metrics';

/** Log lines and metrics of Open Messaging. They contain no text of a message. */
@Injectable()
export class OpenMessagingTelemetry {
  private readonly log = new Logger('OpenMessaging');
  private readonly webhooks;

  constructor(metrics: Metrics) {
    this.webhooks = metrics.counter('webhooks_received_total', 'Webhooks of Open Messaging by outcome', [
      'outcome',
    ]);
  }

  received(outcome: WebhookOutcome): void {
    this.webhooks.inc({ outcome });
  }

  /** Typing and receipts are not sent again. Without an error there were too many of them. */
  notSent(operation: 'typing' | 'receipt', error: unknown, conversationId?: string): void {
    const cause = error === undefined ? {} : { error };
    const known = conversationId === undefined ? {} : { conversationId };
    this.log.warn({ message: 'Inbound request not sent', operation, ...known, ...cause });
  }

  /** A message of a guest that Genesys Cloud has accepted and could not deliver. */
  messageFailed(messageId: string | undefined): void {
    this.log.warn({ message: 'Guest message failed in Genesys Cloud', ...(messageId && { messageId }) });
  }

  /** Until there is a list, webhooks from any address are accepted. */
  sourcesNotRead(error: unknown): void {
    this.log.warn({ message: 'Networks of Genesys Cloud not read; retrying', error });
  }

  sourcesRead(count: number): void {
    this.log.log({ message: 'Webhooks are accepted from networks of Genesys Cloud', count });
  }

  /** A message that can never be stored. */
  refused(error: unknown): void {
    this.log.error({ message: 'Webhook message refused by the database', error });
  }
}

export type WebhookOutcome =
  | 'kept'
  | 'repeated'
  | 'typing'
  | 'receipt'
  | 'unknown-guest'
  | 'unknown-type'
  | 'refused-source'
  | 'refused-signature'
  | 'refused-data'
  | 'malformed'
  | 'not-stored';
