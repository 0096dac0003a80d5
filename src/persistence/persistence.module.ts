import { Global, Module } from '@nestjs/common';
import { SharedTokenBucketStore } from '../common/limits/shared-token-bucket-store';
import { NameResolver } from '../common/names/name-resolver';
import { StorageConfig } from '../config/storage.config';
import { AuditTrail } from '../audit/ports/audit.trail';
import { EventFeed } from '../events/ports/event.feed';
import { EphemeralEventBus } from '../events/ports/ephemeral-event-bus';
import { MessageStore } from '../messages/ports/message.store';
import { StorageErrors } from '../metrics/ports/storage-errors';
import { SummaryStore } from '../metrics/ports/summary.store';
import { DataKeyStore } from '../privacy/ports/data-key.store';
import { GuestStore } from '../privacy/ports/guest.store';
import { SessionRetentionStore } from '../privacy/ports/session-retention.store';
import { DeadlineStore } from '../replica/ports/deadline.store';
import { ReplicaStore } from '../replica/ports/replica.store';
import { GuestCredentials } from '../session/ports/guest-credentials';
import { IdempotencyStore } from '../session/ports/idempotency.store';
import { SessionHolders } from '../session/ports/session.holders';
import { SessionStore } from '../session/ports/session.store';
import { StorageFailures } from '../session/ports/storage-failures';
import { DeliveryAdminStore } from '../sync/ports/delivery-admin.store';
import { OutboxStore } from '../sync/ports/outbox.store';
import { SinkStore } from '../sync/ports/sink.store';
import { SqlAuditTrail } from './audit.sql-trail';
import { AuditWriter } from './audit.writer';
import { SqlSharedTokenBucketStore } from './bucket.sql-store';
import { ControlSocket } from './control-socket';
import { SqlGuestCredentials } from './credentials.sql-store';
import { DataCipher } from './data-cipher';
import { SqlDataKeyStore } from './data-key.sql-store';
import { DatabaseConnection } from './database.connection';
import { DatabaseHealth } from './database.health';
import { SqlDeadlineStore } from './deadline.sql-store';
import { SqlDeliveryAdminStore } from './delivery-admin.sql-store';
import { SqlEventFeed } from './event.sql-feed';
import { EventWriter } from './event.writer';
import { FeedWriter } from './feed.writer';
import { GuestDataEncryption } from './guest-data-encryption';
import { SqlGuestStore } from './guest.sql-store';
import { SqlIdempotencyStore } from './idempotency.sql-store';
import { IdempotencyWriter } from './idempotency.writer';
import { SqlMessageStore } from './message.sql-store';
import { SqlOutboxStore } from './outbox.sql-store';
import { SqlEphemeralEventBus } from './ephemeral-event.sql-bus';
import { SqlReplicaStore } from './replica.sql-store';
import { SqlSessionRetentionStore } from './session-retention.sql-store';
import { SqlSessionHolders } from './session.sql-holders';
import { SqlSessionStore } from './session.sql-store';
import { SqlSinkStore } from './sink.sql-store';
import { SqlSummaryStore } from './summary.sql-store';
import { UnitOfWork } from './unit-of-work';

/**
 * Binds every storage port to its SQL store. The application starts only once the database is open and migrated.
 * Needs, from global modules: `Clock`, `NameResolver`, `StorageConfig`, `AuditPublisher`, `EventSinks`, `OutboxBell`,
 * `EventBell` and `HealthChecks`.
 */
@Global()
@Module({
  providers: [
    {
      provide: DatabaseConnection,
      useFactory: (config: StorageConfig, names: NameResolver) =>
        DatabaseConnection.open(config, names.resolve),
      inject: [StorageConfig, NameResolver],
    },
    {
      provide: DataCipher,
      useFactory: (config: StorageConfig) => new DataCipher(config.dataKeys),
      inject: [StorageConfig],
    },
    DatabaseHealth,
    ControlSocket,
    UnitOfWork,
    { provide: StorageFailures, useExisting: UnitOfWork },
    { provide: StorageErrors, useExisting: UnitOfWork },
    AuditWriter,
    SqlAuditTrail,
    GuestDataEncryption,
    EventWriter,
    FeedWriter,
    SqlMessageStore,
    SqlEventFeed,
    SqlEphemeralEventBus,
    SqlReplicaStore,
    SqlDeadlineStore,
    SqlSharedTokenBucketStore,
    SqlSessionHolders,
    IdempotencyWriter,
    SqlSessionStore,
    SqlGuestCredentials,
    SqlIdempotencyStore,
    SqlOutboxStore,
    SqlDeliveryAdminStore,
    SqlSinkStore,
    SqlSummaryStore,
    SqlGuestStore,
    SqlSessionRetentionStore,
    SqlDataKeyStore,
    { provide: AuditTrail, useExisting: SqlAuditTrail },
    { provide: SessionStore, useExisting: SqlSessionStore },
    { provide: GuestCredentials, useExisting: SqlGuestCredentials },
    { provide: IdempotencyStore, useExisting: SqlIdempotencyStore },
    { provide: OutboxStore, useExisting: SqlOutboxStore },
    { provide: DeliveryAdminStore, useExisting: SqlDeliveryAdminStore },
    { provide: SinkStore, useExisting: SqlSinkStore },
    { provide: SummaryStore, useExisting: SqlSummaryStore },
    { provide: ReplicaStore, useExisting: SqlReplicaStore },
    { provide: DeadlineStore, useExisting: SqlDeadlineStore },
    { provide: SharedTokenBucketStore, useExisting: SqlSharedTokenBucketStore },
    { provide: SessionHolders, useExisting: SqlSessionHolders },
    { provide: MessageStore, useExisting: SqlMessageStore },
    { provide: EventFeed, useExisting: SqlEventFeed },
    { provide: EphemeralEventBus, useExisting: SqlEphemeralEventBus },
    { provide: GuestStore, useExisting: SqlGuestStore },
    { provide: SessionRetentionStore, useExisting: SqlSessionRetentionStore },
    { provide: DataKeyStore, useExisting: SqlDataKeyStore },
  ],
  exports: [
    DatabaseConnection,
    AuditTrail,
    SessionStore,
    StorageFailures,
    StorageErrors,
    GuestCredentials,
    IdempotencyStore,
    OutboxStore,
    DeliveryAdminStore,
    SinkStore,
    SummaryStore,
    ReplicaStore,
    DeadlineStore,
    SharedTokenBucketStore,
    SessionHolders,
    MessageStore,
    EventFeed,
    EphemeralEventBus,
    GuestStore,
    SessionRetentionStore,
    DataKeyStore,
  ],
})
export class PersistenceModule {}
