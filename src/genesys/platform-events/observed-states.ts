import { Injectable } from '@nestjs/common';
import { type ConversationState, ConversationStates } from './conversation-states';
import { SnapshotIntake } from './snapshot-intake';

/** Reads conversations, and stores the facts that they show. */
@Injectable()
export class ObservedStates {
  constructor(
    private readonly states: ConversationStates,
    private readonly snapshots: SnapshotIntake,
  ) {}

  /**
   * The facts are durable once it resolves. Rejects with an `UpstreamError`, with `StorageUnavailableError`, or the reason
   * of the signal.
   */
  async read(
    genesysConversationId: string,
    oauthClient: string,
    signal: AbortSignal,
  ): Promise<ConversationState> {
    const state = await this.states.read(genesysConversationId, oauthClient, signal);
    if (state.kind === 'shown') await this.snapshots.take(state.snapshot);
    return state;
  }
}
