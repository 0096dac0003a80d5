import type { ConversationMessage } from '../../src/session/domain/conversation-message';
import { guestRefOf } from '../../src/session/domain/guest-token';
import type { Session } from '../../src/session/domain/session';
import type { SessionEvent } from '../../src/session/domain/session-event';
import { SessionChangedError } from '../../src/session/domain/session.errors';
import { createStorage, DIALECTS, type TestStorage, TestStores } from '../support/persistence-harness';
import { deliverAll } from './queued-sessions';

const TOKEN = 'jwt_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const GUEST = guestRefOf(TOKEN);
const TEXT = 'canary: lives at 12 Elm Street';

function aMessage(id: string, facts: Partial<ConversationMessage> = {}): ConversationMessage {
  const sentAt = new Date(2_000).toISOString();
  return { id, direction: 'inbound', type: 'text', text: TEXT, content: [], sentAt, ...facts };
}

describe.each(DIALECTS)('messages as events on %s', (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config, ['crm', 'archive'], { CRM_INCLUDE_MESSAGES: true });
    stores.clock.at = 5_000;
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const keep = (session: Session, ...messages: ConversationMessage[]): Promise<number> =>
    stores.messages.keep(
      session.conversationId,
      messages.map((message) => ({ message })),
    );
  const told = async (sink = 'crm'): Promise<SessionEvent[]> =>
    (await deliverAll(stores, sink)).map(({ event }) => event);
  const story = (events: readonly SessionEvent[], { conversationId }: Session): string[] =>
    events
      .filter((event) => event.conversationId === conversationId)
      .map(({ sequence, state }) => `${sequence} ${state}`);
  const lastSequence = async ({ conversationId }: Session): Promise<number> =>
    (await stores.get(conversationId)).snapshot.lastSequence;

  it('reach every sink in the order of the commits with the states, unchanged', async () => {
    const session = await stores.activated(1_000, { guestToken: TOKEN });
    const sent = aMessage('a');
    const received = aMessage('b', { direction: 'outbound', from: { nickname: 'Ada' } });
    await keep(session, sent, received);
    session.lose('gone', 6_000);
    await stores.sessions.save(session);

    const events = await told();
    const expected = ['1 connected', '2 message-sent', '3 message-received', '4 disconnected'];
    expect(story(events, session)).toEqual(expected);
    expect(story(await told('archive'), session)).toEqual(expected);
    expect(events[1]).toMatchObject({
      occurredAt: 2_000,
      metadata: { channel: session.snapshot.channel, queueId: session.snapshot.queueId, guestRef: GUEST },
      message: sent,
    });
    expect(events.map(({ message }) => message)).toEqual([undefined, sent, received, undefined]);
    expect(events.some(({ metadata }) => 'message' in metadata)).toBe(false);
  });

  it('are events once, however often they arrive', async () => {
    const session = await stores.activated();
    expect(await keep(session, aMessage('a'), aMessage('a'))).toBe(1);
    expect(await keep(session, aMessage('a'))).toBe(0);
    expect(await keep(session, aMessage('a'), aMessage('b'))).toBe(1);

    const events = await told();
    expect(story(events, session)).toEqual(['1 connected', '2 message-sent', '3 message-sent']);
    expect(events.flatMap(({ message }) => message?.id ?? [])).toEqual(['a', 'b']);
    expect(await lastSequence(session)).toBe(3);
  });

  it('are numbered without gaps when sessions end that were read before', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => stores.activated()));
    await Promise.all(
      sessions.flatMap((session) => {
        session.lose('gone', 6_000);
        const keeping = (from: number): Promise<number>[] =>
          [0, 1, 2, 3].map((index) => keep(session, aMessage(`m${from + index}`)));
        return [...keeping(0), stores.sessions.save(session), ...keeping(4)];
      }),
    );

    const events = await told();
    for (const session of sessions) {
      const own = events.filter(({ conversationId }) => conversationId === session.conversationId);
      expect(own.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(own.filter(({ state }) => state === 'disconnected')).toHaveLength(1);
      expect(new Set(own.flatMap(({ message }) => message?.id ?? [])).size).toBe(8);
      expect(await lastSequence(session)).toBe(10);
    }
  });

  it('move the events of a session that is saved several times, and no save takes their numbers back', async () => {
    const session = await stores.activated();
    await keep(session, aMessage('a'));
    session.authenticate();
    await stores.sessions.save(session);
    expect(await lastSequence(session)).toBe(2);
    session.end('requested', 6_000);
    await stores.sessions.save(session);
    await keep(session, aMessage('b'));
    session.settleDisconnect('confirmed', 7_000);
    await stores.sessions.save(session);
    await keep(session, aMessage('c'));

    expect(story(await told(), session)).toEqual([
      '1 connected',
      '2 message-sent',
      '3 message-sent',
      '4 terminated',
      '5 message-sent',
    ]);
  });

  it('come before the connection when they are stored first, and count no session as started', async () => {
    const [opened, failed] = [await stores.reserved(), await stores.reserved()];
    await keep(opened, aMessage('a'));
    await keep(failed, aMessage('a'));
    const again = await stores.get(opened.conversationId);
    again.activate(3_000);
    await stores.sessions.save(again);
    failed.fail('open-failed', 3_000, { outcomeUnknown: false });
    await stores.sessions.save(failed);

    const events = await told();
    expect(story(events, opened)).toEqual(['1 message-sent', '2 connected']);
    expect(story(events, failed)).toEqual(['1 message-sent']);
    expect(await stores.summary.totals()).toMatchObject({ sessionsStarted: 1 });
  });

  it('are due when they are stored, whatever the time of the upstream', async () => {
    const session = await stores.activated();
    const sentAt = new Date(9_000_000).toISOString();
    await keep(session, aMessage('a', { sentAt }), aMessage('b'));

    const deliveries = await deliverAll(stores);
    expect(deliveries.map(({ queuedAt }) => queuedAt)).toEqual([1_000, 5_000, 5_000]);
    expect(deliveries[1]?.event.occurredAt).toBe(9_000_000);
  });

  it('are encrypted at rest, and in no audit record', async () => {
    const session = await stores.activated();
    await keep(session, aMessage('a'));
    const rows = await stores.connection.db
      .selectFrom('session_event')
      .select('metadata')
      .where('state', '=', 'message-sent')
      .execute();
    await deliverAll(stores);

    expect(rows).toEqual([{ metadata: expect.stringMatching(/^enc:k1:[\w-]+$/) as string }]);
    expect(stores.published.records.map(({ action }) => action)).toContain('CRM_SYNC_SUCCESS');
    expect(JSON.stringify(stores.published.records)).not.toContain('canary');
  });

  it('lose their content with the erasure of the guest, also while they wait', async () => {
    const session = await stores.activated(1_000, { guestToken: TOKEN });
    await keep(session, aMessage('a'));
    session.lose('gone', 6_000);
    await stores.sessions.save(session);
    await stores.guests.erase(GUEST, 7_000);
    expect(await keep(session, aMessage('b'))).toBe(0);

    const events = await told();
    expect(story(events, session)).toEqual(['1 connected', '2 message-sent', '3 disconnected']);
    expect(events[1]).not.toHaveProperty('message');
    expect(events[1]?.metadata).toMatchObject({ guestRef: GUEST });
    const rows = await stores.connection.db.selectFrom('session_event').select('metadata').execute();
    expect(JSON.stringify(rows)).not.toMatch(/enc:|canary/);
  });

  it('are no events without a sink', async () => {
    await stores.close();
    stores = await TestStores.open(storage.config, [], { CRM_INCLUDE_MESSAGES: true });
    const session = await stores.activated();

    expect(await keep(session, aMessage('a'))).toBe(1);
    expect(await lastSequence(session)).toBe(1);
  });

  it('are no events with the setting off', async () => {
    await stores.close();
    stores = await TestStores.open(storage.config);
    const session = await stores.activated();
    await keep(session, aMessage('a'));
    session.lose('gone', 6_000);
    await stores.sessions.save(session);

    expect(story(await told(), session)).toEqual(['1 connected', '2 disconnected']);
  });
});

describe('messages as events on postgres', () => {
  it('cannot be overwritten by a replica that has the setting off', async () => {
    const storage = await createStorage('postgres');
    const stores = await TestStores.open(storage.config, ['crm'], { CRM_INCLUDE_MESSAGES: true });
    const other = TestStores.beside(storage.config);
    try {
      const session = await other.activated();
      await stores.messages.keep(session.conversationId, [{ message: aMessage('a') }]);
      session.lose('gone', 6_000);
      await expect(other.sessions.save(session)).rejects.toThrow(SessionChangedError);
      const again = await other.get(session.conversationId);
      again.lose('gone', 6_000);
      await other.sessions.save(again);

      const deliveries = await deliverAll(stores);
      expect(deliveries.map(({ event }) => `${event.sequence} ${event.state}`)).toEqual([
        '1 connected',
        '2 message-sent',
        '3 disconnected',
      ]);
    } finally {
      await other.close();
      await stores.close();
      await storage.remove();
    }
  });
});
