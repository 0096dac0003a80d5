import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import type { EphemeralEvent } from '../../events/domain/stream-event';
import {
  type EphemeralEventBatch,
  EphemeralEventBus,
  type EphemeralEventPositions,
  SHOWN_FOR_MS,
} from '../../events/ports/ephemeral-event-bus';
import type { PassingBatchTable } from '../database/database';
import { databaseNow, ofFewLengths } from '../database/dialect';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { isUnreadable } from '../persistence.errors';
import { UnitOfWork } from '../database/unit-of-work';

type Row = Pick<Selectable<PassingBatchTable>, 'id' | 'source' | 'number' | 'body'>;

/** The state of a connection as replicas of the previous release publish it. */
type EarlierEvent = Omit<Extract<EphemeralEvent, { kind: 'connection' }>, 'kind'> & { readonly kind: 'line' };

/**
 * The bus in SQL. Rows of one source commit in the order of their numbers, since it writes one batch at a time; there
 * is no order among sources. An erasure leaves the rows alone: they hold no text of a guest, and expire within
 * minutes.
 */
@Injectable()
export class SqlEphemeralEventBus extends EphemeralEventBus {
  private readonly source = randomUUID();
  private number = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly guests: GuestDataEncryption,
    private readonly poison: PoisonMessageReporter,
  ) {
    super();
  }

  async publish(events: readonly EphemeralEvent[]): Promise<void> {
    const id = randomUUID();
    this.number += 1;
    const { source, number } = this;
    const body = this.guests.encryptEphemeral(JSON.stringify(events), id);
    await this.unitOfWork.query((db, dialect) =>
      db
        .insertInto('passing_batch')
        .values({ id, source, number, at: databaseNow(dialect), body })
        .execute(),
    );
  }

  async after(places: EphemeralEventPositions, limit: number): Promise<EphemeralEventBatch[]> {
    const rows = await this.unitOfWork.query((db, dialect) => {
      // A subquery is evaluated once and lets the index be used; the plain clock advances within a statement.
      const now = sql<number>`(select ${databaseNow(dialect)})`;
      let query = db
        .selectFrom('passing_batch')
        .select(['id', 'source', 'number', 'body'])
        .select(sql<number>`${now} - at`.as('age'))
        .where('at', '>=', sql<number>`${now} - ${SHOWN_FOR_MS}`)
        .where('source', '<>', this.source);
      for (const [source, number] of ofFewLengths([...places]))
        query = query.where((eb) => eb.or([eb('source', '<>', source), eb('number', '>', number)]));
      return query.orderBy('source').orderBy('number').limit(limit).execute();
    });
    return rows.map((row) => this.batchIn(row));
  }

  async purge(olderThanMs: number, limit: number): Promise<number> {
    const { numDeletedRows } = await this.unitOfWork.query((db, dialect) =>
      db
        .deleteFrom('passing_batch')
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('passing_batch as old')
            .select('old.id')
            .where('old.at', '<', sql<number>`(select ${databaseNow(dialect)}) - ${olderThanMs}`)
            .orderBy('old.at')
            .limit(limit),
        )
        .executeTakeFirstOrThrow(),
    );
    return Number(numDeletedRows);
  }

  private batchIn({ id, source, number, body, age }: Row & { readonly age: number }): EphemeralEventBatch {
    return { source, number, ageMs: age, events: this.eventsIn(id, body) };
  }

  /** Empty for a batch that cannot be read: readers continue after it. */
  private eventsIn(id: string, body: string): EphemeralEvent[] {
    try {
      const events = JSON.parse(this.guests.decryptEphemeral(body, id)) as (EphemeralEvent | EarlierEvent)[];
      return events.map((event) => (event.kind === 'line' ? { ...event, kind: 'connection' } : event));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.poison.report('ephemeral-events', id, error);
      return [];
    }
  }
}
