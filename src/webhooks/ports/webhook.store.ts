import type { Attempt } from '../../sync/domain/delivery';
import type { Webhook, WebhookSecret, WebhookSettings } from '../domain/webhook';

/** The webhooks that a caller may manage: those of one owner, or all if none is named. */
export interface WebhookScope {
  readonly owner?: string;
}

/** A position in the list: the webhook that a page ended with. */
export interface WebhookPosition {
  readonly createdAt: number;
  readonly id: string;
}

/** A new webhook, which is unverified. */
export type NewWebhook = Pick<Webhook, 'id' | 'owner' | 'createdAt' | 'secrets'> & WebhookSettings;

/**
 * The webhooks of callers. Every change writes its audit record in its transaction; none has a URL or a secret. A
 * method with an id resolves with undefined if the scope has no such webhook, and then changes nothing.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class WebhookStore {
  /**
   * Returns false if the owner has `max` webhooks, however many calls there are at the same time. Writes
   * `WEBHOOK_CREATED`.
   */
  abstract create(webhook: NewWebhook, max: number): Promise<boolean>;

  abstract find(id: string, scope: WebhookScope): Promise<Webhook | undefined>;

  /** The last created first. */
  abstract list(
    scope: WebhookScope,
    page: { readonly limit: number; readonly after?: WebhookPosition },
  ): Promise<Webhook[]>;

  /** Another URL makes the webhook unverified. Writes `WEBHOOK_UPDATED`. */
  abstract update(
    id: string,
    scope: WebhookScope,
    changes: Partial<WebhookSettings>,
    at: number,
  ): Promise<Webhook | undefined>;

  /** Replaces the secrets that sign. Writes `WEBHOOK_SECRET_ROTATED`. */
  abstract rotate(
    id: string,
    scope: WebhookScope,
    secrets: (current: readonly WebhookSecret[]) => readonly WebhookSecret[],
    at: number,
  ): Promise<Webhook | undefined>;

  /** Stops deliveries and keeps events; a webhook that is not active stays as it is. Writes `WEBHOOK_PAUSED`. */
  abstract pause(id: string, scope: WebhookScope, at: number): Promise<Webhook | undefined>;

  /**
   * Ends a pause, a throttling or the disabling, and makes all postponed deliveries due; an unverified webhook stays as
   * it is, and one that was never verified becomes unverified. Writes `WEBHOOK_RESUMED`.
   */
  abstract resume(id: string, scope: WebhookScope, at: number): Promise<Webhook | undefined>;

  /**
   * Records a test event. If it was accepted and the webhook is unverified and still has this URL, the webhook is active
   * from now on and gets the events that happen afterwards. Writes `WEBHOOK_TESTED`.
   */
  abstract recordTest(id: string, url: string, attempt: Attempt): Promise<void>;

  /** The owners that have webhooks. */
  abstract owners(): Promise<readonly string[]>;

  /**
   * Disables the webhooks of an owner that is not known any more, and deletes those that were disabled for that before
   * the given time. Writes `WEBHOOK_DISABLED` and `WEBHOOK_DELETED`.
   */
  abstract retire(owner: string, at: number, disabledBefore: number): Promise<void>;

  /** The webhook and its events are gone for its caller and for deliveries at once. Writes `WEBHOOK_DELETED`. */
  abstract delete(id: string, scope: WebhookScope, at: number): Promise<boolean>;
}
