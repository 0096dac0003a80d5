import { Injectable } from '@nestjs/common';
import { isSubscribed } from './domain/webhook-event-type';
import { type Subscription, WebhookQueue } from './ports/webhook-queue';
import { WebhookOwners } from './webhook-owners';

/** The facts of an event that decide on the webhooks it is for. */
export interface EventFacts {
  readonly type: string;
  /** The owner of the session. */
  readonly owner: string;
}

/** Selects the webhooks that get an event. */
@Injectable()
export class WebhookSubscribers {
  constructor(
    private readonly queue: WebhookQueue,
    private readonly owners: WebhookOwners,
  ) {}

  /** Reads the subscriptions for sessions of these owners; the returned function selects those that an event is for. */
  async selectorFor(owners: readonly string[]): Promise<(event: EventFacts) => readonly Subscription[]> {
    const subscriptions = await this.queue.subscriptions(owners);
    return ({ type, owner }) =>
      subscriptions.filter(
        (one) =>
          (one.sessions === 'all' || one.owner === owner) &&
          isSubscribed(one.types, type) &&
          this.owners.mayHear(one, type),
      );
  }
}
