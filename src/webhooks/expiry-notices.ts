import { Injectable, type OnModuleInit } from '@nestjs/common';
import { v4 as uuid } from 'uuid';
import { Clock } from '../common/time/clock';
import { ConversationEvents } from '../session/ports/conversation-events';
import { SessionStore } from '../session/ports/session.store';
import { EXPIRING } from './domain/webhook-event-type';
import { WebhookQueue } from './ports/webhook-queue';
import { WebhookSubscribers } from './webhook-subscribers';
import { WebhooksTelemetry } from './webhooks.telemetry';

/**
 * Queues `session.expiring` for webhooks. The notice is no change of a session and is not in the feed: one that could not
 * be queued is lost, which is logged.
 */
@Injectable()
export class ExpiryNotices implements OnModuleInit {
  constructor(
    private readonly conversationEvents: ConversationEvents,
    private readonly sessions: SessionStore,
    private readonly queue: WebhookQueue,
    private readonly subscribers: WebhookSubscribers,
    private readonly clock: Clock,
    private readonly telemetry: WebhooksTelemetry,
  ) {}

  onModuleInit(): void {
    this.conversationEvents.subscribe({
      onExpiring: (conversationId, expiresAt) => {
        this.queueNotice(conversationId, expiresAt).catch((error: unknown) => {
          this.telemetry.expiryNotQueued(error, conversationId);
        });
      },
    });
  }

  private async queueNotice(conversationId: string, expiresAt: number): Promise<void> {
    if ((await this.queue.position()) === undefined) return;
    const session = await this.sessions.find(conversationId);
    if (session === undefined) return;
    const { owner } = session.snapshot;
    const subscriptionsTo = await this.subscribers.selectorFor([owner]);
    const subscriptions = subscriptionsTo({ type: EXPIRING, owner });
    if (subscriptions.length === 0) return;
    const at = this.clock.now();
    const event = {
      id: uuid(),
      type: EXPIRING,
      conversationId,
      occurredAt: at,
      data: { expiresAt: new Date(expiresAt).toISOString() },
    };
    await this.queue.addOthers(
      subscriptions.map(({ webhookId }) => ({ ...event, webhookId })),
      at,
    );
  }
}
