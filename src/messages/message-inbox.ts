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
/** Maximum number of messages per write, and of conversations written concurrently. */
const BATCH = 100;
const AT_A_TIME = 8;

/**
 * Stores every message that channels receive, in the order of arrival. During a database outage they wait; if too
 * many of a conversation wait, all of them are dropped and it is reread afterwards. A message that the storage
 * refuses is set aside, and a failing conversation does not block others. A crash loses no message: the next process
 * rereads the conversations that it takes over.
 */
@Injectable()
export class MessageInbox implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly waiting = new Map<string, MessageRequest[]>();
  private readonly incomplete = new Set<string>();
  /** The first waiting messages, while it is undecided whether they are stored. */
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

  /** Stores waiting messages if that is possible at once. */
  async onModuleDestroy(): Promise<void> {
    this.loop.wake();
    await this.loop.stop();
  }

  /** Stores a message, and its audit record, as soon as possible. */
  add(conversationId: string, request: MessageRequest): void {
    if (this.incomplete.has(conversationId)) {
      this.reportLost(conversationId, [request]);
      return;
    }
    const messages = this.waiting.get(conversationId) ?? [];
    if (messages.length >= MAX_PER_CONVERSATION || this.count >= MAX_WAITING) {
      this.letGo(conversationId, messages);
      // Messages in flight may be stored: they are reported if they are not.
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

  /** Messages can be reread; the audit record of an act exists nowhere else. */
  private reportLost(
    conversationId: string,
    requests: readonly MessageRequest[],
    reason: 'overflow' | 'refused' = 'overflow',
  ): void {
    const count = requests.filter(({ act }) => act !== undefined).length;
    if (count > 0) this.telemetry.actsLost(reason, count, conversationId);
  }

  /** Skips a failing conversation until the next run; throws the first failure at the end. */
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

  /** Messages that could not be stored keep their place at the front. */
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
    // Lets another conversation go next.
    if (waiting !== undefined) this.moveToEnd(conversationId, waiting);
  }

  /** Stores them together, or one by one if they are refused together. */
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

  /** Removes the first waiting messages, unless all of the conversation were dropped meanwhile. */
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

  /** Undefined also for a session that cannot be read, so that the others are reread. */
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
