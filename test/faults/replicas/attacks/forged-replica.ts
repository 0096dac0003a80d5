import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { administrate } from '../../../support/postgres';
import { bearer } from '../../../support/callers';
import type { Attack, AttackPlan } from './attack';
import { type AttackFigures, AttackTally } from './attack-tally';
import { atPace, turnOf } from './pace';
import { PlainClient } from './plain-client';

/** The victim sends messages as guests do. */
const MESSAGES = { perSecond: 2, atMost: 20 };
/** The rows are forged again, because replicas correct the rows that they hold. */
const PLANTINGS = { perSecond: 0.2, atMost: 1 };

/**
 * Attacks the promise that a replica sends keys and guests' texts to other replicas only: an attacker that can write
 * to the database becomes the holder of a session. Its listener must receive nothing.
 */
export class ForgedReplica implements Attack {
  readonly name = 'forged-replica';
  private readonly id = randomUUID();

  constructor(private readonly plan: AttackPlan) {}

  async run(signal: AbortSignal): Promise<AttackFigures> {
    const { replicas, planted, victimKey, victimText } = this.plan;
    // The victim receives its own text, which is not a leak.
    const tally = new AttackTally(this.name, []);
    const listener = await this.listen(tally);
    try {
      await this.plant((listener.address() as AddressInfo).port);
      await using client = new PlainClient(tally, signal);
      const headers = { ...bearer(victimKey), 'content-type': 'application/json' };
      const body = JSON.stringify({ text: victimText });
      await Promise.all([
        atPace(PLANTINGS, signal, () => this.take()),
        atPace(MESSAGES, signal, async (index) => {
          const path = `/v1/sessions/${turnOf(planted, index).conversationId}/messages`;
          const url = turnOf(replicas, Math.floor(index / planted.length));
          await client.ask(url, { method: 'POST', path, headers, body });
        }),
      ]);
    } finally {
      await this.uproot();
      const closed = once(listener, 'close');
      listener.close();
      await closed;
    }
    return tally.figures;
  }

  private async listen(tally: AttackTally): Promise<Server> {
    const { victimKey, victimText } = this.plan;
    const server = createServer((socket) => {
      let received = '';
      tally.found('a replica connected to the address of a forged row');
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        received = (received + chunk.toString('latin1')).slice(-64 * 1024);
        if (received.includes(victimKey)) tally.found('the listener received the key of the victim');
        if (received.includes(victimText)) tally.found('the listener received the words of a guest');
        if (received.includes('\r\n\r\n')) socket.end('HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  /** Copies the row of a working replica, so that the forger only has to know these columns. */
  private async plant(port: number): Promise<void> {
    const forged = { id: this.id, address: `http://127.0.0.1:${port}`, lease_until: Date.now() + 86_400_000 };
    await this.change(`insert into replica select (jsonb_populate_record(r, '${JSON.stringify(forged)}')).*
      from replica r where is_lost = 0 limit 1`);
  }

  private async take(): Promise<void> {
    const ids = this.plan.planted.map(({ conversationId }) => `'${conversationId}'`).join();
    await this.change(`update session set holder = '${this.id}' where conversation_id in (${ids})`);
  }

  /** Releases the sessions, as those of a replica that has ended. */
  private async uproot(): Promise<void> {
    await this.change(`update session set holder = '' where holder = '${this.id}'`);
    await this.change(`delete from replica where id = '${this.id}'`);
  }

  private async change(statement: string): Promise<void> {
    await administrate(this.plan.databaseUrl, statement);
  }
}
