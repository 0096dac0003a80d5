import { GuestNotFoundError, GuestSessionLiveError } from '../../src/privacy/domain/privacy.errors';
import { GuestStore } from '../../src/privacy/ports/guest.store';
import { aFact } from '../../src/session/domain/platform-fact.builder';
import { guestRefOf } from '../../src/session/domain/guest-token';
import type { Session } from '../../src/session/domain/session';
import { SessionChangedError } from '../../src/session/domain/session.errors';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

const TOKEN = 'jwt_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const GUEST = guestRefOf(TOKEN);
const ADA = { guestToken: TOKEN, name: 'Ada Lovelace' };

describe.each(DIALECTS)(`${GuestStore.name} on %s`, (dialect) => {
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

  async function over(given: Parameters<TestStores['activated']>[1] = ADA): Promise<Session> {
    const session = await stores.activated(1_000, given);
    session.lose('gone', 2_000);
    await stores.sessions.save(session);
    return session;
  }

  /** Returns the raw content of the tables. */
  async function rows(): Promise<{ sessions: unknown[]; events: { metadata: string }[] }> {
    const { db } = stores.connection;
    return {
      sessions: await db
        .selectFrom('session')
        .select(['name', 'guest_token', 'guest_ref'])
        .orderBy('conversation_id')
        .execute(),
      events: await db.selectFrom('session_event').select('metadata').orderBy('sequence').execute(),
    };
  }

  const encrypted = expect.stringMatching(/^enc:k1:[\w-]+$/) as string;

  it('encrypts name and token, and decrypts both', async () => {
    const session = await over({ ...ADA, disclosesGuestToken: true });

    const { sessions, events } = await rows();
    expect(sessions).toEqual([{ name: encrypted, guest_token: encrypted, guest_ref: GUEST }]);
    expect(events).toEqual([{ metadata: encrypted }, { metadata: encrypted }]);
    expect((await stores.get(session.conversationId)).snapshot).toMatchObject(ADA);
    const [claimed] = await stores.claim();
    expect(claimed?.event.metadata).toMatchObject({ guestIdToken: TOKEN });
    const listed = await stores.ledger.list({ limit: 10 });
    expect(listed.map(({ event }) => event.metadata['guestIdToken'])).toEqual([TOKEN, TOKEN]);
  });

  it('encrypts the guest context of the opening, and deletes it at the end of the session', async () => {
    const guestContext = { customAttributes: { order: 'canary-4711' } };
    const stored = async (): Promise<unknown> =>
      (await stores.connection.db.selectFrom('session').select('guest_context').executeTakeFirstOrThrow())
        .guest_context;
    const session = await stores.activated(1_000, { ...ADA, guestContext });

    expect(await stored()).toEqual(encrypted);
    expect((await stores.get(session.conversationId)).snapshot).toMatchObject({ guestContext });
    session.identifyUpstream('theirs');
    session.lose('gone', 2_000);
    await stores.sessions.save(session);
    const { snapshot } = await stores.get(session.conversationId);
    expect(snapshot).toMatchObject({ genesysConversationId: 'theirs' });
    expect(await stored()).toBeNull();
    await stores.guests.erase(GUEST, 5_000);
    expect(await stored()).toBeNull();
  });

  it('encrypts the wrap-up of an agent and its event, and erases its notes and tags', async () => {
    const session = await over();
    const notes = 'canary: lives at 12 Elm Street';
    session.observe(aFact('wrapped-up', 60, { notes, tags: ['canary'] }), 3_000, { keepsGuest: false });
    await stores.sessions.save(session);
    const { db } = stores.connection;
    const stored = async (): Promise<unknown> =>
      (await db.selectFrom('session').select('wrap_up').executeTakeFirstOrThrow()).wrap_up;

    expect([await stored(), (await rows()).events.at(-1)?.metadata]).toEqual([encrypted, encrypted]);
    expect((await stores.get(session.conversationId)).snapshot.wrapUp).toMatchObject({ notes });
    await stores.guests.erase(GUEST, 5_000);
    expect(await stored()).toBeNull();
    const last = (await rows()).events.at(-1)?.metadata ?? '';
    expect(JSON.parse(last)).toMatchObject({ wrapUpCode: 'solved', guestRef: GUEST });
    expect(last).not.toContain('canary');
  });

  it('erases an address that a previous release has left behind', async () => {
    const { conversationId } = await over();
    const { db } = stores.connection;
    await db.updateTable('session').set({ guest_address: 'digest' }).execute();
    await stores.guests.erase(GUEST, 5_000);

    expect((await stores.get(conversationId)).snapshot.guestAddress).toBeUndefined();
  });

  it('erases name and token permanently, and keeps the rest of the session', async () => {
    const session = await over();
    const before = (await stores.get(session.conversationId)).snapshot;

    await expect(stores.guests.erase(GUEST, 5_000)).resolves.toEqual({
      guestRef: GUEST,
      erasedAt: 5_000,
      conversationIds: [session.conversationId],
    });

    expect((await rows()).sessions).toEqual([{ name: '', guest_token: '', guest_ref: GUEST }]);
    const after = (await stores.get(session.conversationId)).snapshot;
    expect(after).toEqual({
      ...before,
      name: '',
      guestToken: '',
      erasedAt: 5_000,
      version: before.version + 1,
    });
    await expect(stores.sessions.list({ limit: 10 })).resolves.toHaveLength(1);
  });

  it('erases every session of the guest, and none of another guest', async () => {
    const own = [await over(), await over(), await over()].map(({ conversationId }) => conversationId).sort();
    const other = await over({ guestToken: 'jwt_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', name: 'Grace' });

    expect((await stores.guests.erase(GUEST, 5_000)).conversationIds).toEqual(own);

    const names = await Promise.all(own.map(async (id) => (await stores.get(id)).snapshot.name));
    expect(names).toEqual(['', '', '']);
    expect((await stores.get(other.conversationId)).snapshot).toMatchObject({
      name: 'Grace',
      erasedAt: null,
    });
  });

  it('records the erasure once, in its transaction, without name or token', async () => {
    await over();
    await stores.guests.erase(GUEST, 5_000);
    await stores.guests.erase(GUEST, 6_000);

    const trail = await stores.auditTrail();
    expect(trail.filter(({ action }) => action === 'GUEST_ERASED')).toEqual([
      { action: 'GUEST_ERASED', requestId: null, detail: { guestRef: GUEST, count: 1 } },
    ]);
    expect(stores.published.records.at(-1)).toMatchObject({
      action: 'GUEST_ERASED',
      target: { type: 'guest', id: GUEST },
    });
    expect(JSON.stringify(trail)).not.toMatch(/Ada|jwt_/);
  });

  it('is idempotent', async () => {
    const session = await over();
    const first = await stores.guests.erase(GUEST, 5_000);
    const { version } = (await stores.get(session.conversationId)).snapshot;

    await expect(stores.guests.erase(GUEST, 6_000)).resolves.toEqual(first);
    expect((await stores.get(session.conversationId)).snapshot.version).toBe(version);
    const together = await Promise.all([1, 2, 3].map((at) => stores.guests.erase(GUEST, 6_000 + at)));
    expect(together).toEqual([first, first, first]);
  });

  it('replaces the token by the reference in pending events', async () => {
    const disclosing = await over({ ...ADA, disclosesGuestToken: true });
    const discreet = await over();
    await stores.guests.erase(GUEST, 5_000);

    for (const { event } of await stores.ledger.list({ limit: 10 })) {
      expect(event.metadata).toMatchObject({ guestRef: GUEST, queueId: 'queue-1' });
      expect(event.metadata).not.toHaveProperty('guestIdToken');
    }
    const heads = await stores.claim();
    expect(heads.map(({ event }) => event.conversationId).sort()).toEqual(
      [disclosing.conversationId, discreet.conversationId].sort(),
    );
    expect((await rows()).events.filter(({ metadata }) => !metadata.startsWith('{'))).toEqual([]);
  });

  it('reports an unknown guest', async () => {
    await over();

    await expect(stores.guests.erase(guestRefOf('jwt_other'), 5_000)).rejects.toThrow(GuestNotFoundError);
    await expect(stores.guests.erase('', 5_000)).rejects.toThrow(GuestNotFoundError);
  });

  it.each([
    ['is being opened', () => undefined],
    [
      'is active',
      (session: Session) => {
        session.activate(1_500);
      },
    ],
    [
      'is being ended',
      (session: Session) => {
        session.activate(1_500);
        session.end('requested', 2_000);
      },
    ],
    [
      'failed and is still to be disconnected',
      (session: Session) => session.fail('open-failed', 2_000, { outcomeUnknown: true }),
    ],
  ])('refuses to erase a guest with a session that %s', async (_, live) => {
    const ended = await over();
    const session = await stores.reserved(1_000, ADA);
    live(session);
    await stores.sessions.save(session);

    await expect(stores.guests.erase(GUEST, 5_000)).rejects.toThrow(GuestSessionLiveError);
    expect((await stores.get(ended.conversationId)).snapshot).toMatchObject(ADA);
    expect((await stores.auditTrail()).map(({ action }) => action)).not.toContain('GUEST_ERASED');
  });

  it('is not undone by a save of a session that was read before', async () => {
    const { conversationId } = await over();
    const stale = await stores.get(conversationId);
    await stores.guests.erase(GUEST, 5_000);

    await expect(stores.sessions.save(stale)).rejects.toThrow(SessionChangedError);
    await stores.sessions.save(await stores.get(conversationId));
    expect((await stores.get(conversationId)).snapshot).toMatchObject({ name: '', guestToken: '' });
  });
});
