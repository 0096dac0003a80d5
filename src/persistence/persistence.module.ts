import { Global, Module } from '@nestjs/common';
import { SharedBuckets } from '../common/limits/shared-buckets';
import { NameResolver } from '../common/names/name-resolver';
import { StorageConfig } from '../config/storage.config';
import { AuditTrail } from '../audit/ports/audit.trail';
import { EventFeed } from '../events/ports/event.feed';
import { PassingExchange } from '../events/ports/passing.exchange';
import { MessageStore } from '../messages/ports/message.store';
import { StorageErrors } from '../metrics/ports/storage-errors';
import { SummaryStore } from '../metrics/ports/summary.store';
import { DataKeyRegister } from '../privacy/ports/data-key.register';
import { GuestRegister } from '../privacy/ports/guest.register';
import { SessionArchive } from '../privacy/ports/session.archive';
import { DeadlineStore } from '../replica/ports/deadline.store';
import { ReplicaStore } from '../replica/ports/replica.store';
import { GuestCredentials } from '../session/ports/guest-credentials';
import { IdempotencyStore } from '../session/ports/idempotency.store';
import { SessionHolders } from '../session/ports/session.holders';
import { SessionStore } from '../session/ports/session.store';
import { StorageFailures } from '../session/ports/storage-failures';
import { DeliveryLedger } from '../sync/ports/delivery.ledger';
import { OutboxStore } from '../sync/ports/outbox.store';
import { SinkStore } from '../sync/ports/sink.store';
import { SqlAuditTrail } from './audit.sql-trail';
import { AuditWriter } from './audit.writer';
import { SqlSharedBuckets } from './bucket.sql-store';
import { ControlSocket } from './control-socket';
import { SqlGuestCredentials } from './credentials.sql-store';
import { DataCipher } from './data-cipher';
import { SqlDataKeyRegister } from './data-key.sql-register';
import { DatabaseConnection } from './database.connection';
import { DatabaseHealth } from './database.health';
import { SqlDeadlineStore } from './deadline.sql-store';
import { SqlDeliveryLedger } from './delivery.sql-ledger';
import { SqlEventFeed } from './event.sql-feed';
import { EventWriter } from './event.writer';
import { FeedWriter } from './feed.writer';
import { GuestSeal } from './guest.seal';
import { SqlGuestRegister } from './guest.sql-register';
import { SqlIdempotencyStore } from './idempotency.sql-store';
import { IdempotencyWriter } from './idempotency.writer';
import { SqlMessageStore } from './message.sql-store';
import { SqlOutboxStore } from './outbox.sql-store';
import { SqlPassingExchange } from './passing.sql-exchange';
import { SqlReplicaStore } from './replica.sql-store';
import { SqlSessionArchive } from './session.sql-archive';
import { SqlSessionHolders } from './session.sql-holders';
import { SqlSessionStore } from './session.sql-store';
import { SqlSinkStore } from './sink.sql-store';
import { SqlSummaryStore } from './summary.sql-store';
import { UnitOfWork } from './unit-of-work';

/**
 * Binds every storage port to its SQL store. The application does not come up unless the database is open and
 * migrated. Needs, from global modules: `Clock`, `NameResolver`, `StorageConfig`, `AuditPublisher`, `EventSinks`,
 * `OutboxBell`, `EventBell` and `HealthChecks`.
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
    GuestSeal,
    EventWriter,
    FeedWriter,
    SqlMessageStore,
    SqlEventFeed,
    SqlPassingExchange,
    SqlReplicaStore,
    SqlDeadlineStore,
    SqlSharedBuckets,
    SqlSessionHolders,
    IdempotencyWriter,
    SqlSessionStore,
    SqlGuestCredentials,
    SqlIdempotencyStore,
    SqlOutboxStore,
    SqlDeliveryLedger,
    SqlSinkStore,
    SqlSummaryStore,
    SqlGuestRegister,
    SqlSessionArchive,
    SqlDataKeyRegister,
    { provide: AuditTrail, useExisting: SqlAuditTrail },
    { provide: SessionStore, useExisting: SqlSessionStore },
    { provide: GuestCredentials, useExisting: SqlGuestCredentials },
    { provide: IdempotencyStore, useExisting: SqlIdempotencyStore },
    { provide: OutboxStore, useExisting: SqlOutboxStore },
    { provide: DeliveryLedger, useExisting: SqlDeliveryLedger },
    { provide: SinkStore, useExisting: SqlSinkStore },
    { provide: SummaryStore, useExisting: SqlSummaryStore },
    { provide: ReplicaStore, useExisting: SqlReplicaStore },
    { provide: DeadlineStore, useExisting: SqlDeadlineStore },
    { provide: SharedBuckets, useExisting: SqlSharedBuckets },
    { provide: SessionHolders, useExisting: SqlSessionHolders },
    { provide: MessageStore, useExisting: SqlMessageStore },
    { provide: EventFeed, useExisting: SqlEventFeed },
    { provide: PassingExchange, useExisting: SqlPassingExchange },
    { provide: GuestRegister, useExisting: SqlGuestRegister },
    { provide: SessionArchive, useExisting: SqlSessionArchive },
    { provide: DataKeyRegister, useExisting: SqlDataKeyRegister },
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
    DeliveryLedger,
    SinkStore,
    SummaryStore,
    ReplicaStore,
    DeadlineStore,
    SharedBuckets,
    SessionHolders,
    MessageStore,
    EventFeed,
    PassingExchange,
    GuestRegister,
    SessionArchive,
    DataKeyRegister,
  ],
})
export class PersistenceModule {}
