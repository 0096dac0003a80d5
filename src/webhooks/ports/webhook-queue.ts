import { DeliveryQueue } from '../../sync/ports/outbox.store';
import type { SessionSelection, WebhookStatus } from '../domain/webhook';
import type { WebhookEvent } from '../domain/webhook-event';

/** A webhook that gets events, or has them kept: active, paused, or unverified because of another URL. */
export interface Subscription {
  readonly webhookId: string;
  readonly owner: string;
  readonly sessions: SessionSelection;
  readonly types: readonly string[];
  /** It gets the events of the feed after this position. */
  readonly fromPosition: number;
}

/** An event to queue for a webhook. One without `data` is read from the feed when it is delivered. */
export type NewDelivery = Pick<WebhookEvent, 'id' | 'type' | 'conversationId' | 'occurredAt'> & {
  readonly webhookId: string;
  readonly data?: object;
};

/** Events that a part of the feed has for webhooks. */
export interface FanOut {
  /** The position up to which the feed was read before. */
  readonly from: number;
  /** The position up to which it is read with this. */
  readonly to: number;
  readonly deliveries: readonly NewDelivery[];
}

/** The webhooks and their deliveries, over all callers. */
export interface WebhookTotals {
  /** Webhooks by status. */
  readonly webhooks: Readonly<Record<WebhookStatus, number>>;
  readonly pending: number;
  /** Time at which the oldest pending event was queued, in epoch milliseconds; absent when none is pending. */
  readonly oldestAt?: number;
  readonly dead: number;
}

/**
 * The queues of webhooks; the sink of a delivery is the id of its webhook. The events of one conversation for one
 * webhook are numbered from 1 without gaps, in the order of the feed, when they are queued.
 *
 * A webhook that is not active gets nothing: `claim` and `due` leave it out. `postpone` pauses a webhook that is gone, and
 * disables one after the time that the service allows (`WEBHOOK_DISABLED`); the owner's other active webhooks get an event
 * about it in the same transaction. Both return true. An event that was erased meanwhile is buried by `claim`.
 */
export abstract class WebhookQueue extends DeliveryQueue<WebhookEvent> {
  /** Webhooks with deliveries that are due and not marked as failing, at most `limit`. Its cost depends on the webhooks with events that wait. */
  abstract due(now: number, limit: number): Promise<readonly string[]>;

  /** The position up to which the feed was read; undefined if there is no webhook. */
  abstract position(): Promise<number | undefined>;

  /** The webhooks that may get events of these owners, or of all. */
  abstract subscriptions(owners: readonly string[]): Promise<readonly Subscription[]>;

  /**
   * Queues events and moves the position, in one transaction. Returns false, and queues nothing, if another replica has
   * moved it since.
   */
  abstract add(fanOut: FanOut, at: number): Promise<boolean>;

  abstract totals(): Promise<WebhookTotals>;

  /** Queues events that are not in the feed. */
  abstract addOthers(deliveries: readonly NewDelivery[], at: number): Promise<void>;
}
