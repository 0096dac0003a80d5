import { Pool } from 'pg';
import {
  type DurableSessions,
  type RelayEvent,
  type Reservation,
  SCHEMA,
  valuesOf,
} from './durable-sessions';

/** Number of connections, as in the service. */
const CONNECTIONS = 10;

/** The durable relay's rows on a PostgreSQL server, with its default `synchronous_commit` as in the service. */
export class PostgresSessions implements DurableSessions {
  private constructor(private readonly pool: Pool) {}

  static async open(databaseUrl: string): Promise<PostgresSessions> {
    const pool = new Pool({ connectionString: databaseUrl, max: CONNECTIONS });
    await pool.query(SCHEMA);
    return new PostgresSessions(pool);
  }

  async reserve(session: Reservation): Promise<void> {
    await this.pool.query({
      name: 'reserve',
      text: 'insert into session values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
      values: valuesOf(session),
    });
  }

  async activate(event: RelayEvent): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      await client.query({
        name: 'activate',
        text: "update session set state = 'active' where conversation_id = $1",
        values: [event.conversationId],
      });
      await client.query({
        name: 'record',
        text: 'insert into session_event values ($1, $2, $3, null)',
        values: [event.id, event.conversationId, JSON.stringify(event)],
      });
      await client.query('commit');
    } finally {
      client.release();
    }
  }

  async settle(eventId: string): Promise<void> {
    await this.pool.query({
      name: 'settle',
      text: 'update session_event set delivered_at = $1 where id = $2',
      values: [Date.now(), eventId],
    });
  }
}
