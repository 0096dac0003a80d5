import type { Attempt } from '../../sync/domain/delivery';
import type { ReplayBounds } from '../../sync/domain/replay-bounds';
import { isSelected } from '../../sync/domain/status-filter';
import {
  type WebhookDeliveryFilter,
  type WebhookDeliveryPosition,
  type WebhookDeliveryRecord,
  WebhookDeliveryStore,
} from './webhook-delivery.store';

/** Deliveries in memory; a replay is only recorded. */
export class FakeWebhookDeliveryStore extends WebhookDeliveryStore {
  readonly rows: WebhookDeliveryRecord[] = [];
  readonly retried: string[] = [];
  readonly replays: (readonly [webhookId: string, selection: ReplayBounds])[] = [];
  readonly purges: { readonly settledBefore: number; readonly count: number }[] = [];
  purgeable = 0;

  list(
    webhookId: string,
    { status, conversationId }: WebhookDeliveryFilter,
    { limit, after }: { readonly limit: number; readonly after?: WebhookDeliveryPosition },
  ): Promise<WebhookDeliveryRecord[]> {
    const found = this.rows
      .filter((row) => row.webhookId === webhookId)
      .filter((row) => status === undefined || isSelected(status, row))
      .filter((row) => conversationId === undefined || row.conversationId === conversationId)
      .filter((row) => after === undefined || row.queuedAt < after.queuedAt)
      .sort((a, b) => b.queuedAt - a.queuedAt);
    return Promise.resolve(found.slice(0, limit));
  }

  find(webhookId: string, eventId: string): Promise<WebhookDeliveryRecord | undefined> {
    return Promise.resolve(this.rows.find((row) => row.webhookId === webhookId && row.eventId === eventId));
  }

  attempts(): Promise<Attempt[]> {
    return Promise.resolve([]);
  }

  async retry(webhookId: string, eventId: string): Promise<boolean> {
    if ((await this.find(webhookId, eventId)) === undefined) return false;
    this.retried.push(eventId);
    return true;
  }

  replay(webhookId: string, selection: ReplayBounds): Promise<number> {
    this.replays.push([webhookId, selection]);
    return Promise.resolve(this.rows.length);
  }

  purge(settledBefore: number, limit: number): Promise<number> {
    const count = Math.min(limit, this.purgeable);
    this.purgeable -= count;
    this.purges.push({ settledBefore, count });
    return Promise.resolve(count);
  }
}
