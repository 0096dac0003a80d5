import { SettableClock } from '../../src/common/time/settable-clock.fake';
import { PoisonMessageReporter } from '../../src/common/poison/poison-message-reporter';
import { SystemClock } from '../../src/common/time/system-clock';
import { Logger } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord } from '../../src/audit/domain/audit-record';
import { AuditListener } from '../../src/audit/ports/audit-listener';
import { newDataKey } from '../../src/config/data-key-list';
import { Environment } from '../../src/config/environment';
import { StorageConfig } from '../../src/config/storage.config';
import { SyncConfig } from '../../src/config/sync.config';
import { SqlAuditTrail } from '../../src/persistence/audit/sql-audit-trail';
import { AuditWriter } from '../../src/persistence/audit/audit-writer';
import { SqlConsoleSessionStore } from '../../src/persistence/console/sql-console-session.store';
import { SqlSharedTokenBucketStore } from '../../src/persistence/replica/sql-shared-token-bucket.store';
import { SqlGuestCredentials } from '../../src/persistence/session/sql-guest-credentials';
import { DataCipher } from '../../src/persistence/guest/data-cipher';
import { SqlReencryptionStore } from '../../src/persistence/guest/sql-reencryption.store';
import type { Database } from '../../src/persistence/database/database';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { SqlDeadlineStore } from '../../src/persistence/session/sql-deadline.store';
import { SqlDeliveryAdminStore } from '../../src/persistence/outbox/sql-delivery-admin.store';
import type { Dialect } from '../../src/persistence/database/dialect';
import { GuestDataEncryption } from '../../src/persistence/guest/guest-data-encryption';
import { SqlGuestStore } from '../../src/persistence/guest/sql-guest.store';
import { SqlOutboxStore } from '../../src/persistence/outbox/sql-outbox.store';
import { CommitSignal } from '../../src/common/commit-signal';
import { SqlEventFeed } from '../../src/persistence/feed/sql-event-feed';
import { OutboxWriter } from '../../src/persistence/outbox/outbox-writer';
import { SqlIdempotencyStore } from '../../src/persistence/session/sql-idempotency.store';
import { IdempotencyWriter } from '../../src/persistence/session/idempotency-writer';
import { FeedWriter } from '../../src/persistence/feed/feed-writer';
import { SqlMessageStore } from '../../src/persistence/guest/sql-message.store';
import { SqlEphemeralEventBus } from '../../src/persistence/feed/sql-ephemeral-event-bus';
import { openPostgres } from '../../src/persistence/database/postgres-database';
import { SqlLiveQueues } from '../../src/persistence/session/sql-live-queues';
import { SqlNotificationChannelStore } from '../../src/persistence/replica/sql-notification-channel.store';
import { SqlReplicaStore } from '../../src/persistence/replica/sql-replica.store';
import { SqlSessionHolders } from '../../src/persistence/session/sql-session-holders';
import { SqlSessionRetentionStore } from '../../src/persistence/session/sql-session-retention.store';
import { SqlSessionStore } from '../../src/persistence/session/sql-session.store';
import { SqlSinkStore } from '../../src/persistence/outbox/sql-sink.store';
import { SqlStatisticsStore } from '../../src/persistence/statistics/sql-statistics.store';
import { SqlSummaryStore } from '../../src/persistence/replica/sql-summary.store';
import { UnitOfWork } from '../../src/persistence/database/unit-of-work';
import { SqlWebhookDeliveryStore } from '../../src/persistence/webhook/sql-webhook-delivery.store';
import { SqlWebhookQueue } from '../../src/persistence/webhook/sql-webhook-queue';
import { SqlWebhookStore } from '../../src/persistence/webhook/sql-webhook.store';
import { type IdempotentRequest, keyedRequestOf } from '../../src/session/domain/idempotent-request';
import { Session } from '../../src/session/domain/session';
import type { SlotLimits } from '../../src/session/ports/session.store';
import type { Delivery } from '../../src/sync/domain/delivery';
import { EventSink } from '../../src/sync/ports/event-sink';
import { EventSinks } from '../../src/sync/ports/event-sinks';
import type { Claim } from '../../src/sync/ports/outbox.store';
import { createMigratedDatabase, migratedSqliteFile, SQLITE_FILE } from './migrated-databases';
import { OrderlyUnitOfWork } from './orderly-unit-of-work';
import { createDatabase, type TestDatabase } from './postgres';

Logger.overrideLogger(false);

/** The key that encrypts every test's data, unless it has keys of its own. */
export const DATA_KEY = newDataKey('k1');

export const DIALECTS = ['sqlite', 'postgres'] as const;

/** The storage of one test. */
export interface TestStorage {
  readonly config: StorageConfig;
  remove(): Promise<void>;
}

/** Creates an empty database at this release's schema without a data key: a copy, instead of a migration. */
export async function createStorage(dialect: Dialect): Promise<TestStorage> {
  if (dialect === 'postgres') return storageOn(await createMigratedDatabase());
  const storage = emptyDirectory();
  writeFileSync(join(storage.config.dataDir, SQLITE_FILE), await migratedSqliteFile(), { mode: 0o600 });
  return storage;
}

