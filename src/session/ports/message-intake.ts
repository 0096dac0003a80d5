import type { ConversationMessage } from '../domain/conversation-message';
import type { Conversation } from './conversation';

/** `kept`: stored now. `repeated`: it was stored before. `unknown-guest`: no session has that address. */
export type IntakeOutcome =
  | { readonly kind: 'kept' | 'repeated'; readonly conversation: Conversation }
  | { readonly kind: 'unknown-guest' };

/**
 * Messages that the upstream delivers to any process of the service, by the address of a guest. Unlike an event of
 * `ConversationEvents`, a message is durable once it is taken.
 *
 * Every method may throw `StorageUnavailableError`, and then may be called again.
 */
export abstract class MessageIntake {
  /**
   * Stores a message of the session that has this address and is not over; the event feed contains it from then on. Throws
   * `DataRefusedError` for a message that the database will never store.
   */
  abstract take(guestAddress: string, message: ConversationMessage): Promise<IntakeOutcome>;

  /** The conversation of the session that has this address and is not over. */
  abstract find(guestAddress: string): Promise<Conversation | undefined>;
}
