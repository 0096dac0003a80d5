import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { type Page, readPage } from '../common/pagination/page';
import type { Webhook } from './domain/webhook';
import { assertWebhookId } from './domain/webhook-id';
import { WebhookNotFoundError } from './domain/webhook.errors';
import type { Backlog } from '../sync/ports/outbox.store';
import { WebhookQueue } from './ports/webhook-queue';
import { WebhookStore } from './ports/webhook.store';
import { webhookScopeOf } from './webhook-scope';
import { decodeCursor, encodeCursor } from './webhooks-cursor';

/** Reads webhooks. A caller learns nothing of those of others. */
@Injectable()
export class WebhooksQueries {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly queue: WebhookQueue,
  ) {}

  /** Throws `WebhookNotFoundError`. */
  async get(id: string, caller: Caller): Promise<Webhook> {
    assertWebhookId(id);
    const webhook = await this.webhooks.find(id, webhookScopeOf(caller));
    if (webhook === undefined) throw new WebhookNotFoundError();
    return webhook;
  }

  /** Throws `WebhookNotFoundError`. */
  async overview(
    id: string,
    caller: Caller,
  ): Promise<{ readonly webhook: Webhook; readonly backlog: Backlog }> {
    const webhook = await this.get(id, caller);
    return { webhook, backlog: await this.queue.backlog(id) };
  }

  /** The last created first. Throws `InvalidRequestError` for the cursor of another list. */
  async list({ limit, cursor }: { limit: number; cursor?: string }, caller: Caller): Promise<Page<Webhook>> {
    const scope = webhookScopeOf(caller);
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, scope) };
    return readPage(
      limit,
      (count) => this.webhooks.list(scope, { limit: count, ...after }),
      (last) => encodeCursor(last, scope),
    );
  }
}
