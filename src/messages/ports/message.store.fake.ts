import { DataRefusedError } from '../../common/errors/data-refused.errors';
import type { AuditFact } from '../../audit/domain/audit-record';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import { type MessageQuery, type MessageRequest, MessageStore } from './message.store';

/**
 * Messages in memory. `failures` are thrown first, one per call; messages with the ids in `refused` are always
 * refused.
 */
export class FakeMessageStore extends MessageStore {
  readonly failures: Error[] = [];
  readonly acts: AuditFact[] = [];
  readonly refused = new Set<string>();
  private readonly kept = new Map<string, MessageRequest[]>();

  /** The ids of the stored messages, in the order of arrival. */
  idsOf(conversationId: string): string[] {
    return this.of(conversationId).map(({ message }) => message.id);
  }

  async keep(conversationId: string, messages: readonly MessageRequest[]): Promise<number> {
    await this.pass();
    if (messages.some(({ message }) => this.refused.has(message.id))) throw new DataRefusedError('22021');
    this.acts.push(...messages.flatMap(({ act }) => act ?? []));
    const known = new Set(this.idsOf(conversationId));
    const added = messages.filter(({ message }) => !known.has(message.id));
    this.kept.set(conversationId, [...this.of(conversationId), ...added]);
    return added.length;
  }

  async find(conversationId: string, reference: string): Promise<MessageRequest | undefined> {
    await this.pass();
    return this.of(conversationId).find(({ message }) => message.reference === reference);
  }

  async list(conversationId: string, { limit }: MessageQuery): Promise<ConversationMessage[]> {
    await this.pass();
    return this.of(conversationId)
      .slice(0, limit)
      .map(({ message }) => message);
  }

  private of(conversationId: string): readonly MessageRequest[] {
    return this.kept.get(conversationId) ?? [];
  }

  private pass(): Promise<void> {
    const failure = this.failures.shift();
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  }
}
