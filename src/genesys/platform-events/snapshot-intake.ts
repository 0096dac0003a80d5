import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { BoundedMap } from '../../common/bounded-map';
import { factKeyOf, type PlatformFact } from '../../session/domain/platform-fact';
import { FactIntake, type FactOutcome, type ReportedConversation } from '../../session/ports/fact-intake';
import type { ConversationSnapshot } from './conversation-snapshot';
import { factsBetween } from './snapshot-facts';

/** Participant data in which an opening message names its session. */
export const SESSION_ATTRIBUTE = 'guestSessionId';

/** More conversations than a process holds. */
const MAX_CONVERSATIONS = 50_000;

/** The facts of a snapshot, and the conversation that they are about. */
export interface SnapshotFacts {
  readonly reported: ReportedConversation;
  readonly facts: readonly PlatformFact[];
}

/**
 * Takes the facts of snapshots. Most snapshots of a conversation show what the one before them has shown: the database
 * is not asked for those, as far as this process remembers them.
 */
@Injectable()
export class SnapshotIntake {
  private readonly taken = new BoundedMap<string, string>(MAX_CONVERSATIONS);

  constructor(private readonly intake: FactIntake) {}

  /** Durable once it resolves. May reject with `StorageUnavailableError`. */
  async take(snapshot: ConversationSnapshot): Promise<FactOutcome> {
    const { reported, facts } = factsOf(snapshot);
    const id = reported.genesysConversationId;
    const digest = digestOf(facts);
    if (facts.length === 0 || this.taken.get(id) === digest) return 'known';
    const outcome = await this.intake.take(reported, facts);
    if (outcome === 'recorded' || outcome === 'known') this.taken.set(id, digest);
    return outcome;
  }
}

/** All facts that a snapshot shows. */
export function factsOf(snapshot: ConversationSnapshot): SnapshotFacts {
  const { conversationId: genesysConversationId, attributes } = snapshot;
  const conversationId = attributes[SESSION_ATTRIBUTE];
  return {
    reported: { genesysConversationId, ...(conversationId === undefined ? {} : { conversationId }) },
    facts: factsBetween(undefined, snapshot),
  };
}

function digestOf(facts: readonly PlatformFact[]): string {
  const hash = createHash('sha256');
  for (const fact of facts) hash.update(`${factKeyOf(fact)}\n`);
  return hash.digest('base64url').slice(0, 22);
}
