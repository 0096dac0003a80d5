import { GuestInSessionError } from '../../src/session/domain/session.errors';
import { guestAddressOf } from '../../src/session/domain/opening-message';
import { Session } from '../../src/session/domain/session';
import { SessionStore } from '../../src/session/ports/session.store';
import {
  createStorage,
  DIALECTS,
  limits,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';

const ADDRESS = guestAddressOf('integration', 'guest');
const ROOM = limits(100);

describe.each(DIALECTS)(`the addresses of guests in the ${SessionStore.name} on %s`, (dialect) => {
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

  const addressed = (): Session => newSession(1_000, { guestAddress: ADDRESS });
  const found = async (): Promise<string | undefined> =>
    (await stores.sessions.findByGuestAddress(ADDRESS))?.conversationId;

  async function reserved(): Promise<Session> {
    const session = addressed();
    await stores.sessions.reserve(session, ROOM);
    return session;
  }

  it('lead to the session from its reservation on, and not beyond its end', async () => {
    const session = await reserved();
    expect(await found()).toBe(session.conversationId);
    session.activate(2_000);
    await stores.sessions.save(session);
    expect(await found()).toBe(session.conversationId);
    session.lose('gone', 3_000);
    await stores.sessions.save(session);

    expect(await found()).toBeUndefined();
    expect((await stores.sessions.find(session.conversationId))?.snapshot.guestAddress).toBeUndefined();
  });

  it('belong to one of many concurrent reservations, and the others leave nothing', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, reserved));

    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(29);
    expect(
      refused.every((outcome) => 'reason' in outcome && outcome.reason instanceof GuestInSessionError),
    ).toBe(true);
    expect(await stores.sessions.countLive()).toBe(1);
    expect(await stores.sessions.list({ limit: 100 })).toHaveLength(1);
  });

  it('are free again once the conversation is disconnected, and not before', async () => {
    const session = await reserved();
    session.activate(2_000);
    await stores.sessions.save(session);
    session.end('requested', 3_000);
    await stores.sessions.save(session);
    await expect(reserved()).rejects.toThrow(GuestInSessionError);
    session.settleDisconnect('confirmed', 4_000);
    await stores.sessions.save(session);

    expect(await found()).toBeUndefined();
    expect(await found()).not.toBe((await reserved()).conversationId);
  });

  it('are held by a failed opening whose conversation has to be disconnected', async () => {
    const session = await reserved();
    session.fail('open-failed', 2_000, { outcomeUnknown: true });
    await stores.sessions.save(session);

    expect(await found()).toBeUndefined();
    await expect(reserved()).rejects.toThrow(GuestInSessionError);
  });

  it('of other guests, and sessions without one, do not matter', async () => {
    await reserved();
    await stores.sessions.reserve(newSession(), ROOM);
    await stores.sessions.reserve(
      newSession(1_000, { guestAddress: guestAddressOf('integration', 'another') }),
      ROOM,
    );

    expect(await stores.sessions.countLive()).toBe(3);
  });
});
