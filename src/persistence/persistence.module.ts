import { Global, Module } from '@nestjs/common';
import { SharedTokenBucketStore } from '../common/limits/shared-token-bucket-store';
import { NameResolver } from '../common/names/name-resolver';
import { StorageConfig } from '../config/storage.config';
import { AuditTrail } from '../audit/ports/audit-trail';
import { ConsoleSessionStore } from '../console/ports/console-session.store';
import { EventFeed } from '../events/ports/event-feed';
import { EphemeralEventBus } from '../events/ports/ephemeral-event-bus';
import { LiveQueues } from '../genesys/ports/live-queues';
import { NotificationChannelStore } from '../genesys/ports/notification-channel.store';
import { MessageStore } from '../messages/ports/message.store';
import { StorageErrors } from '../metrics/ports/storage-errors';
import { SummaryStore } from '../metrics/ports/summary.store';
import { ReencryptionStore } from '../privacy/ports/reencryption.store';
import { GuestStore } from '../privacy/ports/guest.store';
import { SessionRetentionStore } from '../privacy/ports/session-retention.store';
import { DeadlineStore } from '../replica/ports/deadline.store';
import { ReplicaStore } from '../replica/ports/replica.store';
import { GuestCredentials } from '../session/ports/guest-credentials';
import { IdempotencyStore } from '../session/ports/idempotency.store';
import { SessionHolders } from '../session/ports/session-holders';
import { SessionStore } from '../session/ports/session.store';
import { StorageFailureCounter } from '../session/ports/storage-failure-counter';
import { StatisticsStore } from '../statistics/ports/statistics.store';
import { DeliveryAdminStore } from '../sync/ports/delivery-admin.store';
import { OutboxStore } from '../sync/ports/outbox.store';
import { SinkStore } from '../sync/ports/sink.store';
import { SqlAuditTrail } from './audit/sql-audit-trail';
import { AuditWriter } from './audit/audit-writer';
import { SqlSharedTokenBucketStore } from './replica/sql-shared-token-bucket.store';
import { ControlSocket } from './backup/control-socket';
import { SqlGuestCredentials } from './session/sql-guest-credentials';
import { DataCipher } from './guest/data-cipher';
import { SqlReencryptionStore } from './guest/sql-reencryption.store';
import { SqlConsoleSessionStore } from './console/sql-console-session.store';
import { ServiceDatabaseAccess } from './database-access';
import { DatabaseConnection } from './database/database-connection';
import { DatabaseHealth } from './database/database-health';
import { SqlDeadlineStore } from './session/sql-deadline.store';
import { SqlDeliveryAdminStore } from './outbox/sql-delivery-admin.store';
import { SqlEventFeed } from './feed/sql-event-feed';
import { OutboxWriter } from './outbox/outbox-writer';
import { FeedWriter } from './feed/feed-writer';
import { GuestDataEncryption } from './guest/guest-data-encryption';
import { SqlGuestStore } from './guest/sql-guest.store';
import { SqlIdempotencyStore } from './session/sql-idempotency.store';
import { IdempotencyWriter } from './session/idempotency-writer';
import { SqlMessageStore } from './guest/sql-message.store';
import { SqlOutboxStore } from './outbox/sql-outbox.store';
import { SqlEphemeralEventBus } from './feed/sql-ephemeral-event-bus';
import { SqlLiveQueues } from './session/sql-live-queues';
import { SqlNotificationChannelStore } from './replica/sql-notification-channel.store';
import { SqlReplicaStore } from './replica/sql-replica.store';
import { SqlSessionRetentionStore } from './session/sql-session-retention.store';
import { SqlSessionHolders } from './session/sql-session-holders';
import { SqlSessionStore } from './session/sql-session.store';
import { SqlSinkStore } from './outbox/sql-sink.store';
import { SqlStatisticsStore } from './statistics/sql-statistics.store';
import { SqlSummaryStore } from './replica/sql-summary.store';
import { UnitOfWork } from './database/unit-of-work';
import { WebhookDeliveryStore } from '../webhooks/ports/webhook-delivery.store';
import { WebhookQueue } from '../webhooks/ports/webhook-queue';
import { WebhookStore } from '../webhooks/ports/webhook.store';
import { SqlWebhookDeliveryStore } from './webhook/sql-webhook-delivery.store';
import { SqlWebhookQueue } from './webhook/sql-webhook-queue';
import { SqlWebhookStore } from './webhook/sql-webhook.store';

