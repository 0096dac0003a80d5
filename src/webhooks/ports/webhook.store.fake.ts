import type { Attempt } from '../../sync/domain/delivery';
import type { Webhook, WebhookSecret, WebhookSettings } from '../domain/webhook';
import { type NewWebhook, type WebhookPosition, type WebhookScope, WebhookStore } from './webhook.store';

/** Webhooks in memory, by the contract of the port; it writes no audit records. */
export class FakeWebhookStore extends WebhookStore {
  readonly rows = new Map<string, Webhook>();
  readonly tests: (readonly [id: string, url: string, attempt: Attempt])[] = [];
  readonly retired: (readonly [owner: string, disabledBefore: number])[] = [];

  create(webhook: NewWebhook, max: number): Promise<boolean> {
    const owned = [...this.rows.values()].filter(({ owner }) => owner === webhook.owner);
    if (owned.length >= max) return Promise.resolve(false);
    this.rows.set(webhook.id, { ...webhook, status: 'unverified', updatedAt: webhook.createdAt });
    return Promise.resolve(true);
  }

  find(id: string, { owner }: WebhookScope): Promise<Webhook | undefined> {
    const row = this.rows.get(id);
    return Promise.resolve(owner === undefined || row?.owner === owner ? row : undefined);
  }

  list(
    { owner }: WebhookScope,
    { limit, after }: { readonly limit: number; readonly after?: WebhookPosition },
  ): Promise<Webhook[]> {
    const found = [...this.rows.values()]
      .filter((row) => owner === undefined || row.owner === owner)
      .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
      .filter(
        (row) =>
          after === undefined ||
          row.createdAt < after.createdAt ||
          (row.createdAt === after.createdAt && row.id < after.id),
      );
    return Promise.resolve(found.slice(0, limit));
  }

  async update(
    id: string,
    scope: WebhookScope,
    changes: Partial<WebhookSettings>,
    at: number,
  ): Promise<Webhook | undefined> {
    return this.change(id, scope, (row) => ({
      ...changes,
      updatedAt: at,
      ...(changes.url === undefined || changes.url === row.url ? {} : { status: 'unverified' }),
    }));
  }

  async rotate(
    id: string,
    scope: WebhookScope,
    secrets: (current: readonly WebhookSecret[]) => readonly WebhookSecret[],
    at: number,
  ): Promise<Webhook | undefined> {
    return this.change(id, scope, (row) => ({ secrets: secrets(row.secrets), updatedAt: at }));
  }

  async pause(id: string, scope: WebhookScope, at: number): Promise<Webhook | undefined> {
    return this.change(id, scope, ({ status }) =>
      status === 'active' ? { status: 'paused', statusReason: 'caller', updatedAt: at } : {},
    );
  }

  async resume(id: string, scope: WebhookScope, at: number): Promise<Webhook | undefined> {
    return this.change(id, scope, ({ status }) =>
      status === 'unverified' ? {} : { status: 'active', updatedAt: at },
    );
  }

  async recordTest(id: string, url: string, attempt: Attempt): Promise<void> {
    this.tests.push([id, url, attempt]);
    await this.change(id, {}, (row) =>
      attempt.error === undefined && row.status === 'unverified' && row.url === url
        ? { status: 'active', verifiedAt: attempt.at }
        : {},
    );
  }

  owners(): Promise<readonly string[]> {
    return Promise.resolve([...new Set([...this.rows.values()].map(({ owner }) => owner))]);
  }

  retire(owner: string, _at: number, disabledBefore: number): Promise<void> {
    this.retired.push([owner, disabledBefore]);
    return Promise.resolve();
  }

  async delete(id: string, scope: WebhookScope): Promise<boolean> {
    return (await this.find(id, scope)) !== undefined && this.rows.delete(id);
  }

  private async change(
    id: string,
    scope: WebhookScope,
    changesOf: (row: Webhook) => Partial<Webhook>,
  ): Promise<Webhook | undefined> {
    const row = await this.find(id, scope);
    if (row === undefined) return undefined;
    const changed = { ...row, ...changesOf(row) };
    this.rows.set(id, changed);
    return changed;
  }
}
