import type { PlatformFact } from '../domain/platform-fact';

/** A conversation by the id that Genesys Cloud gave it, and by that of its session where the participant data have it. */
export interface ReportedConversation {
  readonly genesysConversationId: string;
  readonly conversationId?: string;
}

/**
 * `recorded`: something changed. `known`: all of it was stored before, or came too late to count. `opening`: the session is
 * being opened and takes facts once it is active. `unknown-conversation`: no session has this conversation.
 */
export type FactOutcome = 'recorded' | 'known' | 'opening' | 'unknown-conversation';

/**
 * Facts that Genesys Cloud reports about conversations, to any process of the service. A fact is durable once it is taken,
 * with the event and the end of the session that follow from it; repetitions and any order of arrival are harmless.
 */
export abstract class FactIntake {
  /** Takes facts in their order. May throw `StorageUnavailableError`, and then may be called again. */
  abstract take(conversation: ReportedConversation, facts: readonly PlatformFact[]): Promise<FactOutcome>;
}
