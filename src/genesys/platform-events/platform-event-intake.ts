import { Injectable } from '@nestjs/common';
import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { FactIntake, type FactOutcome } from '../../session/ports/fact-intake';
import { snapshotOf } from './conversation-snapshot';
import { detailFactOf } from './detail-event';
import type { DetailEvent, PlatformEvent, SnapshotEvent } from './event-envelope';
import { eventKeyOf } from './event-key';
import { type EventOutcome, type EventSource, PlatformEventsTelemetry } from './platform-events.telemetry';
import { RecentEvents } from './recent-events';
import { factsOf, SnapshotIntake, type SnapshotFacts } from './snapshot-intake';
import { UnmatchedFacts } from './unmatched-facts';

/** Senders repeat an event for up to a day; the facts stored with a session recognise it after this time. */
const REMEMBERED_MS = 600_000;
const MAX_REMEMBERED = 20_000;

/**
 * The one way of events of Genesys Cloud into the service, whichever way they arrive: the notification socket, EventBridge,
 * or a workflow. An event is durable with all that follows from it once it is taken; repetitions and any order are harmless.
 */
@Injectable()
export class PlatformEventIntake {
  private readonly recent = new RecentEvents(REMEMBERED_MS, MAX_REMEMBERED);

  constructor(
    private readonly intake: FactIntake,
    private readonly snapshots: SnapshotIntake,
    private readonly unmatched: UnmatchedFacts,
    private readonly telemetry: PlatformEventsTelemetry,
  ) {}

  /** Rejects with `StorageUnavailableError`, and then may be called again. */
  async take(event: PlatformEvent, source: EventSource): Promise<void> {
    try {
      this.telemetry.taken(source, await this.outcomeOf(event, source));
    } catch (error) {
      if (!(error instanceof DataRefusedError)) {
        this.telemetry.taken(source, 'not-stored');
        throw error;
      }
      // The same event would be refused again.
      this.telemetry.taken(source, 'refused-data');
      this.telemetry.refused(error);
    }
  }

  private outcomeOf(event: PlatformEvent, source: EventSource): Promise<EventOutcome> | EventOutcome {
    if (event.kind === 'ignored') return event.reason;
    this.telemetry.formSeen(source, event.form, event.kind);
    return event.kind === 'detail' ? this.takeDetail(event) : this.takeSnapshot(event);
  }

  private async takeDetail(event: DetailEvent): Promise<EventOutcome> {
    const fact = detailFactOf(event);
    if (fact === undefined) return 'without-fact';
    const key = eventKeyOf(event);
    if (this.recent.has(key)) return 'repeated';
    const facts = { reported: { genesysConversationId: event.conversationId }, facts: [fact] };
    const outcome = await this.intake.take(facts.reported, facts.facts);
    this.recent.add(key);
    return this.matched(outcome, facts);
  }

  private async takeSnapshot({ body, receivedAt }: SnapshotEvent): Promise<EventOutcome> {
    const snapshot = snapshotOf(body, receivedAt);
    if (snapshot === undefined) return 'malformed';
    return this.matched(await this.snapshots.take(snapshot), factsOf(snapshot));
  }

  private matched(outcome: FactOutcome, facts: SnapshotFacts): FactOutcome {
    if (outcome === 'opening' || outcome === 'unknown-conversation') this.unmatched.add(facts);
    return outcome;
  }
}