/** Creates a database without a schema, for tests of migrations. */
export async function createEmptyStorage(dialect: Dialect, serverUrl?: string): Promise<TestStorage> {
  return dialect === 'postgres' ? storageOn(await createDatabase(serverUrl)) : emptyDirectory();
}

function storageOn({ url, drop }: TestDatabase): TestStorage {
  return {
    config: new StorageConfig({ DATABASE_URL: url, DATA_DIR: './data', DATA_KEY: [DATA_KEY] }),
    remove: drop,
  };
}

function emptyDirectory(): TestStorage {
  const directory = mkdtempSync(join(tmpdir(), 'guest-sqlite-'));
  return {
    config: new StorageConfig({ DATA_DIR: directory, DATA_KEY: [DATA_KEY] }),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

/** Records published events. */
export class RecordingPublisher extends AuditListener {
  readonly records: AuditRecord[] = [];

  override publish(records: readonly AuditRecord[]): void {
    this.records.push(...records);
  }
}

/** A sink with a name only: the stores never deliver. */
class NamedSink extends EventSink {
  constructor(readonly name: string) {
    super();
  }

  override deliver(): Promise<void> {
    return Promise.reject(new Error('Nothing is delivered here.'));
  }
}

/** Every store on one open connection, with their publications recorded. */
export class TestStores {
  readonly published = new RecordingPublisher();
  readonly sessions: SqlSessionStore;
  readonly credentials: SqlGuestCredentials;
  readonly idempotency: SqlIdempotencyStore;
  readonly messages: SqlMessageStore;
  readonly feed: SqlEventFeed;
  readonly passing: SqlEphemeralEventBus;
  readonly feedWriter: FeedWriter;
  readonly outboxWriter: OutboxWriter;
  readonly holders: SqlSessionHolders;
  readonly replicas: SqlReplicaStore;
  readonly deadlines: SqlDeadlineStore;
  readonly buckets: SqlSharedTokenBucketStore;
  readonly channels: SqlNotificationChannelStore;
  readonly liveQueues: SqlLiveQueues;
  readonly outbox: SqlOutboxStore;
  readonly ledger: SqlDeliveryAdminStore;
  readonly sinks: SqlSinkStore;
  readonly summary: SqlSummaryStore;
  readonly statistics: SqlStatisticsStore;
  readonly trail: SqlAuditTrail;
  readonly guests: SqlGuestStore;
  readonly archive: SqlSessionRetentionStore;
  readonly dataKeys: SqlReencryptionStore;
  readonly webhooks: SqlWebhookStore;
  readonly webhookQueue: SqlWebhookQueue;
  readonly webhookDeliveries: SqlWebhookDeliveryStore;
  readonly consoleSessions: SqlConsoleSessionStore;
  readonly unitOfWork: UnitOfWork;
  readonly poison = new PoisonMessageReporter();
  notifications = 0;
  webhookNotifications = 0;

  /** The stores' clock. */
  readonly clock = new SettableClock();
  /** Receives the database's time. */
  readonly time = new SystemClock();

  private constructor(
    readonly connection: DatabaseConnection,
    cipher: DataCipher,
    sinks: readonly string[],
    settings: Partial<Environment>,
  ) {
    const commits = new CommitSignal();
    commits.subscribe('outbox', () => {
      this.notifications += 1;
    });
    commits.subscribe('webhooks', () => {
      this.webhookNotifications += 1;
    });
    const audit = new AuditWriter(this.published);
    const encryption = new GuestDataEncryption(cipher, this.poison);
    const named = new EventSinks(sinks.map((name) => new NamedSink(name)));
    this.unitOfWork = new OrderlyUnitOfWork(connection);
    const feed = new FeedWriter(encryption, new CommitSignal(), this.clock);
    this.feedWriter = feed;
    const sync = new SyncConfig(Object.assign(new Environment(), settings));
    const outbox = new OutboxWriter(named, commits, encryption, this.clock, sync);
    this.outboxWriter = outbox;
    const keys = new IdempotencyWriter(cipher);
    this.sessions = new SqlSessionStore(this.unitOfWork, audit, outbox, feed, keys, encryption);
    this.credentials = new SqlGuestCredentials(this.unitOfWork, encryption);
    this.messages = new SqlMessageStore(this.unitOfWork, feed, outbox, encryption, audit, this.poison);
    this.feed = new SqlEventFeed(this.unitOfWork, encryption, this.poison);
    this.passing = new SqlEphemeralEventBus(this.unitOfWork, encryption, this.poison);
    this.holders = new SqlSessionHolders(this.unitOfWork, encryption, this.time);
    this.replicas = new SqlReplicaStore(this.unitOfWork, connection);
    this.deadlines = new SqlDeadlineStore(this.unitOfWork);
    this.buckets = new SqlSharedTokenBucketStore(this.unitOfWork, connection);
    this.channels = new SqlNotificationChannelStore(this.unitOfWork, cipher, connection);
    this.liveQueues = new SqlLiveQueues(this.unitOfWork);
    this.idempotency = new SqlIdempotencyStore(this.unitOfWork, keys, this.clock);
    this.outbox = new SqlOutboxStore(this.unitOfWork, audit, encryption, this.poison);
    this.ledger = new SqlDeliveryAdminStore(this.unitOfWork, audit, encryption);
    this.sinks = new SqlSinkStore(this.unitOfWork, audit);
    this.summary = new SqlSummaryStore(this.unitOfWork);
    this.statistics = new SqlStatisticsStore(this.unitOfWork);
    this.trail = new SqlAuditTrail(this.unitOfWork, audit);
    this.guests = new SqlGuestStore(this.unitOfWork, audit, encryption);
    this.archive = new SqlSessionRetentionStore(this.unitOfWork);
    this.dataKeys = new SqlReencryptionStore(this.unitOfWork, cipher);
    this.webhooks = new SqlWebhookStore(this.unitOfWork, audit, cipher);
    this.webhookQueue = new SqlWebhookQueue(this.unitOfWork, audit, cipher, this.poison, commits);
    this.consoleSessions = new SqlConsoleSessionStore(this.unitOfWork, audit);
    this.webhookDeliveries = new SqlWebhookDeliveryStore(this.unitOfWork, audit, commits);
  }

  static async open(
    config: StorageConfig,
    sinks: readonly string[] = ['crm'],
    settings: Partial<Environment> = {},
  ): Promise<TestStores> {
    const connection = await DatabaseConnection.open(config);
    return new TestStores(connection, new DataCipher(config.dataKeys), sinks, settings);
  }

  /** Opens the stores of another process on an open PostgreSQL database: a second one takes no lock. */
  static beside(config: StorageConfig, sinks: readonly string[] = ['crm']): TestStores {
    return TestStores.on(
      openPostgres(config.databaseUrl ?? '', { takesSessionLimits: true, isDirect: true }),
      config,
      sinks,
    );
  }

  /** Opens stores on a PostgreSQL database that has its schema already. */
  static on(
    db: Kysely<Database>,
    { dataKeys }: StorageConfig,
    sinks: readonly string[] = ['crm'],
    settings: Partial<Environment> = {},
  ): TestStores {
    const connection = Object.create(DatabaseConnection.prototype) as DatabaseConnection;
    const parts = { dialect: 'postgres', db } as const;
    return new TestStores(Object.assign(connection, parts), new DataCipher(dataKeys), sinks, settings);
  }

  /** Returns the stored session. */
  async get(conversationId: string): Promise<Session> {
    const session = await this.sessions.find(conversationId);
    if (session === undefined) throw new Error(`There is no session ${conversationId}.`);
    return session;
  }

  /** Stores a session that is `connecting`. */
  async reserved(now = 1_000, given: Partial<Parameters<typeof Session.reserve>[0]> = {}): Promise<Session> {
    const session = newSession(now, given);
    await this.sessions.reserve(session, limits(1_000_000));
    return session;
  }

  /** Stores a session that is `active`. */
  async activated(now = 1_000, given: Partial<Parameters<typeof Session.reserve>[0]> = {}): Promise<Session> {
    const session = await this.reserved(now, given);
    session.activate(now);
    await this.sessions.save(session);
    return session;
  }

  /** Claims deliveries as a relay does at 10,000; the claim expires at 30,000. */
  claim(given: Partial<Claim> = {}): Promise<Delivery[]> {
    const { now = 10_000 } = given;
    return this.outbox.claim({
      sink: 'crm',
      relay: 'relay-1',
      now,
      until: now + 20_000,
      limit: 10,
      ...given,
    });
  }

  /** Returns the due deliveries without claiming them. */
  async due(given: Partial<Claim> = {}): Promise<Delivery[]> {
    const found = await this.claim({ relay: 'onlooker', ...given });
    await this.outbox.unclaim(given.sink ?? 'crm', 'onlooker');
    return found;
  }

  async auditTrail(): Promise<{ action: string; requestId: string | null; detail: unknown }[]> {
    const rows = await this.connection.db
      .selectFrom('audit_record')
      .selectAll()
      .orderBy('at')
      .orderBy('chain')
      .orderBy('seq')
      .execute();
    return rows.map((row) => ({
      action: row.action,
      requestId: row.request_id,
      detail: JSON.parse(row.detail) as unknown,
    }));
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

export function newSession(now = 1_000, given: Partial<Parameters<typeof Session.reserve>[0]> = {}): Session {
  return Session.reserve(
    {
      guestToken: 'jwt_0123456789abcdef0123456789abcdef',
      owner: '',
      channel: 'conversations-messaging',
      oauthClient: 'client',
      queueId: 'queue-1',
      name: 'Guest',
      locale: 'en-US',
      capabilities: ['typing-indicator', 'read-receipts'],
      durationLimit: 1_800,
      disclosesGuestToken: false,
      ...given,
    },
    now,
  );
}

/** Limits with this many slots, on any OAuth client. */
export function limits(total: number): SlotLimits {
  return { total, ofClient: total };
}

/** A request to open a session with this idempotency key. */
export function requestOf(key: string): IdempotentRequest {
  return keyedRequestOf({ owner: '', key, asked: {}, openingBy: 'process-1' });
}
