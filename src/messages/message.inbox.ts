import {
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Loop } from '../common/time/loop';
import { ConversationNews } from '../session/ports/conversation-news';
import { GuestChannels } from '../session/ports/guest-channels';
import { SessionStore } from '../session/ports/session.store';
import { MessagesTelemetry } from './messages.telemetry';
import { type MessageRequest, MessageStore } from './ports/message.store';

const RETRY_MS = 1_000;
const MAX_PER_CONVERSATION = 500;
const MAX_WAITING = 20_000;
/** Messages per write, and conversations whose messages are written at a time. */
const BATCH = 100;
const AT_A_TIME = 8;

/**
 * Keeps every message that channels meet, in the order in which they met them. While the storage cannot be used they
 * wait; of a conversation with more than can wait, all are let go and it is read anew afterwards. A process that
 * ends loses none: the next one reads the conversations it takes over anew.
 */
@Injectable()
export class MessageInbox implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly waiting = new Map<string, MessageRequest[]>();
  private readonly incomplete = new Set<string>();
  private count = 0;
  private readonly loop = new Loop(
    RETRY_MS,
    () => this.drain(),
    (error) => {
      this.telemetry.keepingFailed(error);
    },
  );

  constructor(
    private readonly news: ConversationNews,
    private readonly messages: MessageStore,
    private readonly sessions: SessionStore,
    private readonly channels: GuestChannels,
    private readonly telemetry: MessagesTelemetry,
  ) {
    telemetry.watchWaiting(() => this.count);
  }

  onModuleInit(): void {
    this.news.follow({
      onMessage: (conversationId, message) => {
        this.add(conversationId, { message });
      },
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Keeps what waits, if that is possible at once. */
  async onModuleDestroy(): Promise<void> {
    this.loop.wake();
    await this.loop.stop();
  }

  /** Keeps a message, and what is to be recorded with it, as soon as that is possible. */
  add(conversationId: string, request: MessageRequest): void {
    if (this.incomplete.has(conversationId)) {
      this.reportLost(conversationId, [request]);
      return;
    }
    const messages = this.waiting.get(conversationId) ?? [];
    if (messages.length >= MAX_PER_CONVERSATION || this.count >= MAX_WAITING) {
      this.letGo(conversationId, messages);
      this.reportLost(conversationId, [...messages, request]);
      return;
    }
    messages.push(request);
    this.waiting.set(conversationId, messages);
    this.count += 1;
    this.loop.wake();
  }

  private letGo(conversationId: string, messages: readonly MessageRequest[]): void {
    this.waiting.delete(conversationId);
    this.count -= messages.length;
    this.incomplete.add(conversationId);
    this.telemetry.overflowed(conversationId);
  }

  /** Messages are read anew; the record of an act is nowhere else. */
  private reportLost(conversationId: string, requests: readonly MessageRequest[]): void {
    const count = requests.filter(({ act }) => act !== undefined).length;
    if (count > 0) this.telemetry.actsLost(count, conversationId);
  }

  private async drain(): Promise<void> {
    while (this.waiting.size > 0) {
      const some = [...this.waiting.keys()].slice(0, AT_A_TIME);
      const results = await Promise.allSettled(some.map((conversationId) => this.keepSome(conversationId)));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
    for (const conversationId of this.incomplete) await this.reread(conversationId);
  }

  /** What could not be kept is still the first that waits. */
  private async keepSome(conversationId: string): Promise<void> {
    const messages = (this.waiting.get(conversationId) ?? []).slice(0, BATCH);
    const added = await this.messages.keep(conversationId, messages);
    this.telemetry.keptSome(added);
    const waiting = this.waiting.get(conversationId);
    // Let go meanwhile.
    if (waiting === undefined) return;
    waiting.splice(0, messages.length);
    this.count -= messages.length;
    if (waiting.length === 0) this.waiting.delete(conversationId);
    // The next turn is somebody else's.
    else this.moveToEnd(conversationId, waiting);
  }

  private moveToEnd(conversationId: string, messages: MessageRequest[]): void {
    this.waiting.delete(conversationId);
    this.waiting.set(conversationId, messages);
  }

  private async reread(conversationId: string): Promise<void> {
    const session = await this.sessions.find(conversationId);
    this.incomplete.delete(conversationId);
    if (session?.state !== 'active') return;
    try {
      this.channels.get(session.snapshot.channel).messaging?.reread(session.snapshot);
    } catch (error) {
      this.telemetry.rereadingFailed(error, conversationId);
    }
  }
}
