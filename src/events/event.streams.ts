import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Drain } from '../common/lifecycle/drain';
import { Clock } from '../common/time/clock';
import { ConversationNews } from '../session/ports/conversation-news';
import { ConversationOwners } from './conversation.owners';
import type { PassingEvent } from './domain/stream-event';
import { TooManyStreamsError } from './domain/too-many-streams.error';
import { EventStream, type StreamPlan, type StreamSources } from './event.stream';
import { EventsTelemetry } from './events.telemetry';
import type { Outlet } from './outlet';

const MAX_STREAMS = 100;

/** All streams of this process. They hear in passing what channels notice, and end when the process stops. */
@Injectable()
export class EventStreams implements OnModuleInit {
  private readonly streams = new Set<EventStream>();

  constructor(
    private readonly news: ConversationNews,
    private readonly owners: ConversationOwners,
    private readonly drain: Drain,
    private readonly clock: Clock,
    private readonly telemetry: EventsTelemetry,
  ) {
    telemetry.watchClients(() => this.streams.size);
  }

  onModuleInit(): void {
    this.drain.onBegin(() => {
      for (const stream of this.streams) stream.end('shutdown');
    });
    this.news.follow({
      onTyping: (conversationId, body) => void this.pass(conversationId, { kind: 'typing', body }),
      onLine: (conversationId, body) => void this.pass(conversationId, { kind: 'line', body }),
    });
  }

  /**
   * Throws `TooManyStreamsError` and `ShuttingDownError` before anything is written: `outlet` is asked for only when
   * the stream begins.
   */
  begin(plan: StreamPlan, sources: StreamSources, outlet: () => Outlet): void {
    this.drain.assertOpen();
    if (this.streams.size >= MAX_STREAMS) throw new TooManyStreamsError(MAX_STREAMS);
    const stream = new EventStream(plan, sources, outlet(), (reason, error) => {
      this.streams.delete(stream);
      this.telemetry.ended(reason, error);
    });
    this.streams.add(stream);
    void stream.begin();
  }

  /** In the order in which it was noticed of a conversation. */
  private async pass(conversationId: string, what: Pick<PassingEvent, 'kind' | 'body'>): Promise<void> {
    if (this.streams.size === 0) return;
    const at = this.clock.now();
    const owner = await this.owners.of(conversationId);
    if (owner === undefined) return;
    const event = { ...what, conversationId, owner, at } as PassingEvent;
    for (const stream of this.streams) stream.pass(event);
  }
}
