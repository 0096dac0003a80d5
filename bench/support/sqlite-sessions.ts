import { join } from 'node:path';
import SqliteFile, { type Statement } from 'better-sqlite3';
import {
  type DurableSessions,
  type RelayEvent,
  type Reservation,
  SCHEMA,
  valuesOf,
} from './durable-sessions';

/** The durable relay's rows in a SQLite file: WAL, every commit synced. */
export class SqliteSessions implements DurableSessions {
  private readonly insertSession: Statement;
  private readonly settleEvent: Statement;
  private readonly activateSession: (event: RelayEvent) => void;

  constructor(folder: string) {
    const file = new SqliteFile(join(folder, 'durable-relay.db'));
    file.pragma('journal_mode = WAL');
    file.pragma('synchronous = FULL');
    file.exec(SCHEMA);
    this.insertSession = file.prepare('insert into session values (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.settleEvent = file.prepare('update session_event set delivered_at = ? where id = ?');
    const update = file.prepare("update session set state = 'active' where conversation_id = ?");
    const insert = file.prepare('insert into session_event values (?, ?, ?, null)');
    this.activateSession = file.transaction((event: RelayEvent) => {
      update.run(event.conversationId);
      insert.run(event.id, event.conversationId, JSON.stringify(event));
    });
  }

  reserve(session: Reservation): void {
    this.insertSession.run(...valuesOf(session));
  }

  activate(event: RelayEvent): void {
    this.activateSession(event);
  }

  settle(eventId: string): void {
    this.settleEvent.run(Date.now(), eventId);
  }
}
