import { sql } from 'kysely';
import { DataRefusedError } from '../../src/common/errors/data-refused.errors';
import { FEED_START } from '../../src/events/domain/feed-event';
import { AuditWriter } from '../../src/persistence/audit/audit-writer';
import { DataCipher } from '../../src/persistence/guest/data-cipher';
import { SqlDeliveryAdminStore } from '../../src/persistence/outbox/sql-delivery-admin.store';
import { SqlEventFeed } from '../../src/persistence/feed/sql-event-feed';
import { GuestDataEncryption } from '../../src/persistence/guest/guest-data-encryption';
import { SqlMessageStore } from '../../src/persistence/guest/sql-message.store';
import { SqlOutboxStore } from '../../src/persistence/outbox/sql-outbox.store';
import { SqlEphemeralEventBus } from '../../src/persistence/feed/sql-ephemeral-event-bus';
import { UnitOfWork } from '../../src/persistence/database/unit-of-work';
import type { ConversationMessage } from '../../src/session/domain/conversation-message';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { createStorage, DIALECTS, type TestStorage, TestStores } from '../support/persistence-harness';
import { conversationsOf, storedWithTwoEvents } from './queued-sessions';

/** A text in the form of an encrypted one that no key decrypts. */
const UNREADABLE = `enc:k1:${'A'.repeat(60)}`;

function aMessage(id: string): ConversationMessage {
  const sentAt = new Date(1_800_000_000_000).toISOString();
  return { id, direction: 'outbound', type: 'text', text: 'a text', content: [], sentAt };
}

