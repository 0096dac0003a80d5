import { Injectable } from '@nestjs/common';
import { CommitSignal } from '../../common/commit-signal';
import { Clock } from '../../common/time/clock';
import { Spans } from '../../common/tracing/spans';
import { SyncConfig } from '../../config/sync.config';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import type { SessionEvent } from '../../session/domain/session-event';
import { EventSinks } from '../../sync/ports/event-sinks';
import type { DeliveryTable, SessionEventTable } from '../database/database';
import { insertingInto } from '../database/inserting-rows';
import type { Work } from '../database/work';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { toDeliveryRow, toEventRow } from '../session/session.mapper';
import { queueingBehindWaiting } from './delivery-queue';
import { lastSequenceOf, takeSequences } from './event-sequences';
import { type MessageOrigin, messageEventOf } from './message-event';

const insertingEvents = insertingInto<SessionEventTable>('session_event');
const insertingDeliveries = insertingInto<DeliveryTable>('delivery');

/** The events of a change with their final numbers, and the number of the event before them. */
export interface NumberedEvents {
  readonly events: readonly SessionEvent[];
  readonly behind: number;
}

/** Writes events and one delivery of each per sink, in the transaction of the change; signals after the commit. */
@Injectable()
export class OutboxWriter {
  constructor(
    private readonly sinks: EventSinks,
    private readonly commits: CommitSignal,
    private readonly guests: GuestDataEncryption,
    private readonly clock: Clock,
    private readonly config: SyncConfig,
  ) {}

  /**
   * Numbers the events of a change of a session behind the last one of its conversation. `known` is the last number that the
   * session has read: messages may have taken more. Locks the row of the session if that is possible.
   */
  async numbered(work: Work, events: readonly SessionEvent[], known: number): Promise<NumberedEvents> {
    const [first] = events;
    if (first === undefined || !this.readsNumbers(events)) return { events, behind: known };
    const behind = (await lastSequenceOf(work, first.conversationId)) ?? known;
    const taken = behind - known;
    return { events: events.map((event) => ({ ...event, sequence: event.sequence + taken })), behind };
  }

  /** Tells whether `numbered` reads the number of the last event. */
  readsNumbers(events: readonly SessionEvent[]): boolean {
    return this.config.includesMessages && events.length > 0;
  }

  /**
   * Writes new messages as events, if sinks get messages. Needs the lock of the session's row. Deliveries are due at once: the
   * upstream's time of a message may be in the future, or hours old after a reconnect.
   */
  async writeMessages(
    work: Work,
    origin: MessageOrigin,
    messages: readonly ConversationMessage[],
  ): Promise<void> {
    if (!this.config.includesMessages || this.sinks.names.length === 0 || messages.length === 0) return;
    const last = await takeSequences(work, origin.conversation_id, messages.length);
    const first = last - messages.length + 1;
    const events = messages.map((message, index) => messageEventOf(origin, message, first + index));
    this.write(work, events, this.clock.now());
  }

  /** Deliveries are due from `queuedAt`, or from the times of their events. */
  write(work: Work, events: readonly SessionEvent[], queuedAt?: number): void {
    if (events.length === 0) return;
    const { traceparent } = Spans;
    const rows = events.map((event) => this.guests.encryptEvent({ ...toEventRow(event), traceparent }));
    work.send(insertingEvents(work, { rows }));
    const deliveries = events.flatMap((event) =>
      this.sinks.names.map((sink) => toDeliveryRow(event, sink, queuedAt)),
    );
    if (deliveries.length === 0) return;
    work.send(insertingDeliveries(work, { rows: deliveries }));
    work.send(...queueingBehindWaiting(work, events));
    work.afterCommit(() => {
      this.commits.notify('outbox');
    });
  }
}
