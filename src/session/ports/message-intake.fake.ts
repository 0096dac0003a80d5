import type { ConversationMessage } from '../domain/conversation-message';
import type { Conversation } from './conversation';
import { type IntakeOutcome, MessageIntake } from './message-intake';

/** Keeps messages in memory, for guests that the test has named. */
export class FakeMessageIntake extends MessageIntake {
  /** Conversations by the address of their guest. */
  readonly conversations = new Map<string, Conversation>();
  readonly messages: ConversationMessage[] = [];
  /** Error of the next calls. */
  failure: Error | undefined;

  async take(guestAddress: string, message: ConversationMessage): Promise<IntakeOutcome> {
    const conversation = await this.find(guestAddress);
    if (conversation === undefined) return { kind: 'unknown-guest' };
    const isRepeated = this.messages.some(({ id }) => id === message.id);
    if (!isRepeated) this.messages.push(message);
    return { kind: isRepeated ? 'repeated' : 'kept', conversation };
  }

  find(guestAddress: string): Promise<Conversation | undefined> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve(this.conversations.get(guestAddress));
  }
}
