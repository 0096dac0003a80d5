import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { WebhookClient } from '../common/webhook/webhook-client';
import { DeliveryFailedError } from '../sync/domain/delivery.errors';
import type { EventReceiver } from '../sync/ports/event-sink';
import { signingSecrets } from './domain/webhook';
import { bodyOf, type WebhookEvent } from './domain/webhook-event';
import { WebhooksTelemetry } from './webhooks.telemetry';

/** Posts events to the webhooks that they name, signed with every secret that is current. */
@Injectable()
export class WebhookSink implements EventReceiver<WebhookEvent> {
  constructor(
    private readonly client: WebhookClient,
    private readonly clock: Clock,
    private readonly telemetry: WebhooksTelemetry,
  ) {}

  async deliver(event: WebhookEvent, signal: AbortSignal, beforeSend: () => void): Promise<void> {
    const { id, target } = event;
    const secrets = signingSecrets(target, this.clock.now());
    const request = { url: target.url, id, body: bodyOf(event), secrets, signal, beforeSend };
    const failure = await this.client.post(request);
    if (failure === undefined) return;
    if (failure.blockedHost !== undefined) this.telemetry.egressBlocked();
    throw new DeliveryFailedError(failure.reason, failure);
  }
}
