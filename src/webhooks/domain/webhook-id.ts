import { validate as isUuid } from 'uuid';
import { WebhookNotFoundError } from './webhook.errors';

/** Throws `WebhookNotFoundError` for a text that is the id of no webhook, above all for one that no database takes. */
export function assertWebhookId(text: string): void {
  if (!isUuid(text)) throw new WebhookNotFoundError();
}
