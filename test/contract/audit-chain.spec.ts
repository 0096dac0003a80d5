import type { AuditFact } from '../../src/audit/domain/audit-record';
import { sql } from 'kysely';
import { CHAIN_COUNT } from '../../src/audit/domain/audit-chain';
import { RequestContext } from '../../src/common/logging/request-context';
import { SqlAuditTrail } from '../../src/persistence/audit/sql-audit-trail';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { verifiedTrail } from '../support/verified-trail';

const FUTURE = Date.now() + 86_400_000;

describe.each(DIALECTS)(`${SqlAuditTrail.name} on %s`, (dialect) => {
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

  const refusal = async (statement: string): Promise<unknown> => {
    const refused = sql.raw(statement).execute(stores.connection.db);
    return refused.then(
      () => 'was done',
      (error: unknown) => String(error),
    );
  };

  it('chains all records, also concurrent ones and several of one transaction', async () => {
    const sessions = await Promise.all(Array.from({ length: 40 }, () => stores.activated()));
    await Promise.all(
      sessions.map(async (session) => {
        session.end('requested', 2_000);
        session.settleDisconnect('confirmed', 2_000);
        await stores.sessions.save(session);
      }),
    );

    expect(await verifiedTrail(stores)).toEqual([undefined, 120]);
    const used = (await stores.trail.chains()).filter(({ head }) => head.seq > 0);
    expect(used.length).toBeGreaterThan(CHAIN_COUNT / 2);
    for (const { conversationId } of sessions) {
      const told = await stores.trail.list({ conversationId, limit: 10 });
      expect(told.map(({ action }) => action)).toEqual([
        'SESSION_TERMINATED',
        'SESSION_END_REQUESTED',
        'SESSION_INITIALIZED',
      ]);
      expect(new Set(told.map(({ chain }) => chain)).size).toBe(1);
    }
  });

  it("records actor, action, target, earlier state and the time of the database's clock", async () => {
    const session = await RequestContext.run('request-1', async () => {
      RequestContext.actAs('billing');
      return stores.activated();
    });
    await stores.sinks.pause('crm', 5_000);

    const [paused, opened] = await stores.trail.list({ limit: 10 });
    expect(opened).toMatchObject({
      actor: { type: 'caller', name: 'billing' },
      action: 'SESSION_INITIALIZED',
      target: { type: 'session', id: session.conversationId },
      outcome: 'success',
      requestId: 'request-1',
      before: 'connecting',
      after: 'active',
    });
    expect(paused).toMatchObject({
      actor: { type: 'service', name: 'guest-sessions' },
      target: { type: 'sink', id: 'crm' },
      conversationId: null,
      reason: 'operator',
      requestId: null,
      before: 'running',
      after: 'paused',
    });
    expect(Math.abs(Date.parse(paused?.at ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('hashes texts that JSON escapes as every reader does', async () => {
    const detail = { text: 'a "b" \\ \n \u2028 \u00e9 \u{1f600} %s $1', share: 0.1, large: 1e21 };
    await stores.trail.record({
      action: 'SINK_TESTED',
      target: { type: 'sink', id: `o'neil "crm"` },
      detail,
    });

    expect(await verifiedTrail(stores)).toEqual([undefined, 1]);
    expect(await stores.trail.list({ limit: 10 })).toMatchObject([
      { detail, target: { id: `o'neil "crm"` } },
    ]);
  });

  it('fails the change when the head of its chain is missing', async () => {
    const session = await stores.activated();
    await sql`delete from audit_head`.execute(stores.connection.db);
    session.end('requested', 2_000);

    await expect(stores.sessions.save(session)).rejects.toThrow();
    await expect(stores.sessions.find(session.conversationId)).resolves.toMatchObject({ state: 'active' });
    await expect(stores.trail.list({ limit: 10 })).resolves.toHaveLength(1);
  });

  it('is immutable in the database itself', async () => {
    await stores.activated();
    await stores.trail.seal(FUTURE, 100);
    const before = await verifiedTrail(stores);

    const refused = [
      `update audit_record set reason = 'forged'`,
      `update audit_record set hash = hash`,
      'delete from audit_record',
      `update audit_segment set last_hash = 'forged'`,
      `update audit_segment set dropped_at = 1, last_seq = 0`,
      'delete from audit_segment',
      ...(dialect === 'sqlite'
        ? [
            'insert or replace into audit_record select * from audit_record',
            'insert or replace into audit_segment select * from audit_segment',
          ]
        : ['truncate audit_record', 'truncate audit_segment']),
    ];
    for (const statement of refused) expect(await refusal(statement)).toMatch(/audit (records|segments) are/);
    expect(await verifiedTrail(stores)).toEqual(before);
  });

  it('drops whole segments, the oldest first, and continues the chain from their end', async () => {
    for (let count = 0; count < 5; count += 1) await stores.trail.record(fact(count));
    const [whole] = (await stores.trail.chains()).filter(({ head }) => head.seq > 0);
    const chain = whole?.chain ?? 0;
    expect(await stores.trail.drop(FUTURE)).toBe(false);
    expect(await stores.trail.seal(FUTURE, 2)).toBe(1);
    expect(await stores.trail.seal(FUTURE, 2)).toBe(1);
    const second = (await stores.trail.page(chain, 1, 2, 1))[0];

    expect(await stores.trail.drop(0)).toBe(false);
    expect(await stores.trail.drop(FUTURE)).toBe(true);

    const left = (await stores.trail.chains()).find((found) => found.chain === chain);
    expect(left?.after).toEqual({ seq: 2, hash: second?.hash });
    // Three records are left, and one that states that two were dropped.
    expect(await verifiedTrail(stores)).toEqual([undefined, 4]);
    const [dropped] = await stores.trail.list({ action: 'AUDIT_SEGMENT_DROPPED', limit: 10 });
    expect(dropped).toMatchObject({ target: { type: 'audit', id: `${chain}/1-2` }, reason: 'retention' });
    expect(await stores.trail.drop(FUTURE)).toBe(true);
    expect(await stores.trail.drop(FUTURE)).toBe(false);
    expect(await verifiedTrail(stores)).toEqual([undefined, 3]);
  });

  it('seals no record that is too young, and none twice', async () => {
    await stores.trail.record(fact(1));

    expect(await stores.trail.seal(Date.now() - 3_600_000, 100)).toBe(0);
    expect(await stores.trail.seal(FUTURE, 100)).toBe(1);
    expect(await stores.trail.seal(FUTURE, 100)).toBe(0);
  });

  it('lists the matching records in pages', async () => {
    const actors = ['billing', 'shop'];
    for (let count = 0; count < 6; count += 1)
      await stores.trail.record({
        ...fact(count),
        actor: { type: 'caller', name: actors[count % 2] ?? '' },
        outcome: count < 3 ? 'denied' : 'success',
      });
    const counts = async (query: object): Promise<unknown[]> =>
      (await stores.trail.list({ limit: 10, ...query })).map(({ detail }) => detail['count']);

    expect((await counts({})).length).toBe(6);
    expect(new Set(await counts({ actor: 'shop' }))).toEqual(new Set([1, 3, 5]));
    expect(new Set(await counts({ actor: 'shop', outcome: 'denied' }))).toEqual(new Set([1]));
    expect(await counts({ target: 'nothing' })).toEqual([]);
    expect(await counts({ action: 'SINK_PAUSED' })).toEqual([]);
    expect(await counts({ to: 1_000 })).toEqual([]);
    expect((await counts({ from: 1_000, to: FUTURE })).length).toBe(6);
    const pages: unknown[] = [];
    let after: { at: number; chain: number; seq: number } | undefined;
    for (let page = 0; page < 3; page += 1) {
      const found = await stores.trail.list({ limit: 2, ...(after === undefined ? {} : { after }) });
      pages.push(...found.map(({ detail }) => detail['count']));
      const last = found.at(-1);
      if (last !== undefined) after = { at: Date.parse(last.at), chain: last.chain, seq: last.seq };
    }
    expect(pages).toEqual(await counts({}));
  });

  function fact(count: number): AuditFact {
    return {
      action: 'REQUEST_REFUSED',
      target: { type: 'route', id: 'POST /v1/sessions' },
      detail: { count },
    };
  }
});
