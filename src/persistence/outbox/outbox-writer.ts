import { Injectable } from '@nestjs/common';
import type { SessionEvent } from '../../session/domain/session-event';
import { EventSinks } from '../../sync/ports/event-sinks';
import { CommitSignal } from '../../common/commit-signal';
import type { DeliveryTable, SessionEventTable } from '../database/database';
import { prepared } from '../database/prepared';
import { queueingBehindWaiting } from './delivery-queue';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { toDeliveryRow, toEventRow } from '../session/session.mapper';
import type { Work } from '../database/work';

const insertingEvents = prepared((db, { rows }: { readonly rows: readonly SessionEventTable[] }) =>
  db.insertInto('session_event').values(rows),
);

const insertingDeliveries = prepared((db, { rows }: { readonly rows: readonly DeliveryTable[] }) =>
  db.insertInto('delivery').values(rows),
);

/** Writes events and one delivery of each per sink, in the transaction of the change; signals after the commit. */
@Injectable()
export class OutboxWriter {
  constructor(
    private readonly sinks: EventSinks,
    private readonly commits: CommitSignal,
    private readonly guests: GuestDataEncryption,
  ) {}

  write(work: Work, events: readonly SessionEvent[]): void {
    if (events.length === 0) return;
    const rows = events.map((event) => this.guests.encryptEvent(toEventRow(event)));
    work.send(insertingEvents(work, { rows }));
    const deliveries = events.flatMap((event) => this.sinks.names.map((sink) => toDeliveryRow(event, sink)));
    if (deliveries.length === 0) return;
    work.send(insertingDeliveries(work, { rows: deliveries }));
    work.send(...queueingBehindWaiting(work, events));
    work.afterCommit(() => {
      this.commits.notify('outbox');
    });
  }
}
