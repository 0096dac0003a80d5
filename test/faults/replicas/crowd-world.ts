import { PoisonMessageReporter } from '../../../src/common/poison/poison-message-reporter';
import { dataKeyOf, newDataKey } from '../../../src/config/data-key-list';
import { StorageConfig } from '../../../src/config/storage.config';
import { DataCipher } from '../../../src/persistence/guest/data-cipher';
import { DatabaseConnection } from '../../../src/persistence/database/database-connection';
import { GuestDataEncryption } from '../../../src/persistence/guest/guest-data-encryption';
import { toRow } from '../../../src/persistence/session/session.mapper';
import { anActiveSession } from '../../../src/session/domain/session.builder';
import { freePort } from '../../support/free-port';
import { administrate } from '../../support/postgres';
import { PostgresServer } from '../../support/postgres-server';
import { ServiceProcess } from '../../support/service-process';
import { COLLECTS_ON_SIGNAL } from './garbage-collection';
import { NullUpstream } from './null-upstream';

const REPLICAS = 3;
/** Counts the statements of the database. */
const STATEMENTS = 'pg_stat_statements';

export interface CrowdOptions {
  readonly beatMs: number;
  readonly entry: string;
  readonly replicas?: number;
}
const PAGE = 1_000;
const CLIENT = { id: 'crowd-client', secret: 'crowd-secret' };
const LONG_SECONDS = 86_400;

/** Some replicas with any number of sessions, without links in between, and an upstream that accepts everything. */
export class CrowdWorld implements AsyncDisposable {
  readonly replicas: ServiceProcess[] = [];
  private readonly dataKey = newDataKey('k1');

  private constructor(
    readonly server: PostgresServer,
    readonly upstream: NullUpstream,
    private readonly options: CrowdOptions,
  ) {}

  static async prepare(options: CrowdOptions): Promise<CrowdWorld> {
    const server = await PostgresServer.start({ isSynced: true, preload: STATEMENTS });
    await administrate(server.url, `create extension ${STATEMENTS}`);
    return new CrowdWorld(server, await NullUpstream.start(), options);
  }

  /** Starts all replicas at once; resolves when they are ready. */
  async start(): Promise<void> {
    await this.spawn();
    await Promise.all(this.replicas.map((replica) => replica.untilReady()));
  }

  /** Starts all replicas at once, without waiting. */
  async spawn(): Promise<void> {
    const ports: number[] = [];
    while (ports.length < (this.options.replicas ?? REPLICAS)) ports.push(await freePort());
    this.replicas.push(
      ...ports.map((port) => ServiceProcess.spawn(this.environment(port), this.options.entry)),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.splice(0).map((replica) => replica.kill()));
  }

  /** Writes active sessions without a holder into a database that has its schema. */
  async fill(count: number): Promise<void> {
    const key = dataKeyOf(this.dataKey);
    if (key === undefined) throw new Error('The data key cannot be read.');
    const encryption = new GuestDataEncryption(new DataCipher([key]), new PoisonMessageReporter());
    const config = new StorageConfig({
      DATA_DIR: '',
      DATABASE_URL: this.server.url,
      DATA_KEY: [this.dataKey],
    });
    const connection = await DatabaseConnection.open(config);
    for (let written = 0; written < count; written += PAGE) {
      const sessions = Array.from({ length: Math.min(PAGE, count - written) }, () =>
        anActiveSession({
          holder: '',
          channel: 'conversations-messaging',
          oauthClient: CLIENT.id,
          durationLimit: LONG_SECONDS,
          expiresAt: Date.now() + LONG_SECONDS * 1_000,
        }),
      );
      await connection.db
        .insertInto('session')
        .values(sessions.map(({ snapshot }) => encryption.encryptSession(toRow(snapshot))))
        .execute();
    }
    await connection.close();
  }

  /** The most expensive statements since the last call of `forgetStatements`, one a line. */
  async statements(limit: number): Promise<string[]> {
    const rows = await this.query(
      `select calls, round(total_exec_time) as ms, rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 110) as query
         from ${STATEMENTS} order by total_exec_time desc limit ${limit}`,
    );
    return rows.map(
      ({ calls, ms, rows: count, query }) =>
        `${Number(calls)} calls, ${Number(ms)} ms, ${Number(count)} rows: ${String(query)}`,
    );
  }

  async forgetStatements(): Promise<void> {
    await this.query(`select ${STATEMENTS}_reset()`);
  }

  query(statement: string): Promise<Record<string, unknown>[]> {
    return administrate(this.server.url, statement);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.upstream[Symbol.asyncDispose]();
    await this.server.stop();
  }

  private environment(port: number): Record<string, string> {
    return {
      PORT: String(port),
      REPLICA_URL: `http://127.0.0.1:${port}`,
      ACCESS_MODE: 'open',
      METRICS_PUBLIC: 'true',
      DATABASE_URL: this.server.url,
      DATA_KEY: this.dataKey,
      GENESYS_CLIENT_ID: CLIENT.id,
      GENESYS_CLIENT_SECRET: CLIENT.secret,
      GENESYS_LOGIN_URL: this.upstream.url,
      GENESYS_API_URL: this.upstream.url,
      GENESYS_REQUESTS_PER_MINUTE: '1000000',
      CRM_WEBHOOK_URL: this.upstream.url,
      CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
      SESSION_MAX_CONCURRENT: '1000000',
      SESSION_MAX_DURATION_SECONDS: String(LONG_SECONDS),
      HEARTBEAT_MAX_INTERVAL_MS: String(this.options.beatMs),
      NODE_OPTIONS: COLLECTS_ON_SIGNAL,
    };
  }
}
