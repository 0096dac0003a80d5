import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../../metrics/metrics';
import type { FactOutcome } from '../../session/ports/fact-intake';
import type { EventForm, IgnoredReason } from './event-envelope';

/** The way by which an event arrived. */
export type EventSource = 'http' | 'socket';

/** `without-fact`: the event states nothing new. `repeated`: the same event was taken before. */
export type EventOutcome =
  FactOutcome | IgnoredReason | 'without-fact' | 'repeated' | 'not-stored' | 'refused-data';

/** Metrics and log lines of the events of Genesys Cloud. They contain no names, attributes and notes. */
@Injectable()
export class PlatformEventsTelemetry {
  private readonly log = new Logger('PlatformEvents');
  private readonly events;
  private readonly lateMatches;
  private readonly forms = new Set<string>();

  constructor(metrics: Metrics) {
    this.events = metrics.counter('platform_events_total', 'Events of Genesys Cloud by source and outcome', [
      'source',
      'outcome',
    ]);
    this.lateMatches = metrics.counter(
      'platform_facts_waiting_total',
      'Facts that waited for the session of their conversation, by outcome',
      ['outcome'],
    );
  }

  taken(source: EventSource, outcome: EventOutcome): void {
    this.events.inc({ source, outcome });
  }

  unmatched(outcome: 'matched' | 'unknown-conversation' | 'no-room'): void {
    this.lateMatches.inc({ outcome });
  }

  /** Logs each form of delivery once, because the documentation leaves open which of them arrive. */
  formSeen(source: EventSource, form: EventForm, kind: string): void {
    const key = `${source} ${form} ${kind}`;
    if (this.forms.has(key)) return;
    this.forms.add(key);
    this.log.log({ message: 'Platform events arrive', source, form, kind });
  }

  /** The event is repeated by its sender, or its facts are found by the next read of the conversation. */
  notStored(error: unknown): void {
    this.log.warn({ message: 'Platform event not stored', error });
  }

  /** A conversation that could not be read; a later read makes up for it. */
  notRead(error: unknown, conversationId: string): void {
    this.log.debug({ message: 'Conversation not reconciled', conversationId, error });
  }

  /** The OAuth client may not read conversations, so that missed events stay unknown. */
  readingForbidden(error: unknown): void {
    this.log.warn({
      message: 'Conversations cannot be reconciled; the role needs analytics:conversationDetail:view',
      error,
    });
  }

  /** An event that the database will never store. */
  refused(error: unknown): void {
    this.log.error({ message: 'Platform event refused by the database', error });
  }
}
