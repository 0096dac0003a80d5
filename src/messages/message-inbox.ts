import {
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { DataRefusedError } from '../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { Loop } from '../common/time/loop';
import type { Session } from '../session/domain/session';
import { ConversationEvents } from '../session/ports/conversation-events';
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
 * wait; of a conversation with more than can wait, all are let go and it is read again afterwards. A message that the
 * storage refuses is set aside, and a conversation that fails holds up no other. A process that ends loses none: the
 * next one reads the conversations it takes over again.
 */
@Injectable()
export class MessageInbox implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly waiting = new Map<string, MessageRequest[]>();
  private readonly incomplete = new Set<string>();
  /** The first that wait, as far as it is not decided yet whether they are kept. */
  private readonly inFlight = new Map<string, MessageRequest[]>();
  private count = 0;
  private readonly loop = new Loop(
    RETRY_MS,
    () => this.drain(),
    (error) => {
      this.telemetry.keepingFailed(error);
    },
  );

  constructor(
    private readonly events: ConversationEvents,
    private readonly messages: MessageStore,
    private readonly sessions: SessionStore,
    private readonly channels: GuestChannels,
    private readonly telemetry: MessagesTelemetry,
  ) {
    telemetry.watchWaiting(() => this.count);
  }

  onModuleInit(): void {
    this.events.follow({
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
      // Those in flight may be kept: they are reported when they are not.
      const undecided = this.inFlight.get(conversationId)?.length ?? 0;
      this.reportLost(conversationId, [...messages.slice(undecided), request]);
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

  /** Messages are read again; the record of an act is nowhere else. */
  private reportLost(
    conversationId: string,
    requests: readonly MessageRequest[],
    reason: 'overflow' | 'refused' = 'overflow',
  ): void {
    const count = requests.filter(({ act }) => act !== undefined).length;
    if (count > 0) this.telemetry.actsLost(reason, count, conversationId);
  }

  /** A conversation that fails is passed over until the next run; the first failure is thrown at the end. */
  private async drain(): Promise<void> {
    const failures = new Map<string, unknown>();
    for (;;) {
      const some = this.nextExcept(failures);
      if (some.length === 0) break;
      const results = await Promise.allSettled(some.map((conversationId) => this.keepSome(conversationId)));
      results.forEach((result, index) => {
        if (result.status === 'rejected') failures.set(some[index] ?? '', result.reason);
      });
      const failure = [...failures.values()].find((reason) => reason instanceof StorageUnavailableError);
      if (failure !== undefined) throw failure;
    }
    for (const conversationId of this.incomplete) await this.reread(conversationId);
    for (const failure of failures.values()) throw failure;
  }

  private nextExcept(failed: ReadonlyMap<string, unknown>): string[] {
    const some: string[] = [];
    for (const conversationId of this.waiting.keys()) {
      if (some.length === AT_A_TIME) break;
      if (!failed.has(conversationId)) some.push(conversationId);
    }
    return some;
  }

  /** What could not be kept is still the first that waits. */
  private async keepSome(conversationId: string): Promise<void> {
    const messages = (this.waiting.get(conversationId) ?? []).slice(0, BATCH);
    this.inFlight.set(conversationId, [...messages]);
    try {
      await this.keepEach(conversationId, messages);
    } finally {
      const undecided = this.inFlight.get(conversationId) ?? [];
      this.inFlight.delete(conversationId);
      if (this.incomplete.has(conversationId)) this.reportLost(conversationId, undecided);
    }
    const waiting = this.waiting.get(conversationId);
    // The next turn is that of another conversation.
    if (waiting !== undefined) this.moveToEnd(conversationId, waiting);
  }

  /** Together, or one by one when they are refused together. */
  private async keepEach(conversationId: string, messages: readonly MessageRequest[]): Promise<void> {
    try {
      await this.keep(conversationId, messages);
    } catch (error) {
      if (!(error instanceof DataRefusedError)) throw error;
      for (const message of messages) await this.keepOrSetAside(conversationId, message);
    }
  }

  private async keepOrSetAside(conversationId: string, request: MessageRequest): Promise<void> {
    try {
      await this.keep(conversationId, [request]);
    } catch (error) {
      if (!(error instanceof DataRefusedError)) throw error;
      this.telemetry.refused(error, conversationId, request.message.id);
      this.reportLost(conversationId, [request], 'refused');
      this.remove(conversationId, [request]);
    }
  }

  private async keep(conversationId: string, messages: readonly MessageRequest[]): Promise<void> {
    const added = await this.messages.keep(conversationId, messages);
    this.telemetry.keptSome(added);
    this.remove(conversationId, messages);
  }

  /** Takes away the first that wait, unless all of the conversation were let go meanwhile. */
  private remove(conversationId: string, messages: readonly MessageRequest[]): void {
    this.inFlight.get(conversationId)?.splice(0, messages.length);
    const waiting = this.waiting.get(conversationId);
    if (waiting === undefined || waiting[0] !== messages[0]) return;
    waiting.splice(0, messages.length);
    this.count -= messages.length;
    if (waiting.length === 0) this.waiting.delete(conversationId);
  }

  private moveToEnd(conversationId: string, messages: MessageRequest[]): void {
    this.waiting.delete(conversationId);
    this.waiting.set(conversationId, messages);
  }

  private async reread(conversationId: string): Promise<void> {
    const session = await this.find(conversationId);
    this.incomplete.delete(conversationId);
    if (session?.state !== 'active') return;
    try {
      this.channels.get(session.snapshot.channel).messaging?.reread(session.snapshot);
    } catch (error) {
      this.telemetry.rereadingFailed(error, conversationId);
    }
  }

  /** Undefined also for a session that cannot be read: it must not keep the others from being read again. */
  private async find(conversationId: string): Promise<Session | undefined> {
    try {
      return await this.sessions.find(conversationId);
    } catch (error) {
      if (error instanceof StorageUnavailableError) throw error;
      this.telemetry.rereadingRefused(error, conversationId);
      return undefined;
    }
  }
}
