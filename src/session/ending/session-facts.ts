import { Injectable } from '@nestjs/common';
import { isConversationId } from '../domain/conversation-id';
import type { PlatformFact } from '../domain/platform-fact';
import type { Session } from '../domain/session';
import { FactIntake, type FactOutcome, type ReportedConversation } from '../ports/fact-intake';
import { SessionStore } from '../ports/session.store';
import { SessionEnding } from './session-ending';

/** Stores the facts of Genesys Cloud with the session that they are about, whichever replica holds it. */
@Injectable()
export class SessionFacts extends FactIntake {
  constructor(
    private readonly sessions: SessionStore,
    private readonly ending: SessionEnding,
  ) {
    super();
  }

  async take(reported: ReportedConversation, facts: readonly PlatformFact[]): Promise<FactOutcome> {
    const session = await this.find(reported);
    if (session === undefined) return 'unknown-conversation';
    if (session.state === 'connecting') return 'opening';
    const changed = await this.ending.observe(session.conversationId, reported.genesysConversationId, facts);
    return changed ? 'recorded' : 'known';
  }

  private async find({
    genesysConversationId,
    conversationId,
  }: ReportedConversation): Promise<Session | undefined> {
    const known = await this.sessions.findByGenesysConversationId(genesysConversationId);
    if (known !== undefined || conversationId === undefined || !isConversationId(conversationId))
      return known;
    const named = await this.sessions.find(conversationId);
    // Participant data can be set by others: they cannot claim a session whose conversation is another one.
    const isFree = named?.snapshot.genesysConversationId === undefined;
    return isFree ? named : undefined;
  }
}
