import { randomBytes, randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';
import { openBody } from '../../src/genesys/conversations-messaging/bodies';
import type { DurableSessions, RelayEvent, Reservation } from '../support/durable-sessions';
import { serve } from '../support/ipc';
import { PostgresSessions } from '../support/postgres-sessions';
import { type Asked, listenForOpenings, type Relayed } from '../support/relay-server';
import { type UsageCommands, usageHandlers } from '../support/relay-usage';
import { SqliteSessions } from '../support/sqlite-sessions';
import { BareUpstream } from '../support/upstream';
import type { Simulators } from './simulators';

/** The place of the rows: a folder for a SQLite file, or an empty database on a PostgreSQL server. */
export type RelayStorage = { readonly folder: string } | { readonly databaseUrl: string };

export interface DurableRelayCommands extends UsageCommands {
  /** Starts listening; returns the address for openings. */
  start: { input: { simulators: Simulators; storage: RelayStorage }; output: string };
}

/** Number of connections to the CRM, as in the service. */
const CRM_CONNECTIONS = 64;

/**
 * The least that an opening has to do where nothing may be lost: a commit before the upstream call, one before the
 * answer, and one after the CRM has accepted the event. It recovers nothing after a crash, and retries nothing.
 */
class DurableRelay {
  private readonly agent = new Agent({ connections: CRM_CONNECTIONS, pipelining: 1 });

  constructor(
    private readonly sessions: DurableSessions,
    private readonly upstream: BareUpstream,
    private readonly crmUrl: string,
  ) {}

  async open(asked: Asked): Promise<Relayed> {
    const session: Reservation = {
      ...asked,
      conversationId: randomUUID(),
      guestToken: `jwt_${randomBytes(16).toString('hex')}`,
      createdAt: Date.now(),
    };
    await this.sessions.reserve(session);
    const { status, text } = await this.upstream.send('POST', '', openBody(session));
    if (status !== 200) return { status, text };
    const event: RelayEvent = {
      id: randomUUID(),
      conversationId: session.conversationId,
      timestamp: new Date().toISOString(),
    };
    await this.sessions.activate(event);
    return { status, text, afterwards: () => this.deliver(event) };
  }

  private async deliver(event: RelayEvent): Promise<void> {
    const { statusCode, body } = await request(this.crmUrl, {
      method: 'POST',
      dispatcher: this.agent,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`The CRM answered an event with ${statusCode}`);
    await this.sessions.settle(event.id);
  }
}

serve<DurableRelayCommands>({
  start: async ({ simulators, storage }) => {
    const sessions =
      'folder' in storage
        ? new SqliteSessions(storage.folder)
        : await PostgresSessions.open(storage.databaseUrl);
    const relay = new DurableRelay(sessions, await BareUpstream.logIn(simulators), simulators.crmUrl);
    return listenForOpenings((asked) => relay.open(asked));
  },
  ...usageHandlers(),
});
