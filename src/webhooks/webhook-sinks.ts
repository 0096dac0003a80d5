import { Injectable } from '@nestjs/common';
import { DynamicSinks } from '../sync/ports/dynamic-sinks';
import type { WebhookEvent } from './domain/webhook-event';
import { WebhookQueue } from './ports/webhook-queue';
import { WebhookSink } from './webhook-sink';
import { WebhooksTelemetry } from './webhooks.telemetry';

/** The webhooks of callers as sinks that come and go, named by their ids. */
@Injectable()
export class WebhookSinks extends DynamicSinks<WebhookEvent> {
  constructor(
    readonly queue: WebhookQueue,
    readonly sink: WebhookSink,
    readonly telemetry: WebhooksTelemetry,
  ) {
    super();
  }

  due(now: number, limit: number): Promise<readonly string[]> {
    return this.queue.due(now, limit);
  }
}
