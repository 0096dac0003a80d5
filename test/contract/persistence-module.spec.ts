import 'reflect-metadata';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AuditListener } from '../../src/audit/ports/audit-listener';
import { CommonModule } from '../../src/common/common.module';
import { Environment } from '../../src/config/environment';
import { StorageConfig } from '../../src/config/storage.config';
import { SyncConfig } from '../../src/config/sync.config';
import { HealthChecks } from '../../src/health/health-checks';
import { SummaryStore } from '../../src/metrics/ports/summary.store';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { DataDirectoryInUseError } from '../../src/persistence/persistence.errors';
import { PersistenceModule } from '../../src/persistence/persistence.module';
import { IdempotencyStore } from '../../src/session/ports/idempotency.store';
import { SessionStore } from '../../src/session/ports/session.store';
import { EventSinks } from '../../src/sync/ports/event-sinks';
import { WebhookDeliveryStore } from '../../src/webhooks/ports/webhook-delivery.store';
import { WebhookQueue } from '../../src/webhooks/ports/webhook-queue';
import { WebhookStore } from '../../src/webhooks/ports/webhook.store';
import { CommitSignal } from '../../src/common/commit-signal';
import { DeliveryAdminStore } from '../../src/sync/ports/delivery-admin.store';
import { OutboxStore } from '../../src/sync/ports/outbox.store';
import { SinkStore } from '../../src/sync/ports/sink.store';
import {
  createEmptyStorage,
  newSession,
  RecordingPublisher,
  type TestStorage,
  limits,
} from '../support/persistence-harness';

describe(PersistenceModule.name, () => {
  let storage: TestStorage;

  beforeEach(async () => {
    storage = await createEmptyStorage('sqlite');
  });

  afterEach(async () => {
    await storage.remove();
  });

  const checks = new HealthChecks();

  const boot = async () => {
    const provided = [
      { provide: StorageConfig, useValue: storage.config },
      { provide: SyncConfig, useValue: new SyncConfig(new Environment()) },
      { provide: AuditListener, useValue: new RecordingPublisher() },
      { provide: EventSinks, useValue: new EventSinks([]) },
      { provide: CommitSignal, useValue: new CommitSignal() },
      { provide: HealthChecks, useValue: checks },
    ];
    @Global()
    @Module({ providers: provided, exports: provided })
    class WorldModule {}
    const module = await Test.createTestingModule({
      imports: [CommonModule, WorldModule, PersistenceModule],
    }).compile();
    return module.init();
  };

  it('binds every storage port and closes the database with the application', async () => {
    const app = await boot();
    const session = newSession();
    await app.get(SessionStore).reserve(session, limits(1));
    await expect(app.get(SessionStore).countLive()).resolves.toBe(1);
    await expect(app.get(IdempotencyStore).forgetClaims([])).resolves.toEqual([]);
    await expect(app.get(OutboxStore).backlog('crm')).resolves.toMatchObject({ pending: 0 });
    await expect(app.get(DeliveryAdminStore).list({ limit: 1 })).resolves.toEqual([]);
    await expect(app.get(SinkStore).state('crm')).resolves.toEqual({});
    await expect(app.get(WebhookStore).list({}, { limit: 1 })).resolves.toEqual([]);
    await expect(app.get(WebhookQueue).position()).resolves.toBeUndefined();
    await expect(app.get(WebhookDeliveryStore).list('w', {}, { limit: 1 })).resolves.toEqual([]);
    await expect(app.get(SummaryStore).totals()).resolves.toMatchObject({ sessionsStarted: 0 });
    expect(checks.all.map(([name]) => name)).toContain('database');
    await app.close();
    await (await DatabaseConnection.open(storage.config)).close();
  });

  it('fails the start without its database', async () => {
    const first = await DatabaseConnection.open(storage.config);
    await expect(boot()).rejects.toThrow(DataDirectoryInUseError);
    await first.close();
  });
});
