import { StorageUnavailableError } from '../../src/common/errors/storage-unavailable.errors';
import { SessionChangedError, SessionLimitReachedError } from '../../src/session/domain/session.errors';
import { aFact } from '../../src/session/domain/platform-fact.builder';
import { SessionStore } from '../../src/session/ports/session.store';
import {
  createStorage,
  DIALECTS,
  newSession,
  TestStores,
  type TestStorage,
  limits,
} from '../support/persistence-harness';

describe.each(DIALECTS)(`${SessionStore.name} on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config, ['crm', 'archive']);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const statesOf = async (events: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(events)).map((outcome) =>
      outcome.status === 'fulfilled' ? 'done' : (outcome.reason as Error).constructor,
    );

  describe('reserve', () => {
    it('writes the session as connecting and takes a slot', async () => {
      const session = newSession(5_000);
      await stores.sessions.reserve(session, limits(1));
      expect((await stores.get(session.conversationId)).snapshot).toEqual(session.snapshot);
      expect(session.snapshot.version).toBe(0);
      await expect(stores.sessions.countLive()).resolves.toBe(1);
    });

    it('refuses when every slot is taken and writes nothing then', async () => {
      await stores.reserved();
      const second = newSession();
      await expect(stores.sessions.reserve(second, limits(1))).rejects.toThrow(SessionLimitReachedError);
      await expect(stores.sessions.find(second.conversationId)).resolves.toBeUndefined();
      await expect(stores.sessions.countLive()).resolves.toBe(1);
    });

    it('takes exactly the available slots in 200 concurrent calls', async () => {
      const outcomes = await statesOf(
        Array.from({ length: 200 }, () => stores.sessions.reserve(newSession(), limits(50))),
      );
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(50);
      expect(outcomes.filter((outcome) => outcome === SessionLimitReachedError)).toHaveLength(150);
      await expect(stores.sessions.countLive()).resolves.toBe(50);
      await expect(stores.sessions.list({ limit: 500 })).resolves.toHaveLength(50);
    });

    it('takes no slot for a session that cannot be written', async () => {
      const session = await stores.reserved();
      await expect(stores.sessions.reserve(session, limits(10))).rejects.not.toThrow(StorageUnavailableError);
      await expect(stores.sessions.countLive()).resolves.toBe(1);
    });

    it('keeps the cap exact while sessions end and others begin', async () => {
      const first = await Promise.all(Array.from({ length: 20 }, () => stores.reserved()));
      const ends = first.map((session) => {
        session.fail('open-failed', 2_000, { outcomeUnknown: false });
        return stores.sessions.save(session);
      });
      const begins = Array.from({ length: 60 }, () => stores.sessions.reserve(newSession(), limits(30)));
      const begun = (await statesOf(begins)).filter((outcome) => outcome === 'done').length;
      await Promise.all(ends);
      expect(begun).toBeGreaterThanOrEqual(10);
      expect(begun).toBeLessThanOrEqual(30);
      await expect(stores.sessions.countLive()).resolves.toBe(begun);
    });
  });

  describe('save', () => {
    it('stores every field and increments the version', async () => {
      const session = await stores.activated(1_000, { disclosesGuestToken: true, durationLimit: 60 });
      expect(session.snapshot.version).toBe(1);
      session.end('heartbeat-lost', 2_000);
      await stores.sessions.save(session);
      session.postponeDisconnect(9_000);
      await stores.sessions.save(session);
      const stored = await stores.get(session.conversationId);
      expect(stored.snapshot).toEqual(session.snapshot);
      expect(stored.snapshot).toMatchObject({
        state: 'terminating',
        endReason: 'heartbeat-lost',
        disconnectDueAt: 9_000,
        version: 3,
      });
    });

    it("stores the platform's end cause, and passes it to the sinks and the feed", async () => {
      const session = await stores.activated(1_000);
      expect((await stores.get(session.conversationId)).snapshot.endCause).toBeNull();
      session.lose('expired', 2_000, 'SessionExpiredEvent');
      await stores.sessions.save(session);
      const { snapshot } = await stores.get(session.conversationId);
      expect(snapshot).toMatchObject({ endReason: 'expired', endCause: 'SessionExpiredEvent' });
      const [{ event } = { event: undefined }] = await stores.ledger.list({ limit: 1 });
      expect(event?.metadata).toMatchObject({ endCause: 'SessionExpiredEvent' });
      const written = await stores.connection.db.selectFrom('conversation_event').select('body').execute();
      expect(written.at(-1)?.body).toContain('"endCause":"SessionExpiredEvent"');
    });

    it('stores the facts of the platform, and passes them to the sinks and the feed', async () => {
      const session = await stores.activated();
      session.identifyUpstream('theirs');
      const facts = [aFact('waiting', 10), aFact('agent-joined', 20), aFact('ended', 30)];
      for (const fact of facts) session.observe(fact, 2_000, { keepsGuest: false });
      await stores.sessions.save(session);

      const found = await stores.sessions.findByGenesysConversationId('theirs');
      expect(found?.snapshot).toEqual(session.snapshot);
      expect(found?.snapshot.platformReport).toMatchObject({ endedBy: 'agent', disconnectType: 'peer' });
      expect(await stores.sessions.findByGenesysConversationId('another')).toBeUndefined();
      const told = await stores.feed.after(0, 10);
      expect(told.slice(1).map(({ body }) => body)).toEqual([
        expect.objectContaining({
          event: 'waiting',
          facts: { assignment: 'waiting', assignedQueueId: 'queue-1' },
        }),
        expect.objectContaining({ event: 'agent-joined' }),
        expect.objectContaining({ state: 'disconnected', endedBy: 'agent', disconnectType: 'peer' }),
      ]);
      expect((await stores.ledger.list({ limit: 10 })).map(({ event }) => event.state)).toEqual(
        expect.arrayContaining(['waiting', 'agent-joined', 'disconnected']),
      );
    });

    it('stores any text unchanged', async () => {
      const name = `O'Brien "👩‍👩‍👧"\n\t\\ ; drop table session; -- %s $1 ? ß 漢字 \u202e`;
      const session = await stores.activated(1_000, { name, queueId: name, capabilities: [name, ''] });
      expect((await stores.get(session.conversationId)).snapshot).toEqual(session.snapshot);
      const [delivery] = await stores.claim();
      expect(delivery?.event.metadata['queueId']).toBe(name);
    });

    it('refuses a session that was changed since it was read, and writes nothing', async () => {
      const session = await stores.activated();
      const other = await stores.get(session.conversationId);
      session.end('requested', 2_000);
      await stores.sessions.save(session);
      other.lose('gone', 2_000);
      await expect(stores.sessions.save(other)).rejects.toThrow(SessionChangedError);
      expect(other.snapshot.version).toBe(1);
      await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'terminating');
      await expect(stores.summary.totals()).resolves.toMatchObject({ sessionsDisconnected: 0 });
      await expect(stores.outbox.backlog('crm')).resolves.toHaveProperty('pending', 1);
    });

    it('refuses a session that was never stored', async () => {
      const session = newSession();
      session.activate(1_000);
      await expect(stores.sessions.save(session)).rejects.toThrow(SessionChangedError);
    });

    it('lets one of many saves of the same version win', async () => {
      const { conversationId } = await stores.activated();
      const copies = await Promise.all(Array.from({ length: 20 }, () => stores.get(conversationId)));
      const outcomes = await statesOf(
        copies.map((copy, index) => {
          if (index % 2 === 0) copy.end('requested', 2_000);
          else copy.lose('gone', 2_000);
          return stores.sessions.save(copy);
        }),
      );
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === SessionChangedError)).toHaveLength(19);
      await expect(stores.sessions.countLive()).resolves.toBe(0);
      await expect(stores.get(conversationId)).resolves.toHaveProperty('snapshot.version', 2);
    });

    it('frees the slot once, when the session is no longer live', async () => {
      const session = await stores.activated();
      await stores.reserved();
      await expect(stores.sessions.countLive()).resolves.toBe(2);
      session.end('requested', 2_000);
      await stores.sessions.save(session);
      await expect(stores.sessions.countLive()).resolves.toBe(1);
      session.postponeDisconnect(3_000);
      await stores.sessions.save(session);
      session.settleDisconnect('confirmed', 4_000);
      await stores.sessions.save(session);
      await expect(stores.sessions.countLive()).resolves.toBe(1);
    });

    it('frees the slot of a session that never became active', async () => {
      const session = await stores.reserved();
      session.fail('open-failed', 2_000, { code: 'upstream-timeout', outcomeUnknown: true });
      await stores.sessions.save(session);
      await expect(stores.sessions.countLive()).resolves.toBe(0);
    });

    it('notifies the commit signal after the commit, and only when something was queued', async () => {
      const session = await stores.reserved();
      expect(stores.notifications).toBe(0);
      session.activate(1_000);
      await stores.sessions.save(session);
      expect(stores.notifications).toBe(1);
      session.end('requested', 2_000);
      await stores.sessions.save(session);
      expect(stores.notifications).toBe(1);
    });

    it('succeeds without subscribers of events', async () => {
      await stores.close();
      stores = await TestStores.open(storage.config, []);
      const session = await stores.activated();
      await expect(stores.get(session.conversationId)).resolves.toHaveProperty('state', 'active');
      expect(stores.notifications).toBe(0);
    });

    it('saves many sessions concurrently', async () => {
      const sessions = await Promise.all(Array.from({ length: 60 }, () => stores.activated()));
      await Promise.all(
        sessions.map(async (session, index) => {
          if (index % 2 === 0) session.lose('gone', 2_000);
          else session.end('requested', 2_000);
          await stores.sessions.save(session);
        }),
      );
      await expect(stores.sessions.countLive()).resolves.toBe(0);
      await expect(stores.summary.totals()).resolves.toMatchObject({
        sessionsStarted: 60,
        sessionsDisconnected: 30,
      });
    });
  });

  it('sets the slots to the number of live sessions', async () => {
    await stores.reserved();
    await stores.activated();
    const ended = await stores.activated();
    ended.lose('gone', 2_000);
    await stores.sessions.save(ended);
    await stores.connection.db
      .updateTable('counter')
      .set({ value: 77 })
      .where('name', '=', 'slots')
      .execute();
    await expect(stores.sessions.recountSlots()).resolves.toBe(2);
    await expect(stores.sessions.countLive()).resolves.toBe(2);
  });
});
