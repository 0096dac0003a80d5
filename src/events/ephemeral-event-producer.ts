import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { ConversationEvents } from '../session/ports/conversation-events';
import { ConversationOwners } from './conversation-owners';
import type { EphemeralEvent } from './domain/stream-event';
import { EventStreams } from './event-streams';
import { EphemeralEventPublisher } from './ephemeral-event-publisher';

/** Turns the events of channels into ephemeral events: passes them to the streams of this process, and publishes them to other replicas. */
@Injectable()
export class EphemeralEventProducer implements OnModuleInit {
  constructor(
    private readonly conversationEvents: ConversationEvents,
    private readonly owners: ConversationOwners,
    private readonly clock: Clock,
    private readonly streams: EventStreams,
    private readonly publisher: EphemeralEventPublisher,
  ) {}

  onModuleInit(): void {
    this.conversationEvents.subscribe({
      onTyping: (conversationId, body) => void this.pass(conversationId, { kind: 'typing', body }),
      onActivity: (conversationId, body) => void this.pass(conversationId, { kind: 'activity', body }),
      onExpiring: (conversationId, expiresAt) => {
        const body = { expiresAt: new Date(expiresAt).toISOString() };
        void this.pass(conversationId, { kind: 'expiring', body });
      },
      onConnection: (conversationId, body) => void this.pass(conversationId, { kind: 'connection', body }),
    });
  }

  /** Keeps the order of the events of a conversation. */
  private async pass(conversationId: string, content: Pick<EphemeralEvent, 'kind' | 'body'>): Promise<void> {
    if (this.streams.count === 0 && !this.publisher.isNeeded) return;
    const at = this.clock.now();
    const owner = await this.owners.of(conversationId);
    if (owner === undefined) return;
    const event = { ...content, conversationId, owner, at } as EphemeralEvent;
    this.streams.pass(event);
    this.publisher.add(event);
  }
}
