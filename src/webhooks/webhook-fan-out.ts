import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CommitSignal } from '../common/commit-signal';
import { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import type { FeedEvent } from '../events/domain/feed-event';
import { EventFeed } from '../events/ports/event-feed';
import { typeOfFeedEvent } from './domain/webhook-event';
import { type NewDelivery, WebhookQueue } from './ports/webhook-queue';
import { WebhookSubscribers } from './webhook-subscribers';
import { WebhooksTelemetry } from './webhooks.telemetry';

const PAUSE_MS = 500;
/** So that the commits of a busy time share a reading of the feed. */
const THROTTLE_MS = 25;
/** Events in one transaction. */
const BATCH = 100;

/**
 * Reads the feed of all conversations and queues its events for the webhooks that subscribe to them. The position in the
 * feed moves in the transaction that queues the events, so that each event is queued once, by whichever replica comes
 * first, and in the order of the feed. Sessions are changed without a thought of webhooks: however many there are, a
 * change costs the same.
 */
@Injectable()
export class WebhookFanOut implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.readFeed(),
    (error) => {
      this.telemetry.operationFailed(error);
    },
    THROTTLE_MS,
  );

  constructor(
    private readonly feed: EventFeed,
    private readonly queue: WebhookQueue,
    private readonly subscribers: WebhookSubscribers,
    private readonly clock: Clock,
    private readonly commits: CommitSignal,
    private readonly telemetry: WebhooksTelemetry,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
    this.commits.subscribe('feed', () => {
      this.loop.wake();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async readFeed(): Promise<void> {
    const position = await this.queue.position();
    if (position === undefined) return;
    const events = await this.feed.after(position, BATCH);
    const last = events.at(-1);
    if (last === undefined) return;
    const deliveries = await this.deliveriesOf(events);
    const isQueued = await this.queue.add(
      { from: position, to: last.position, deliveries },
      this.clock.now(),
    );
    // There is more, or another replica has read these events and may have stopped before the latest.
    if (!isQueued || events.length === BATCH) this.loop.wake();
  }

  private async deliveriesOf(events: readonly FeedEvent[]): Promise<NewDelivery[]> {
    const owners = [...new Set(events.map(({ owner }) => owner))];
    const subscriptionsTo = await this.subscribers.selectorFor(owners);
    return events.flatMap((event) => {
      const type = typeOfFeedEvent(event);
      if (type === undefined) return [];
      const { id, conversationId, owner, at: occurredAt, position } = event;
      return subscriptionsTo({ type, owner })
        .filter(({ fromPosition }) => position > fromPosition)
        .map(({ webhookId }) => ({ webhookId, id, type, conversationId, occurredAt }));
    });
  }
}
