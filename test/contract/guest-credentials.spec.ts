import { guestRefOf, newGuestToken } from '../../src/session/domain/guest-token';
import type { Session } from '../../src/session/domain/session';
import { GuestCredentials } from '../../src/session/ports/guest-credentials';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

const CREDENTIALS = { jwt: 'canary-jwt', refreshToken: 'canary-refresh' };

describe.each(DIALECTS)(`${GuestCredentials.name} on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  let session: Session;

  beforeAll(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
  });
  beforeEach(async () => {
    session = await stores.reserved(1_000, { guestToken: newGuestToken() });
  });
  afterAll(async () => {
    await stores.close();
    await storage.remove();
  });

  const keep = (credentials?: typeof CREDENTIALS): Promise<void> =>
    stores.credentials.keep(session.conversationId, credentials);
  const find = (): ReturnType<GuestCredentials['find']> => stores.credentials.find(session.conversationId);
  const isAuthenticated = async (): Promise<boolean> =>
    (await stores.get(session.conversationId)).snapshot.isAuthenticated;

  async function stored(): Promise<string | null> {
    const { guest_credentials } = await stores.connection.db
      .selectFrom('session')
      .select('guest_credentials')
      .where('conversation_id', '=', session.conversationId)
      .executeTakeFirstOrThrow();
    return guest_credentials;
  }

  it('are stored encrypted, replaced and removed, and the session shows whether they exist', async () => {
    expect([await find(), await isAuthenticated()]).toEqual([undefined, false]);
    await keep(CREDENTIALS);
    expect([await find(), await isAuthenticated()]).toEqual([CREDENTIALS, true]);
    expect(await stored()).toMatch(/^enc:k1:[\w-]+$/);
    await keep({ ...CREDENTIALS, jwt: 'next' });
    expect(await find()).toEqual({ ...CREDENTIALS, jwt: 'next' });
    await keep();
    expect([await find(), await isAuthenticated()]).toEqual([undefined, false]);
  });

  it('do not conflict with an opening and its end', async () => {
    await keep(CREDENTIALS);
    session.activate(2_000, { isAuthenticated: true });
    await stores.sessions.save(session);

    expect(await find()).toEqual(CREDENTIALS);
    const audit = (await stores.auditTrail()).map(({ action }) => action);
    expect(audit.slice(-2)).toEqual(['SESSION_INITIALIZED', 'GUEST_AUTHENTICATED']);
  });

  it('stay until the upstream end is settled, and the session shows afterwards that they existed', async () => {
    await keep(CREDENTIALS);
    session.activate(2_000, { isAuthenticated: true });
    await stores.sessions.save(session);
    session.end('requested', 3_000);
    await stores.sessions.save(session);
    expect(await find()).toEqual(CREDENTIALS);
    session.settleDisconnect('confirmed', 4_000);
    await stores.sessions.save(session);

    expect([await find(), await stored(), await isAuthenticated()]).toEqual([undefined, '', true]);
    await keep(CREDENTIALS);
    expect(await find()).toBeUndefined();
    await stores.guests.erase(guestRefOf(session.snapshot.guestToken), 5_000);
    expect([await stored(), await isAuthenticated()]).toEqual(['', true]);
  });

  it('belong to one existing session', async () => {
    const other = await stores.reserved(1_000, { guestToken: newGuestToken() });
    await stores.credentials.keep(other.conversationId, CREDENTIALS);
    await stores.credentials.keep('unknown', CREDENTIALS);

    expect([await find(), await stores.credentials.find('unknown')]).toEqual([undefined, undefined]);
  });

  it('are re-encrypted when the key changes', async () => {
    await keep(CREDENTIALS);
    const { db } = stores.connection;
    await db
      .updateTable('session')
      .set({ guest_credentials: JSON.stringify(CREDENTIALS) })
      .execute();
    let position: { place: number; key: string } | undefined = { place: 0, key: '' };
    while (position !== undefined) ({ next: position } = await stores.dataKeys.renew(1_000, position));

    expect(await stored()).toMatch(/^enc:k1:/);
    expect(await find()).toEqual(CREDENTIALS);
  });
});
