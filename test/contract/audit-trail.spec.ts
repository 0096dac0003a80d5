import { RequestContext } from '../../src/common/logging/request-context';
import { AuditWriter } from '../../src/persistence/audit/audit-writer';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

describe.each(DIALECTS)(`${AuditWriter.name} on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const tables = ['session_event', 'delivery', 'delivery_attempt', 'audit_record'] as const;
  const rowCounts = async () =>
    Promise.all(
      tables.map(
        async (table) => (await stores.connection.db.selectFrom(table).selectAll().execute()).length,
      ),
    );

  it('writes and publishes the same records in the same order', async () => {
    const session = await stores.activated();
    session.lose('gone', 2_000);
    await stores.sessions.save(session);
    const trail = await stores.auditTrail();
    expect(trail.map((record) => record.action)).toEqual(['SESSION_INITIALIZED', 'SESSION_DISCONNECTED']);
    expect(stores.published.records.map(({ action, detail }) => ({ action, detail }))).toEqual(
      trail.map(({ action, detail }) => ({ action, detail })),
    );
  });

  it('adds the request that caused a record, and none when there was no request', async () => {
    await RequestContext.run('request-1', () => stores.activated());
    await stores.activated();
    const trail = await stores.auditTrail();
    expect(new Set(trail.map((record) => record.requestId))).toEqual(new Set(['request-1', null]));
    expect(stores.published.records.map((record) => record.requestId)).toEqual(['request-1', null]);
  });

  it('adds the share of disconnected sessions, this one included', async () => {
    const sessions = [await stores.activated(), await stores.activated(), await stores.activated()];
    for (const session of sessions.slice(0, 2)) {
      session.lose('gone', 2_000);
      await stores.sessions.save(session);
    }
    const disconnected = stores.published.records.filter(({ action }) => action === 'SESSION_DISCONNECTED');
    expect(disconnected).toMatchObject([
      { detail: { disconnectionRate: '0.3333' } },
      { detail: { disconnectionRate: '0.6667' } },
    ]);
  });

  it('rolls back when its own write fails', async () => {
    const session = await stores.reserved();
    await stores.connection.db.schema.alterTable('audit_record').renameTo('audit_record_away').execute();
    session.activate(2_000);
    await expect(stores.sessions.save(session)).rejects.toHaveProperty(
      'message',
      expect.stringContaining('audit_record'),
    );
    await stores.connection.db.schema.alterTable('audit_record_away').renameTo('audit_record').execute();

    await expect(rowCounts()).resolves.toEqual([0, 0, 0, 0]);
    await expect(stores.get(session.conversationId)).resolves.toHaveProperty('snapshot.version', 0);
    await expect(stores.summary.totals()).resolves.toMatchObject({ sessionsStarted: 0 });
    expect(stores.published.records).toEqual([]);
    expect(stores.notifications).toBe(0);
    expect(session.snapshot.version).toBe(0);
  });

  it('rolls back when the delivery of an event cannot be settled', async () => {
    await stores.activated();
    const before = await rowCounts();
    const [delivery] = await stores.claim();
    if (delivery === undefined) throw new Error('Nothing is due.');
    await stores.connection.db.schema.alterTable('audit_record').renameTo('audit_record_away').execute();
    await expect(stores.outbox.settle(delivery, { at: 2_000, latencyMs: 5 })).rejects.toHaveProperty(
      'message',
      expect.stringContaining('audit_record'),
    );
    await stores.connection.db.schema.alterTable('audit_record_away').renameTo('audit_record').execute();
    await expect(rowCounts()).resolves.toEqual(before);
    // Any earlier claim has expired by then.
    await expect(stores.claim({ now: 30_000 })).resolves.toEqual([delivery]);
    await expect(stores.summary.totals()).resolves.toMatchObject({ deliveries: 0 });
  });

  it('publishes nothing of a transaction that fails', async () => {
    const session = await stores.activated();
    const stale = await stores.get(session.conversationId);
    session.end('requested', 2_000);
    await stores.sessions.save(session);
    const published = [...stores.published.records];
    stale.lose('gone', 2_000);
    await expect(stores.sessions.save(stale)).rejects.toThrow('changed');
    expect(stores.published.records).toEqual(published);
  });
});
