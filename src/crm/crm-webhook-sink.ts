import { Injectable } from '@nestjs/common';
import { WebhookClient } from '../common/webhook/webhook-client';
import { CrmConfig } from '../config/crm.config';
import { eventTypeOf, type SessionEvent } from '../session/domain/session-event';
import { DeliveryFailedError } from '../sync/domain/delivery.errors';
import { EventSink } from '../sync/ports/event-sink';
import { CrmTelemetry } from './crm.telemetry';

/**
 * The CRM's webhook: one POST per event, signed if there is a secret. Requests go to globally routable addresses only,
 * unless the configuration allows others.
 */
@Injectable()
export class CrmWebhookSink extends EventSink {
  readonly name = 'crm';

  constructor(
    private readonly client: WebhookClient,
    private readonly config: CrmConfig,
    private readonly telemetry: CrmTelemetry,
  ) {
    super();
  }

  async deliver(event: SessionEvent, signal: AbortSignal, beforeSend: () => void): Promise<void> {
    const { webhookUrl: url = '', authorization, secrets } = this.config;
    const body = JSON.stringify(bodyOf(event));
    const failure = await this.client.post({
      url,
      id: event.id,
      body,
      secrets: secrets.current,
      authorization,
      signal,
      beforeSend,
    });
    if (failure === undefined) return;
    if (failure.blockedHost !== undefined) this.telemetry.egressBlocked(failure.blockedHost);
    throw new DeliveryFailedError(failure.reason, failure);
  }
}

/** The body of the webhook. Times are RFC 3339 in UTC. */
function bodyOf({
  id,
  conversationId,
  sequence,
  state,
  occurredAt,
  metadata,
  message,
}: SessionEvent): object {
  const timestamp = new Date(occurredAt).toISOString();
  const type = eventTypeOf(state);
  return {
    id,
    type,
    sequence,
    conversationId,
    state,
    timestamp,
    metadata,
    ...(message === undefined ? {} : { message }),
  };
}
