import { Injectable } from '@nestjs/common';
import { v4 as uuid } from 'uuid';
import type { Caller } from '../access/domain/caller';
import { RequestBulkhead } from '../common/limits/request-bulkhead';
import { Clock } from '../common/time/clock';
import { AccessConfig } from '../config/access.config';
import type { Attempt } from '../sync/domain/delivery';
import type { Webhook } from './domain/webhook';
import { queueAbout, type WebhookEvent } from './domain/webhook-event';
import { WEBHOOK_TEST } from './domain/webhook-event-type';
import { WebhookStore } from './ports/webhook.store';
import { testAttempt } from '../sync/ports/sink-attempt';
import { WebhookSink } from './webhook-sink';
import { WebhooksQueries } from './webhooks.queries';

/** Tests at a time. */
const TESTS = 16;

/** Sends test events. The first one that a receiver accepts verifies its webhook. */
@Injectable()
export class WebhookTests {
  private readonly tests: RequestBulkhead;

  constructor(
    private readonly queries: WebhooksQueries,
    private readonly webhooks: WebhookStore,
    private readonly sink: WebhookSink,
    private readonly clock: Clock,
    access: AccessConfig,
  ) {
    const share = (): number => (access.isShared('webhooks.manage') ? TESTS / 4 : TESTS);
    this.tests = new RequestBulkhead(TESTS, share);
  }

  /**
   * Sends `webhook.test` once, beside the queue and in any status of the webhook, and records that. Throws
   * `WebhookNotFoundError`, and `TooManyInFlightError` when too many tests run.
   */
  async test(id: string, caller: Caller): Promise<Attempt> {
    const webhook = await this.queries.get(id, caller);
    const release = this.tests.take();
    const attempt = await testAttempt(this.sink, this.testEvent(webhook), this.clock).finally(release);
    await this.webhooks.recordTest(id, webhook.url, attempt);
    return attempt;
  }

  private testEvent(webhook: Webhook): WebhookEvent {
    return {
      id: uuid(),
      type: WEBHOOK_TEST,
      conversationId: queueAbout(webhook.id),
      sequence: 1,
      occurredAt: this.clock.now(),
      data: { webhookId: webhook.id },
      target: webhook,
    };
  }
}
