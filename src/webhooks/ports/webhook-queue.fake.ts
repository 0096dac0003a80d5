import type { Backlog } from '../../sync/ports/outbox.store';
import {
  type FanOut,
  type NewDelivery,
  type Subscription,
  WebhookQueue,
  type WebhookTotals,
} from './webhook-queue';

/** The subscriptions and what was queued for them, in memory. It hands out no deliveries. */
export class FakeWebhookQueue extends WebhookQueue {
  readonly queued: NewDelivery[] = [];
  readonly known: Subscription[] = [];
  at: number | undefined = 0;
  /** How often another replica is faster. */
  lostRaces = 0;

  subscribe(webhookId: string, facts: Partial<Subscription> = {}): void {
    const usual = { owner: 'billing', sessions: 'own', types: ['session.*'], fromPosition: 0 } as const;
    this.known.push({ ...usual, ...facts, webhookId });
  }

  position(): Promise<number | undefined> {
    return Promise.resolve(this.known.length === 0 ? undefined : this.at);
  }

  subscriptions(owners: readonly string[]): Promise<readonly Subscription[]> {
    return Promise.resolve(
      this.known.filter(({ owner, sessions }) => sessions === 'all' || owners.includes(owner)),
    );
  }

  add({ from, to, deliveries }: FanOut): Promise<boolean> {
    if (this.lostRaces > 0) {
      this.lostRaces -= 1;
      return Promise.resolve(false);
    }
    if (from !== this.at) return Promise.resolve(false);
    this.at = to;
    this.queued.push(...deliveries);
    return Promise.resolve(true);
  }

  addOthers(deliveries: readonly NewDelivery[]): Promise<void> {
    this.queued.push(...deliveries);
    return Promise.resolve();
  }

  due(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  totals(): Promise<WebhookTotals> {
    const webhooks = { unverified: 0, active: this.known.length, paused: 0, disabled: 0 };
    return Promise.resolve({ webhooks, pending: this.queued.length, dead: 0 });
  }

  backlog(): Promise<Backlog> {
    return Promise.resolve({ pending: this.queued.length, blockedConversations: 0, dead: 0 });
  }

  claim(): Promise<[]> {
    return Promise.resolve([]);
  }

  isDue(): Promise<boolean> {
    return Promise.resolve(false);
  }

  postpone(): Promise<boolean> {
    return Promise.resolve(false);
  }

  unclaim = (): Promise<void> => Promise.resolve();
  settle = (): Promise<boolean> => Promise.resolve(true);
  bury = (): Promise<void> => Promise.resolve();
  markFailing = (): Promise<void> => Promise.resolve();
  release = (): Promise<void> => Promise.resolve();
}
