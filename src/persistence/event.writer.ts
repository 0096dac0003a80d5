import { Injectable } from '@nestjs/common';
import type { SessionEvent } from '../session/domain/session-event';
import { EventSinks } from '../sync/ports/event-sinks';
import { OutboxBell } from '../sync/ports/outbox-bell';
import { queueBehindWaiting } from './delivery.queue';
import { toDeliveryRow, toEventRow } from './session.mapper';
import type { Work } from './unit-of-work';

/** Writes events and a delivery of each per sink, in the transaction of what they tell; rings once that has committed. */
@Injectable()
export class EventWriter {
  constructor(
    private readonly sinks: EventSinks,
    private readonly bell: OutboxBell,
  ) {}

  async write(work: Work, events: readonly SessionEvent[]): Promise<void> {
    if (events.length === 0) return;
    await work.db.insertInto('session_event').values(events.map(toEventRow)).execute();
    const deliveries = events.flatMap((event) => this.sinks.names.map((sink) => toDeliveryRow(event, sink)));
    if (deliveries.length === 0) return;
    await work.db.insertInto('delivery').values(deliveries).execute();
    await queueBehindWaiting(work.db, events);
    work.afterCommit(() => {
      this.bell.ring();
    });
  }
}