/**
 * Binds every storage port to its SQL store. The application starts only once the database is open and migrated.
 * Needs, from global modules: `Clock`, `NameResolver`, `StorageConfig`, `SyncConfig`, `AuditListener`, `EventSinks`,
 * `HealthChecks`.
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
    { provide: StorageFailureCounter, useExisting: UnitOfWork },
    { provide: StorageErrors, useExisting: UnitOfWork },
    ServiceDatabaseAccess,
    AuditWriter,
    SqlAuditTrail,
    GuestDataEncryption,
    OutboxWriter,
    FeedWriter,
    SqlMessageStore,
    SqlEventFeed,
    SqlEphemeralEventBus,
    SqlReplicaStore,
    SqlDeadlineStore,
    SqlSharedTokenBucketStore,
    SqlNotificationChannelStore,
    SqlLiveQueues,
    SqlSessionHolders,
    IdempotencyWriter,
    SqlSessionStore,
    SqlGuestCredentials,
    SqlIdempotencyStore,
    SqlOutboxStore,
    SqlDeliveryAdminStore,
    SqlSinkStore,
    SqlSummaryStore,
    SqlStatisticsStore,
    SqlGuestStore,
    SqlSessionRetentionStore,
    SqlReencryptionStore,
    SqlWebhookStore,
    SqlWebhookQueue,
    SqlWebhookDeliveryStore,
    SqlConsoleSessionStore,
    { provide: ConsoleSessionStore, useExisting: SqlConsoleSessionStore },
    { provide: WebhookStore, useExisting: SqlWebhookStore },
    { provide: WebhookQueue, useExisting: SqlWebhookQueue },
    { provide: WebhookDeliveryStore, useExisting: SqlWebhookDeliveryStore },
    { provide: AuditTrail, useExisting: SqlAuditTrail },
    { provide: SessionStore, useExisting: SqlSessionStore },
    { provide: GuestCredentials, useExisting: SqlGuestCredentials },
    { provide: IdempotencyStore, useExisting: SqlIdempotencyStore },
    { provide: OutboxStore, useExisting: SqlOutboxStore },
    { provide: DeliveryAdminStore, useExisting: SqlDeliveryAdminStore },
    { provide: SinkStore, useExisting: SqlSinkStore },
    { provide: SummaryStore, useExisting: SqlSummaryStore },
    { provide: StatisticsStore, useExisting: SqlStatisticsStore },
    { provide: ReplicaStore, useExisting: SqlReplicaStore },
    { provide: DeadlineStore, useExisting: SqlDeadlineStore },
    { provide: SharedTokenBucketStore, useExisting: SqlSharedTokenBucketStore },
    { provide: NotificationChannelStore, useExisting: SqlNotificationChannelStore },
    { provide: LiveQueues, useExisting: SqlLiveQueues },
    { provide: SessionHolders, useExisting: SqlSessionHolders },
    { provide: MessageStore, useExisting: SqlMessageStore },
    { provide: EventFeed, useExisting: SqlEventFeed },
    { provide: EphemeralEventBus, useExisting: SqlEphemeralEventBus },
    { provide: GuestStore, useExisting: SqlGuestStore },
    { provide: SessionRetentionStore, useExisting: SqlSessionRetentionStore },
    { provide: ReencryptionStore, useExisting: SqlReencryptionStore },
  ],
  exports: [
    DatabaseConnection,
    ServiceDatabaseAccess,
    AuditTrail,
    ConsoleSessionStore,
    SessionStore,
    StorageFailureCounter,
    StorageErrors,
    GuestCredentials,
    IdempotencyStore,
    OutboxStore,
    WebhookStore,
    WebhookQueue,
    WebhookDeliveryStore,
    DeliveryAdminStore,
    SinkStore,
    SummaryStore,
    StatisticsStore,
    ReplicaStore,
    DeadlineStore,
    SharedTokenBucketStore,
    NotificationChannelStore,
    LiveQueues,
    SessionHolders,
    MessageStore,
    EventFeed,
    EphemeralEventBus,
    GuestStore,
    SessionRetentionStore,
    ReencryptionStore,
  ],
})
export class PersistenceModule {}
