import { Global, Module } from '@nestjs/common';
import { StorageConfig } from '../config/storage.config';
import { SummaryStore } from '../metrics/ports/summary.store';
import { IdempotencyStore } from '../session/ports/idempotency.store';
import { SessionStore } from '../session/ports/session.store';
import { DeliveryLedger } from '../sync/ports/delivery.ledger';
import { OutboxStore } from '../sync/ports/outbox.store';
import { SinkStore } from '../sync/ports/sink.store';
import { AuditWriter } from './audit.writer';
import { DataCipher } from './data-cipher';
import { DatabaseConnection } from './database.connection';
import { DatabaseHealth } from './database.health';
import { SqlDeliveryLedger } from './delivery.sql-ledger';
import { EventWriter } from './event.writer';
import { SqlIdempotencyStore } from './idempotency.sql-store';
import { IdempotencyWriter } from './idempotency.writer';
import { SqlOutboxStore } from './outbox.sql-store';
import { SqlSessionStore } from './session.sql-store';
import { SqlSinkStore } from './sink.sql-store';
import { SqlSummaryStore } from './summary.sql-store';
import { UnitOfWork } from './unit-of-work';

/**
 * Binds every storage port to its SQL store. The application does not come up unless the database is open and
 * migrated. Needs, from global modules: `StorageConfig`, `AuditPublisher`, `EventSinks`,
 * `OutboxBell` and `HealthChecks`.
 */
@Global()
@Module({
  providers: [
    {
      provide: DatabaseConnection,
      useFactory: (config: StorageConfig) => DatabaseConnection.open(config),
      inject: [StorageConfig],
    },
    {
      provide: DataCipher,
      useFactory: (config: StorageConfig) => new DataCipher(config.dataKeys),
      inject: [StorageConfig],
    },
    DatabaseHealth,
    UnitOfWork,
    AuditWriter,
    EventWriter,
    IdempotencyWriter,
    SqlSessionStore,
    SqlIdempotencyStore,
    SqlOutboxStore,
    SqlDeliveryLedger,
    SqlSinkStore,
    SqlSummaryStore,
    { provide: SessionStore, useExisting: SqlSessionStore },
    { provide: IdempotencyStore, useExisting: SqlIdempotencyStore },
    { provide: OutboxStore, useExisting: SqlOutboxStore },
    { provide: DeliveryLedger, useExisting: SqlDeliveryLedger },
    { provide: SinkStore, useExisting: SqlSinkStore },
    { provide: SummaryStore, useExisting: SqlSummaryStore },
  ],
  exports: [
    DatabaseConnection,
    SessionStore,
    IdempotencyStore,
    OutboxStore,
    DeliveryLedger,
    SinkStore,
    SummaryStore,
  ],
})
export class PersistenceModule {}
