import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { SessionConfig } from '../config/session.config';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import { ConversationEvents } from './ports/conversation-events';
import { SessionTelemetry } from './session.telemetry';
import { SessionWriter } from './ending/session-writer';

/**
 * Takes what channels notice into the books: when the upstream lets a session expire, and, by way of the heartbeat,
 * that it is over.
 */
@Injectable()
export class ConversationEventsHandler implements OnModuleInit {
  constructor(
    private readonly news: ConversationEvents,
    private readonly heartbeats: HeartbeatService,
    private readonly writer: SessionWriter,
    private readonly config: SessionConfig,
    private readonly telemetry: SessionTelemetry,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.news.follow({
      onExpiry: (conversationId, expiresAt) => {
        void this.moveExpiry(conversationId, expiresAt);
      },
      onUpstreamId: (conversationId, genesysConversationId) => {
        void this.keepId(conversationId, genesysConversationId);
      },
      onOver: (conversationId) => {
        this.heartbeats.hurry(conversationId);
      },
    });
  }

  private async keepId(conversationId: string, genesysConversationId: string): Promise<void> {
    try {
      await this.writer.apply(conversationId, (session) => session.identifyUpstream(genesysConversationId));
    } catch (error) {
      this.telemetry.troubled('The id of a conversation could not be saved', error, conversationId);
    }
  }

  private async moveExpiry(conversationId: string, expiresAt: number): Promise<void> {
    // Every message moves it, and nothing needs to be read when it lies beyond what any session may last.
    if (expiresAt >= this.clock.now() + this.config.maxDurationSeconds * 1000) return;
    try {
      await this.writer.apply(conversationId, (session) => session.expiresUpstream(expiresAt));
    } catch (error) {
      // The next message or echo tells it again.
      this.telemetry.troubled('When a session expires could not be saved', error, conversationId);
    }
  }
}
