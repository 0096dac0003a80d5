import { Injectable } from '@nestjs/common';
import { WebhooksConfig } from '../config/webhooks.config';
import { SessionWebhooks } from '../session/ports/session-webhooks';
import { WebhookUrlRefusedError } from './domain/webhook-url.errors';
import { WebhookStore } from './ports/webhook.store';
import { WebhookUrlRules } from './webhook-url-rules';

/** The webhooks of callers, as the openings of sessions see them. */
@Injectable()
export class RegisteredWebhooks extends SessionWebhooks {
  constructor(
    private readonly urls: WebhookUrlRules,
    private readonly webhooks: WebhookStore,
    private readonly config: WebhooksConfig,
  ) {
    super();
  }

  /** Throws `InvalidRequestError`, and `WebhookUrlRefusedError` without a verified webhook of the origin. */
  async check(url: string, owner: string): Promise<void> {
    this.urls.check(url, '#/webhookUrl');
    const { origin } = new URL(url);
    const webhooks = await this.webhooks.list({ owner }, { limit: this.config.maxPerCaller });
    const isKnown = webhooks.some(
      (webhook) => webhook.status !== 'unverified' && new URL(webhook.url).origin === origin,
    );
    if (!isKnown)
      throw new WebhookUrlRefusedError('must have the origin of a webhook that the caller has verified');
  }
}
