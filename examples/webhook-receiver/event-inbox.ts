import SqliteFile, { type Database, type Statement } from 'better-sqlite3';
import type { ReceivedEvent } from './received-event';

const SCHEMA = `
  create table if not exists event (
    id text primary key,
    type text not null,
    conversation_id text,
    sequence integer,
    body text not null,
    received_at integer not null
  ) strict;
  create index if not exists event_position on event (conversation_id, sequence);
  create index if not exists event_age on event (received_at);
`;
/** Longer than the seven days for which the service keeps deliveries, so that each repeated event is recognized. */
const RETENTION_MS = 30 * 86_400_000;
/** Bound of the work that one event may cause, after a pause of days too. */
const REMOVED_AT_ONCE = 100;
/** Well below the 15 seconds after which the service ends an attempt. */
const LOCK_TIMEOUT_MS = 5_000;

/** `late`: not newer than the last stored event of the conversation; stored, and not applied. */
export type Outcome = 'applied' | 'duplicate' | 'late';

/** Work of the application with an event, in the transaction that stores it. It throws to get the event again. */
export type Apply = (event: ReceivedEvent, database: Database) => void;

/**
 * Inbox of events in a SQLite file, unique by the id of the event. It is for the events of one webhook, because another
 * webhook numbers them independently.
 *
 * An event and the work of `apply` are committed in one transaction: after an error or a crash neither has happened,
 * and the next attempt of the delivery makes both. Work elsewhere, such as a request, has to be idempotent by the id.
 */
export class EventInbox {
  private readonly database: Database;
  private readonly insert: Statement;
  private readonly notOlder: Statement;
  private readonly removeOld: Statement;

  constructor(
    path: string,
    private readonly apply: Apply,
    private readonly now: () => number = Date.now,
  ) {
    this.database = new SqliteFile(path, { timeout: LOCK_TIMEOUT_MS });
    this.database.pragma('journal_mode = WAL');
    // A commit must be on the disk before the service is told to forget the event.
    this.database.pragma('synchronous = FULL');
    this.database.exec(SCHEMA);
    this.insert = this.database.prepare(
      'insert into event (id, type, conversation_id, sequence, body, received_at) values (?, ?, ?, ?, ?, ?) on conflict (id) do nothing',
    );
    this.notOlder = this.database.prepare(
      'select 1 from event where conversation_id = ? and sequence >= ? limit 1',
    );
    this.removeOld = this.database.prepare(
      'delete from event where rowid in (select rowid from event where received_at < ? order by received_at limit ?)',
    );
  }

  /** Durable once it returns. Throws when the event could not be stored or applied. */
  add(event: ReceivedEvent): Outcome {
    return this.database.transaction(() => this.addWithin(event)).immediate();
  }

  /** Bodies of the stored events of a conversation, by their sequence. */
  bodiesOf(conversationId: string): string[] {
    return this.database
      .prepare<[string], string>('select body from event where conversation_id = ? order by sequence')
      .pluck()
      .all(conversationId);
  }

  close(): void {
    this.database.close();
  }

  private addWithin(event: ReceivedEvent): Outcome {
    const { id, type, position, body } = event;
    const isLate = this.isLate(event);
    const receivedAt = this.now();
    const { changes } = this.insert.run(
      ...[id, type, position?.conversationId ?? null, position?.sequence ?? null, body, receivedAt],
    );
    if (changes === 0) return 'duplicate';
    this.removeOld.run(receivedAt - RETENTION_MS, REMOVED_AT_ONCE);
    if (isLate) return 'late';
    this.apply(event, this.database);
    return 'applied';
  }

  /** A missing number delays nothing: the service has given that event up, and goes on with the next one. */
  private isLate({ position }: ReceivedEvent): boolean {
    if (position === undefined) return false;
    return this.notOlder.get(position.conversationId, position.sequence) !== undefined;
  }
}
