import { Injectable } from '@nestjs/common';
import { SessionWebhooks } from '../session/ports/session-webhooks';
import { WebhookUrlRefusedError } from './domain/webhook-url.errors';
import { WebhookStore } from './ports/webhook.store';
import { WebhookUrlRules } from './webhook-url-rules';

/** The greatest limit that a deployment can set: a lower one deletes no webhook. */
const MAX_OF_CALLER = 1_000;

/** The webhooks of callers, as the openings of sessions see them. */
@Injectable()
export class RegisteredWebhooks extends SessionWebhooks {
  constructor(
    private readonly urls: WebhookUrlRules,
    private readonly webhooks: WebhookStore,
  ) {
    super();
  }

  /** Throws `InvalidRequestError`, and `WebhookUrlRefusedError` without a verified webhook of the origin. */
  async check(url: string, owner: string): Promise<void> {
    this.urls.check(url, '#/webhookUrl');
    const { origin } = new URL(url);
    const webhooks = await this.webhooks.list({ owner }, { limit: MAX_OF_CALLER });
    const isKnown = webhooks.some(
      (webhook) => webhook.verifiedAt !== undefined && new URL(webhook.url).origin === origin,
    );
    if (!isKnown)
      throw new WebhookUrlRefusedError('must have the origin of a webhook that the caller has verified');
  }
}
