import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { World } from '../../src/world';
import { ApiClient } from './api-client';
import { aCaller, keysOf, limitedTo, type TestCaller } from './callers';
import { freePort } from './free-port';
import { LogCapture } from './log-capture';
import { administrate, createDatabase, type TestDatabase } from './postgres';

/** A caller's share of the requests that a replica forwards. */
export const FORWARDED_PER_CALLER = 4;

/** The expiry warning is sent a second after the session is configured, once. */
const DEPLOYMENT = { sessionDurationSeconds: 86_401 };

export const CALLERS = {
  operator: aCaller('operator'),
  /** A caller that opens no session and may not access those of others. */
  stranger: aCaller('stranger', ['messages.write']),
  reader: aCaller('reader', ['sessions.read', 'sessions.any']),
  crowd: aCaller('crowd', ['messages.write', 'sessions.any']),
  /** A caller for one test of quotas, because used quota stays used. */
  metered: limitedTo(60, aCaller('metered', ['messages.write', 'sessions.any'])),
};

/** Two replicas in this process on one PostgreSQL. The first one opens the sessions and is their holder. */
export class ReplicaPair implements AsyncDisposable {
  readonly here: ApiClient;
  readonly there: ApiClient;

  private constructor(
    readonly world: World,
    readonly logs: LogCapture,
    private readonly other: NestFastifyApplication,
    otherUrl: string,
    private readonly database: TestDatabase,
  ) {
    this.here = new ApiClient(world.url, CALLERS.operator.headers);
    this.there = new ApiClient(otherUrl, CALLERS.operator.headers);
  }

  /** Starts both with these settings too. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<ReplicaPair> {
    const database = await createDatabase();
    const [port, otherPort] = [await freePort(), await freePort()];
    const logs = new LogCapture();
    const environment = {
      ...keysOf(...Object.values(CALLERS)),
      DATABASE_URL: database.url,
      GENESYS_CHANNEL: 'web-messaging',
      SESSION_EXPIRY_WARNING_SECONDS: '86400',
      HEARTBEAT_MAX_INTERVAL_MS: '1000',
      HEARTBEAT_MIN_INTERVAL_MS: '200',
      REPLICA_FORWARDED_PER_CALLER: String(FORWARDED_PER_CALLER),
      PORT: String(port),
      ...settings,
    };
    const genesys = { webMessaging: { deployments: [DEPLOYMENT] } };
    const world = await World.start({ logOutput: logs, webMessaging: true, genesys, environment });
    const otherEnvironment = readEnvironment({ ...world.environment, PORT: String(otherPort) });
    const other = await createApp(otherEnvironment, { logOutput: new LogCapture() });
    await other.listen({ host: '127.0.0.1', port: otherPort });
    return new ReplicaPair(world, logs, other, `http://127.0.0.1:${otherPort}`, database);
  }

  /** Returns a client of the replica that does not hold the sessions. */
  thereAs({ headers }: TestCaller): ApiClient {
    return new ApiClient(this.there.url, headers);
  }

  /** Opens a session with the first replica as its holder. */
  async opened(): Promise<{ id: string; guest: GuestSession }> {
    const { body } = await this.here.open();
    const guest = this.world.genesys.webMessaging.session(String(body['guestIdToken']));
    if (guest === undefined) throw new Error('The guest is not known upstream.');
    return { id: String(body['conversationId']), guest };
  }

  query(statement: string): Promise<Record<string, unknown>[]> {
    return administrate(this.database.url, statement);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.other.close();
    await this.world[Symbol.asyncDispose]();
    await this.database.drop();
  }
}
