import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { SessionConfig } from '../config/session.config';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import { ConversationEvents } from './ports/conversation-events';
import { SessionTelemetry } from './session.telemetry';
import { SessionUpdater } from './ending/session-updater';

/**
 * Persists the events of channels: the expiry that the upstream announces, and its id of the conversation. When a channel
 * reports the end of a conversation, a beat at once confirms it.
 */
@Injectable()
export class ConversationEventsHandler implements OnModuleInit {
  constructor(
    private readonly events: ConversationEvents,
    private readonly heartbeats: HeartbeatService,
    private readonly writer: SessionUpdater,
    private readonly config: SessionConfig,
    private readonly telemetry: SessionTelemetry,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.subscribe({
      onExpiry: (conversationId, expiresAt) => {
        void this.moveExpiry(conversationId, expiresAt);
      },
      onUpstreamId: (conversationId, genesysConversationId) => {
        void this.keepId(conversationId, genesysConversationId);
      },
      onOver: (conversationId) => {
        this.heartbeats.beatNow(conversationId);
      },
    });
  }

  private async keepId(conversationId: string, genesysConversationId: string): Promise<void> {
    try {
      await this.writer.apply(conversationId, (session) => session.identifyUpstream(genesysConversationId));
    } catch (error) {
      this.telemetry.operationFailed('Upstream id not saved', error, conversationId);
    }
  }

  private async moveExpiry(conversationId: string, expiresAt: number): Promise<void> {
    // Every message moves the expiry; one beyond the longest duration of a session needs no read.
    if (expiresAt >= this.clock.now() + this.config.maxDurationSeconds * 1000) return;
    try {
      await this.writer.apply(conversationId, (session) => session.expiresUpstream(expiresAt));
    } catch (error) {
      // The next message or echo carries it again.
      this.telemetry.operationFailed('Upstream expiry not saved', error, conversationId);
    }
  }
}
