import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { UpstreamForbiddenError } from '../../common/errors/upstream.errors';
import { BoundedMap } from '../../common/bounded-map';
import { Clock } from '../../common/time/clock';
import { GenesysConfig } from '../../config/genesys.config';
import type { Conversation } from '../../session/ports/conversation';
import { GenesysApiClient } from '../transport/genesys-api-client';
import { ConversationStates } from './conversation-states';
import { PlatformEventsTelemetry } from './platform-events.telemetry';
import { ObservedStates } from './observed-states';
import { SnapshotIntake } from './snapshot-intake';

/** Shorter than the longest interval of beats: each of those reads, budget permitting. */
const READ_EVERY_MS = 25_000;
/** Reads of 5 s share requests, so that many conversations cost few of them. */
const COLLECT_MS = 5_000;
/** An OAuth client without the permission is asked again after this time. */
const REFUSED_FOR_MS = 600_000;
const MAX_CONVERSATIONS = 50_000;

/**
 * Reads the conversations of channels whose beats do not: an event may be missed, and an agent's end is no event at all where
 * the deployment sends none. Each is read about twice a minute, many in one request, with the lowest priority of the
 * budget and only by reads. Whatever was missed in a gap of the notification socket is found by the next read.
 */
@Injectable()
export class ConversationReconciler implements BeforeApplicationShutdown {
  private readonly states: ConversationStates;
  private readonly observed: ObservedStates;
  private readonly readAt = new BoundedMap<string, number>(MAX_CONVERSATIONS);
  private pausedUntil = -Infinity;

  constructor(
    api: GenesysApiClient,
    config: GenesysConfig,
    clock: Clock,
    snapshots: SnapshotIntake,
    private readonly telemetry: PlatformEventsTelemetry,
  ) {
    this.states = new ConversationStates(api, config, clock, {
      operation: 'reconcile',
      collectMs: COLLECT_MS,
    });
    this.observed = new ObservedStates(this.states, snapshots);
  }

  /** Call it at each beat; reads the conversation if it is due. Never rejects. */
  async reconcile(
    genesysConversationId: string,
    { conversationId, oauthClient }: Conversation,
    signal: AbortSignal,
  ): Promise<void> {
    const now = performance.now();
    const isDue = now - (this.readAt.get(conversationId) ?? -Infinity) >= READ_EVERY_MS;
    if (!isDue || now < this.pausedUntil) return;
    this.readAt.set(conversationId, now);
    try {
      await this.observed.read(genesysConversationId, oauthClient, signal);
    } catch (error) {
      // The next beat tries again.
      this.readAt.delete(conversationId);
      if (!signal.aborted) this.onFailure(error, conversationId, now);
    }
  }

  private onFailure(error: unknown, conversationId: string, now: number): void {
    if (!(error instanceof UpstreamForbiddenError)) {
      this.telemetry.notRead(error, conversationId);
      return;
    }
    if (this.pausedUntil <= now) this.telemetry.readingForbidden(error);
    this.pausedUntil = now + REFUSED_FOR_MS;
  }

  /** Events may have been missed: each conversation is due with its next beat. */
  readAll(): void {
    this.readAt.clear();
  }

  beforeApplicationShutdown(): void {
    this.states.beforeApplicationShutdown();
  }
}
