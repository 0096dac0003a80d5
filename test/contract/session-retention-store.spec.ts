import { sql } from 'kysely';
import { GuestNotFoundError } from '../../src/privacy/domain/privacy.errors';
import { SessionRetentionStore } from '../../src/privacy/ports/session-retention.store';
import type { Database } from '../../src/persistence/database/database';
import { removable } from '../../src/persistence/session/sql-session-retention.store';
import type { Session } from '../../src/session/domain/session';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { deliverAll, keyOf, storedWithTwoEvents } from './queued-sessions';

const LATER = 1e12;

describe.each(DIALECTS)(`${SessionRetentionStore.name} on %s`, (dialect) => {
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

  const purge = (endedBefore = LATER, limit = 100) => stores.archive.purge(endedBefore, limit);
  const countOf = async (table: keyof Database): Promise<number> =>
    (await stores.connection.db.selectFrom(table).selectAll().execute()).length;
  const isKept = async ({ conversationId }: Session): Promise<boolean> =>
    (await stores.sessions.find(conversationId)) !== undefined;

  it('removes sessions that ended before the limit with their dependent rows, and keeps the trail and the totals', async () => {
    const session = await storedWithTwoEvents(stores, 1_000, 2_000);
    await deliverAll(stores);
    const [trail, totals] = [await stores.auditTrail(), await stores.summary.totals()];

    await expect(purge(2_000)).resolves.toBe(0);
    await expect(purge(2_001)).resolves.toBe(1);

    expect(await isKept(session)).toBe(false);
    for (const table of ['session', 'session_event', 'delivery', 'delivery_attempt'] as const)
      expect([table, await countOf(table)]).toEqual([table, 0]);
    await expect(stores.auditTrail()).resolves.toEqual(trail);
    await expect(stores.summary.totals()).resolves.toEqual(totals);
    const guest = guestRefOf(session.snapshot.guestToken);
    await expect(stores.guests.erase(guest, 3_000)).rejects.toThrow(GuestNotFoundError);
  });

  it('keeps sessions that have not ended', async () => {
    const reserved = await stores.reserved(1_000);
    const active = await stores.activated(1_000);
    const ending = await stores.activated(1_000);
    ending.end('requested', 2_000);
    await stores.sessions.save(ending);
    const failed = await stores.reserved(1_000);
    failed.fail('open-failed', 2_000, { outcomeUnknown: true });
    await stores.sessions.save(failed);
    await deliverAll(stores);

    await expect(purge()).resolves.toBe(0);
    for (const session of [reserved, active, ending, failed]) expect(await isKept(session)).toBe(true);

    failed.settleDisconnect('unconfirmed', 3_000);
    await stores.sessions.save(failed);
    await expect(purge()).resolves.toBe(1);
    expect(await isKept(failed)).toBe(false);
  });

  it('keeps a session with an event that is pending or dead', async () => {
    const waiting = await storedWithTwoEvents(stores);
    await expect(purge()).resolves.toBe(0);
    const [head] = await stores.claim({ limit: 1 });
    if (head === undefined) throw new Error('Nothing is due.');
    await stores.outbox.bury(head, { at: 3_000, latencyMs: 5, error: 'refused' });
    await deliverAll(stores);
    await expect(purge()).resolves.toBe(0);
    expect(await isKept(waiting)).toBe(true);

    await stores.ledger.purge({ deliveredBefore: 0, deadBefore: LATER }, 100);
    await expect(purge()).resolves.toBe(1);
    await expect(countOf('session_event')).resolves.toBe(0);
  });

  it('keeps a session with a replayed event', async () => {
    const session = await storedWithTwoEvents(stores);
    const [delivered] = await deliverAll(stores);
    if (delivered === undefined) throw new Error('Nothing was due.');
    await stores.ledger.retry(keyOf(delivered), 20_000);

    await expect(purge()).resolves.toBe(0);
    expect(await isKept(session)).toBe(true);
    await expect(countOf('session_event')).resolves.toBe(2);
  });

  it('removes a session after its events', async () => {
    await storedWithTwoEvents(stores);
    await deliverAll(stores);
    await stores.ledger.purge({ deliveredBefore: LATER, deadBefore: LATER }, 100);
    await expect(countOf('session_event')).resolves.toBe(0);

    await expect(purge()).resolves.toBe(1);
    await expect(countOf('session')).resolves.toBe(0);
  });

  it('removes at most one batch, the longest ended first', async () => {
    const ends = [5_000, 2_000, 4_000, 3_000, 6_000];
    for (const end of ends) await storedWithTwoEvents(stores, 1_000, end);
    await deliverAll(stores);

    await expect(purge(6_000, 3)).resolves.toBe(3);
    const left = await stores.connection.db.selectFrom('session').select('ended_at').execute();
    expect(left.map(({ ended_at }) => ended_at).sort()).toEqual([5_000, 6_000]);
    await expect(purge(6_000, 3)).resolves.toBe(1);
    await expect(purge(6_000, 3)).resolves.toBe(0);
  });
});

describe('the plan for finding old sessions on sqlite', () => {
  it('scans the index of ended sessions, and does not sort', async () => {
    const storage = await createStorage('sqlite');
    const stores = await TestStores.open(storage.config);
    const query = removable(stores.connection.db, 1_000, 100);
    const plan = await query.explain<{ detail: string }>(undefined, sql`query plan`);

    expect(plan[0]?.detail).toMatch(/^SEARCH session USING INDEX session_ended \(ended_at<\?\)/);
    expect(plan.map(({ detail }) => detail).join('\n')).not.toMatch(/TEMP B-TREE|SCAN/);
    await stores.close();
    await storage.remove();
  });
});