describe.each(DIALECTS)('data that cannot be stored or read, on %s', (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  let reported: string[];

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    reported = [];
    stores.poison.onReport((queue) => reported.push(queue));
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const insertCounter = (name: string, value: bigint | null): Promise<unknown> =>
    stores.unitOfWork.run(({ db }) =>
      sql`insert into counter (name, value) values (${name}, ${value})`.execute(db),
    );

  describe(UnitOfWork.name, () => {
    it('names a violated constraint, within a transaction and outside', async () => {
      const insert = sql`insert into counter (name, value) values ('slots', 1)`;
      const code = dialect === 'postgres' ? /23505 .*counter/ : /SQLITE_CONSTRAINT.*counter\.name/;

      for (const attempt of [
        () => stores.unitOfWork.run(({ db }) => insert.execute(db)),
        () => stores.unitOfWork.query((db) => insert.execute(db)),
      ])
        await expect(attempt()).rejects.toMatchObject({
          name: DataRefusedError.name,
          refusal: expect.stringMatching(code) as string,
        });
      expect(stores.unitOfWork.count).toBe(0);
    });

    it('names a missing value and a number that is too large', async () => {
      await expect(insertCounter('a', null)).rejects.toBeInstanceOf(DataRefusedError);
      await expect(insertCounter('a', 2n ** 70n)).rejects.toBeInstanceOf(DataRefusedError);
    });

    it('does not translate the errors of invalid statements', async () => {
      const wrong = stores.unitOfWork.query((db) => sql`select nothing from nowhere`.execute(db));

      await expect(wrong).rejects.not.toBeInstanceOf(DataRefusedError);
    });

    if (dialect === 'postgres')
      it('names a text with the character that cannot be stored, and does not quote it', async () => {
        const { conversationId } = await stores.reserved();
        const message = { ...aMessage('what a guest wrote\u0000') };

        await expect(stores.messages.keep(conversationId, [{ message }])).rejects.toMatchObject({
          name: DataRefusedError.name,
          message: 'The database refused the data: 22021.',
        });
      });
  });

  it('gives deliveries beside one with an unreadable event, which is buried', async () => {
    const [poisoned, other] = [await storedWithTwoEvents(stores), await storedWithTwoEvents(stores)];
    await stores.connection.db
      .updateTable('session_event')
      .set({ metadata: UNREADABLE })
      .where('conversation_id', '=', poisoned.conversationId)
      .where('sequence', '=', 1)
      .execute();

    expect(conversationsOf(await stores.claim())).toEqual([other.conversationId]);
    expect(await stores.outbox.backlog('crm')).toMatchObject({ dead: 1, pending: 3 });
    const [next] = await stores.claim({ relay: 'relay-2', except: [other.conversationId] });
    expect(next?.event).toMatchObject({ conversationId: poisoned.conversationId, sequence: 2 });
    expect(reported).toEqual(['deliveries']);
  });

  it('lists deliveries of unreadable events, without their metadata', async () => {
    const { conversationId } = await storedWithTwoEvents(stores);
    await stores.connection.db
      .updateTable('session_event')
      .set({ metadata: UNREADABLE })
      .where('sequence', '=', 1)
      .execute();
    await stores.claim();

    const shown = await stores.ledger.list({ limit: 10, conversationId });
    expect(shown.map(({ event, status }) => [event.sequence, status, event.metadata])).toEqual([
      [2, 'pending', expect.objectContaining({ queueId: 'queue-1' })],
      [1, 'dead', {}],
    ]);
    const [, dead] = shown;
    if (dead === undefined) throw new Error('There is no dead delivery.');
    expect(await stores.ledger.find({ eventId: dead.event.id, sink: 'crm' })).toEqual(dead);
  });

  it('gives deliveries beside one that can neither be read nor buried', async () => {
    const [poisoned, other] = [await storedWithTwoEvents(stores), await storedWithTwoEvents(stores)];
    await stores.connection.db
      .updateTable('session_event')
      .set({ metadata: UNREADABLE })
      .where('conversation_id', '=', poisoned.conversationId)
      .execute();
    jest.spyOn(stores.outbox, 'bury').mockRejectedValueOnce(new DataRefusedError('22021'));

    expect(conversationsOf(await stores.claim())).toEqual([other.conversationId]);
    expect(reported).toEqual(['deliveries', 'deliveries']);
  });

  it('lists the messages beside unreadable ones, on complete pages', async () => {
    const { conversationId } = await stores.reserved();
    const messages = ['a', 'b', 'c', 'd', 'e'].map((id) => ({
      message: { ...aMessage(id), reference: `reference-${id}` },
    }));
    await stores.messages.keep(conversationId, messages);
    await stores.connection.db
      .updateTable('conversation_event')
      .set({ body: UNREADABLE })
      .where('message_id', 'in', ['a', 'b', 'd'])
      .execute();
    const idsOf = async (limit: number): Promise<string[]> =>
      (await stores.messages.list(conversationId, { limit })).map(({ id }) => id);

    expect([await idsOf(1), await idsOf(2), await idsOf(10)]).toEqual([['c'], ['c', 'e'], ['c', 'e']]);
    expect(await stores.messages.find(conversationId, 'reference-a')).toBeUndefined();
    expect(await stores.messages.find(conversationId, 'reference-c')).toMatchObject({ message: { id: 'c' } });
    expect(reported).toEqual(['events', 'events', 'events']);
  });

  it('erases a guest with unreadable events, and the events', async () => {
    const { conversationId, snapshot } = await storedWithTwoEvents(stores);
    const { db } = stores.connection;
    await db.updateTable('session_event').set({ metadata: UNREADABLE }).where('sequence', '=', 1).execute();

    const erasure = await stores.guests.erase(snapshot.guestRef, 5_000);
    expect(erasure.conversationIds).toEqual([conversationId]);
    const events = await db.selectFrom('session_event').select('metadata').orderBy('sequence').execute();
    expect(events.map(({ metadata }) => metadata)).toEqual([
      '{}',
      expect.stringContaining(snapshot.guestRef) as string,
    ]);
  });

  it('does not report other faults as unreadable data', async () => {
    const { conversationId } = await stores.activated();
    await stores.messages.keep(conversationId, [{ message: aMessage('a') }]);
    await stores.passing.publish([]);
    const encryption = new GuestDataEncryption(new DataCipher(storage.config.dataKeys), stores.poison);
    const fault = (): never => {
      throw new TypeError('a fault of ours');
    };
    Object.assign(encryption, { decryptEvent: fault, decryptMessage: fault, decryptEphemeral: fault });
    const audit = new AuditWriter(stores.published);

    for (const read of [
      new SqlEventFeed(stores.unitOfWork, encryption, stores.poison).after(FEED_START, 10),
      new SqlMessageStore(
        stores.unitOfWork,
        stores.feedWriter,
        stores.outboxWriter,
        encryption,
        audit,
        stores.poison,
      ).list(conversationId, { limit: 10 }),
      new SqlEphemeralEventBus(stores.unitOfWork, encryption, stores.poison).after(new Map(), 10),
      new SqlOutboxStore(stores.unitOfWork, audit, encryption, stores.poison).claim({
        sink: 'crm',
        relay: 'relay-1',
        now: 10_000,
        until: 30_000,
        limit: 10,
      }),
      new SqlDeliveryAdminStore(stores.unitOfWork, audit, encryption).list({ limit: 10 }),
    ])
      await expect(read).rejects.toThrow('a fault of ours');
    expect(reported).toEqual([]);
    expect(await stores.outbox.backlog('crm')).toMatchObject({ dead: 0 });
  });

  it('returns the events of the feed after unreadable ones', async () => {
    const { conversationId } = await stores.reserved();
    const messages = ['a', 'b', 'c', 'd'].map((id) => ({ message: aMessage(id) }));
    await stores.messages.keep(conversationId, messages);
    await stores.connection.db
      .updateTable('conversation_event')
      .set({ body: UNREADABLE })
      .where('message_id', 'in', ['a', 'b', 'd'])
      .execute();

    for (const limit of [1, 2, 10]) {
      const events = await stores.feed.after(FEED_START, limit, { conversationId });
      expect(events.map(({ body }) => body)).toEqual([expect.objectContaining({ id: 'c' })]);
    }
    expect(reported).toEqual(['events', 'events', 'events']);
  });

  it('allows claiming and ending a session with an undecryptable guest', async () => {
    const [poisoned, other] = [
      await stores.activated(1_000, { disclosesGuestToken: true }),
      await stores.activated(1_000),
    ];
    const { guestRef } = poisoned.snapshot;
    await stores.connection.db
      .updateTable('session')
      .set({ name: UNREADABLE })
      .where('conversation_id', '=', poisoned.conversationId)
      .execute();
    const both = [poisoned.conversationId, other.conversationId].sort();
    const idsOf = (sessions: readonly { conversationId: string }[]): string[] =>
      sessions.map(({ conversationId }) => conversationId).sort();

    expect(idsOf(await stores.holders.claim('here', 10))).toEqual(both);
    expect(idsOf(await stores.sessions.findExpired(1_000_000_000, 10))).toEqual(both);
    expect(idsOf(await stores.sessions.walk('active', undefined, 10))).toEqual(both);
    const found = await stores.get(poisoned.conversationId);
    expect(found.snapshot).toMatchObject({ name: '', guestToken: '', guestRef });
    found.end('requested', 2_000);
    await stores.sessions.save(found);
    const terminating = await stores.get(poisoned.conversationId);
    expect(terminating.state).toBe('terminating');
    terminating.settleDisconnect('unconfirmed', 3_000);
    const { events, audit } = terminating.pullChanges();
    expect(guestRef).toBe(guestRefOf(poisoned.snapshot.guestToken));
    expect(events.map(({ metadata }) => metadata)).toEqual([expect.objectContaining({ guestRef })]);
    expect(events[0]?.metadata).not.toHaveProperty('guestIdToken');
    expect(audit.map(({ detail }) => detail?.['guestRef'])).toEqual([guestRef]);
    expect(reported).toEqual(['sessions']);
  });

  it('continues after an unreadable batch of ephemeral events', async () => {
    const event = { conversationId: 'a', owner: '', at: 1, kind: 'typing', body: { isOn: true } } as const;
    await stores.passing.publish([event]);
    await stores.connection.db.updateTable('passing_batch').set({ body: UNREADABLE }).execute();
    await stores.passing.publish([event]);
    const encryption = new GuestDataEncryption(new DataCipher(storage.config.dataKeys), stores.poison);
    const elsewhere = new SqlEphemeralEventBus(stores.unitOfWork, encryption, stores.poison);

    const batches = await elsewhere.after(new Map(), 10);
    expect(batches.map(({ number, events }) => [number, events.length])).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(reported).toEqual(['ephemeral-events']);
  });

  it('re-encrypts the other texts, and names those that no key decrypts', async () => {
    const { conversationId } = await stores.activated();
    const { db } = stores.connection;
    await db
      .updateTable('session')
      .set({ name: UNREADABLE.replace('k1', 'k0'), guest_token: 'in clear' })
      .execute();

    const step = await stores.dataKeys.renew(10);
    expect(step.renewed).toBe(1);
    expect((await stores.dataKeys.renew(10, step.next)).unreadable).toEqual([
      `session/${conversationId}/name`,
    ]);
  });
});
