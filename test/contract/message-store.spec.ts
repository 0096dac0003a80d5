import { FEED_START } from '../../src/events/domain/feed-event';
import type { ConversationMessage } from '../../src/session/domain/conversation-message';
import { guestRefOf, newGuestToken } from '../../src/session/domain/guest-token';
import type { Session } from '../../src/session/domain/session';
import {
  createStorage,
  DIALECTS,
  newSession,
  type TestStorage,
  TestStores,
} from '../support/persistence-harness';

const LIMIT = { limit: 100 };

function aMessage(id: string, facts: Partial<ConversationMessage> = {}): ConversationMessage {
  const sentAt = new Date(1_800_000_000_000).toISOString();
  return { id, direction: 'outbound', type: 'text', text: `text of ${id}`, content: [], sentAt, ...facts };
}

describe.each(DIALECTS)('MessageStore and EventFeed on %s', (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  let session: Session;

  beforeAll(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
  });
  beforeEach(async () => {
    session = await stores.reserved(1_000, { owner: 'billing', guestToken: newGuestToken() });
  });
  afterAll(async () => {
    await stores.close();
    await storage.remove();
  });

  const keep = (...messages: ConversationMessage[]): Promise<number> =>
    stores.messages.keep(
      session.conversationId,
      messages.map((message) => ({ message })),
    );
  const list = async (): Promise<string[]> =>
    (await stores.messages.list(session.conversationId, LIMIT)).map(({ id }) => id);

  describe('messages', () => {
    it('are stored once each, also when they arrive repeatedly and with others', async () => {
      expect(await keep(aMessage('a'), aMessage('b'))).toBe(2);
      expect(await keep(aMessage('b'), aMessage('c'), aMessage('c'))).toBe(1);
      expect(await list()).toEqual(['a', 'b', 'c']);
    });

    it('are recorded with the act of another caller in one transaction, also when they are stored already', async () => {
      const { conversationId } = session;
      const act = {
        action: 'MESSAGE_SENT',
        target: { type: 'session', id: conversationId },
        conversationId,
      } as const;
      const recorded = (): unknown[] =>
        stores.published.records.filter((record) => record.conversationId === conversationId);
      await keep(aMessage('a'));
      expect(recorded()).toEqual([]);
      await stores.messages.keep(conversationId, [
        { message: aMessage('a'), act },
        { message: aMessage('b'), act },
      ]);
      expect(recorded()).toEqual([act, act].map((fact) => expect.objectContaining(fact) as unknown));
      // This text cannot be parsed as JSON.
      const content = [{ type: 'other', contentType: 'Card', value: { count: 1n } }] as const;
      const broken = { message: aMessage('c', { content }), act };
      await expect(stores.messages.keep(conversationId, [broken])).rejects.toThrow();
      expect(recorded()).toHaveLength(2);
    });

    it('are read unchanged', async () => {
      const attachment = { id: 'f', filename: 'a.png', sizeBytes: 7 };
      const message = aMessage('full', {
        reference: 'ref',
        direction: 'inbound',
        content: [{ type: 'attachment', attachment }],
        from: { nickname: 'Ada' },
        originatingEntity: 'Human',
      });
      await keep(message);

      expect(await stores.messages.list(session.conversationId, LIMIT)).toEqual([message]);
      expect(await stores.messages.find(session.conversationId, 'ref')).toEqual({ message });
      expect(await stores.messages.find(session.conversationId, 'other')).toBeUndefined();
    });

    it('are in the order of their times, page by page', async () => {
      const at = (ms: number): Pick<ConversationMessage, 'sentAt'> => ({
        sentAt: new Date(1_800_000_000_000 + ms).toISOString(),
      });
      await keep(
        aMessage('late', at(9)),
        aMessage('early', at(1)),
        aMessage('b', at(5)),
        aMessage('a', at(5)),
      );
      const [first, second, third] = await stores.messages.list(session.conversationId, { limit: 3 });
      const after = third ?? aMessage('none');
      const rest = await stores.messages.list(session.conversationId, { limit: 3, after });

      expect([first, second, third, ...rest].map((message) => message?.id)).toEqual([
        'early',
        'a',
        'b',
        'late',
      ]);
    });

    it('get the fingerprint of their request, in either order of request and echo', async () => {
      const own = aMessage('own', { reference: 'ref' });
      await keep(own);
      await stores.messages.keep(session.conversationId, [{ message: own, fingerprint: 'one' }]);
      await stores.messages.keep(session.conversationId, [{ message: own, fingerprint: 'other' }]);

      expect(await stores.messages.find(session.conversationId, 'ref')).toMatchObject({ fingerprint: 'one' });
    });

    it('are refused for an unknown session', async () => {
      const other = newSession();
      expect(await stores.messages.keep(other.conversationId, [{ message: aMessage('a') }])).toBe(0);
      expect(await stores.messages.keep(session.conversationId, [])).toBe(0);
    });

    it('are encrypted at rest', async () => {
      await keep(aMessage('secret', { text: 'canary-of-the-guest' }));
      const rows = await stores.connection.db
        .selectFrom('conversation_event')
        .select('body')
        .where('message_id', '=', 'secret')
        .execute();

      expect(rows).toEqual([{ body: expect.stringMatching(/^enc:k1:/) as string }]);
    });

    it('are deleted when their guest is erased, and none is stored afterwards', async () => {
      await keep(aMessage('a'));
      session.fail('open-failed', 1_000, { outcomeUnknown: false });
      await stores.sessions.save(session);
      await stores.guests.erase(guestRefOf(session.snapshot.guestToken), 2_000);

      expect(await list()).toEqual([]);
      expect(await keep(aMessage('a'))).toBe(0);
    });
  });

  describe('the feed', () => {
    it('has messages and changes of state in the order of their saves', async () => {
      const before = await stores.feed.latest();
      await keep(aMessage('a'));
      session.activate(1_000);
      await stores.sessions.save(session);
      await keep(aMessage('b'));
      const events = await stores.feed.after(before, 10, { conversationId: session.conversationId });

      expect(events).toEqual([
        expect.objectContaining({ kind: 'message', owner: 'billing', body: aMessage('a') }),
        expect.objectContaining({ kind: 'state', body: { state: 'active', version: 1 } }),
        expect.objectContaining({ kind: 'message', conversationId: session.conversationId }),
      ]);
      expect(await stores.feed.latest()).toEqual(events.at(-1)?.position);
    });

    it('continues after a position in batches, for one owner or one conversation', async () => {
      const other = await stores.reserved(1_000, { owner: 'sales' });
      const start = await stores.feed.latest();
      await keep(aMessage('a'), aMessage('b'));
      await stores.messages.keep(other.conversationId, [{ message: aMessage('x') }]);
      const ids = async (limit: number, filter = {}, after = start): Promise<string[]> =>
        (await stores.feed.after(after, limit, filter)).map(({ body }) => (body as ConversationMessage).id);

      expect(await ids(10)).toEqual(['a', 'b', 'x']);
      expect(await ids(10, { owner: 'sales' })).toEqual(['x']);
      expect(await ids(10, { conversationId: session.conversationId })).toEqual(['a', 'b']);
      const [first] = await stores.feed.after(start, 1);
      expect(await ids(1, {}, first?.position)).toEqual(['b']);
    });
  });
});

describe('EventFeed on postgres', () => {
  it('misses no event of a transaction that began earlier and commits later', async () => {
    const storage = await createStorage('postgres');
    const stores = await TestStores.open(storage.config);
    const [slow, fast] = [await stores.reserved(), await stores.reserved()];
    const shown = async (): Promise<string[]> =>
      (await stores.feed.after(FEED_START, 10)).map(({ conversationId }) => conversationId);
    try {
      await stores.unitOfWork.run(async (work) => {
        await stores.feedWriter.writeMessages(work, { conversation_id: slow.conversationId, owner: '' }, [
          { message: aMessage('slow') },
        ]);
        await stores.messages.keep(fast.conversationId, [{ message: aMessage('fast') }]);
        expect(await shown()).toEqual([fast.conversationId]);
      });
      expect(await shown()).toEqual([fast.conversationId, slow.conversationId]);
    } finally {
      await stores.close();
      await storage.remove();
    }
  });
});
