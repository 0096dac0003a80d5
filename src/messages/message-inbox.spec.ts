import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { RecordingLog } from '../audit/recording-log.fake';
import { DataRefusedError } from '../common/errors/data-refused.errors';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { PoisonTelemetry } from '../metrics/poison.telemetry';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { anActiveSession } from '../session/domain/session.builder';
import { ConversationEvents } from '../session/ports/conversation-events';
import { FakeGuestChannel } from '../session/ports/guest-channel.fake';
import { GuestChannels } from '../session/ports/guest-channels';
import { aMessage, FakeGuestMessaging } from '../session/ports/guest-messaging.fake';
import { FakeSessionStore } from '../session/ports/session.store.fake';
import { MessageInbox } from './message-inbox';
import { MessagesTelemetry } from './messages.telemetry';
import { FakeMessageStore } from './ports/message.store.fake';

const SESSION = anActiveSession();
const { conversationId: ID } = SESSION;

let log: RecordingLog;
let metrics: ReadableMetrics;
let events: ConversationEvents;
let store: FakeMessageStore;
let sessions: FakeSessionStore;
let messaging: FakeGuestMessaging;
let inbox: MessageInbox;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  metrics = new ReadableMetrics();
  const poison = new PoisonMessageReporter();
  new PoisonTelemetry(metrics, poison);
  events = new ConversationEvents();
  store = new FakeMessageStore();
  sessions = new FakeSessionStore();
  sessions.given(SESSION);
  messaging = new FakeGuestMessaging();
  const channels = new GuestChannels([Object.assign(new FakeGuestChannel(), { messaging })]);
  inbox = new MessageInbox(events, store, sessions, channels, new MessagesTelemetry(metrics, poison));
  inbox.onModuleInit();
  inbox.onApplicationBootstrap();
});
afterEach(async () => {
  await inbox.onModuleDestroy();
  jest.useRealTimers();
});

function hear(from: number, to: number, id = ID): void {
  for (let number = from; number < to; number += 1) events.onMessage(id, aMessage(`m-${number}`));
}

describe(MessageInbox.name, () => {
  it('stores messages in the order in which they arrive', async () => {
    hear(0, 250);
    await jest.advanceTimersByTimeAsync(0);

    expect(store.idsOf(ID)).toEqual(Array.from({ length: 250 }, (_, number) => `m-${number}`));
    expect(await metrics.sample('messages_kept_total')).toBe(250);
    expect(await metrics.sample('messages_waiting')).toBe(0);
  });

  it('counts only new messages', async () => {
    hear(0, 3);
    await jest.advanceTimersByTimeAsync(0);
    hear(1, 5);
    await jest.advanceTimersByTimeAsync(0);

    expect(await metrics.sample('messages_kept_total')).toBe(5);
  });

  it('holds messages while they cannot be stored, and loses none', async () => {
    store.failures.push(new StorageUnavailableError(), new StorageUnavailableError());
    hear(0, 3);
    await jest.advanceTimersByTimeAsync(500);
    hear(3, 5);
    await jest.advanceTimersByTimeAsync(0);
    expect(await metrics.sample('messages_waiting')).toBe(5);
    await jest.advanceTimersByTimeAsync(2_000);

    expect(store.idsOf(ID)).toEqual(['m-0', 'm-1', 'm-2', 'm-3', 'm-4']);
    expect(log.at('warn')).toHaveLength(2);
  });

  it('drops the messages of an overflowing conversation, and rereads it afterwards', async () => {
    store.failures.push(new StorageUnavailableError());
    hear(0, 501);
    await jest.advanceTimersByTimeAsync(0);
    hear(501, 510);
    expect(await metrics.sample('messages_waiting')).toBe(0);
    await jest.advanceTimersByTimeAsync(1_000);

    expect(messaging.anew).toEqual([ID]);
    expect(await metrics.sample('messages_overflows_total')).toBe(1);
    hear(0, 2);
    await jest.advanceTimersByTimeAsync(0);
    expect(store.idsOf(ID)).toEqual(expect.arrayContaining(['m-0', 'm-1']));
  });

  it('does not reread an ended session', async () => {
    SESSION.lose('gone', Date.now());
    store.failures.push(new StorageUnavailableError());
    hear(0, 501, SESSION.conversationId);
    sessions.given(SESSION);
    await jest.advanceTimersByTimeAsync(1_000);

    expect(messaging.anew).toEqual([]);
  });

  it('stores waiting messages when the process stops, and nothing after that', async () => {
    hear(0, 3);
    await inbox.onModuleDestroy();
    hear(3, 5);
    await jest.advanceTimersByTimeAsync(5_000);

    expect(store.idsOf(ID)).toHaveLength(3);
  });

  it('logs that the record of an act was dropped', async () => {
    const act = { action: 'MESSAGE_SENT', target: { type: 'session', id: ID } } as const;
    store.failures.push(new StorageUnavailableError(), new StorageUnavailableError());
    inbox.add(ID, { message: aMessage('m'), act });
    hear(0, 501);
    inbox.add(ID, { message: aMessage('n'), act });
    await jest.advanceTimersByTimeAsync(0);

    expect(log.at('error')).toEqual([
      expect.objectContaining({ count: 1 }),
      expect.objectContaining({ count: 1 }),
    ]);
  });

  describe('messages that are being written while their conversation overflows', () => {
    const act = { action: 'MESSAGE_SENT', target: { type: 'session', id: ID } } as const;
    /** Completes the first write after the conversation has overflowed. */
    const overflowDuringWrite = async (outcome?: Error): Promise<void> => {
      let resume = (): void => undefined;
      const overflowed = new Promise<void>((resolve) => {
        resume = resolve;
      });
      const keep = store.keep.bind(store);
      jest.spyOn(store, 'keep').mockImplementationOnce(async (id, messages) => {
        await overflowed;
        if (outcome !== undefined) throw outcome;
        return keep(id, messages);
      });
      inbox.add(ID, { message: aMessage('m-0'), act });
      await jest.advanceTimersByTimeAsync(0);
      hear(1, 501);
      resume();
      await jest.advanceTimersByTimeAsync(0);
    };

    it('lose no record if they are stored', async () => {
      await overflowDuringWrite();

      expect(store.acts).toEqual([act]);
      expect(log.at('error')).toEqual([]);
    });

    it('lose the record of an act, once, if they are refused', async () => {
      store.refused.add('m-0');
      await overflowDuringWrite();

      expect(log.at('error')).toEqual([
        expect.objectContaining({ message: 'Poison message set aside' }),
        expect.objectContaining({ message: 'Audit records of messages lost', reason: 'refused', count: 1 }),
      ]);
    });

    it('lose the record of an act, once, if they cannot be written', async () => {
      await overflowDuringWrite(new StorageUnavailableError());

      expect(log.at('error')).toEqual([
        expect.objectContaining({ message: 'Audit records of messages lost', reason: 'overflow', count: 1 }),
      ]);
    });
  });

  describe('a message that the storage refuses', () => {
    const poisoned = (): Promise<number | undefined> =>
      metrics.sample('poison_messages_total{queue="messages"}');

    it('is set aside, and the other messages of its conversation are stored in order', async () => {
      store.refused.add('m-3').add('m-120');
      hear(0, 250);
      await jest.advanceTimersByTimeAsync(60_000);

      const kept = Array.from({ length: 250 }, (_, number) => `m-${number}`);
      expect(store.idsOf(ID)).toEqual(kept.filter((id) => !store.refused.has(id)));
      expect(await metrics.sample('messages_waiting')).toBe(0);
      expect(await poisoned()).toBe(2);
      expect(log.at('error')).toHaveLength(2);
      for (const line of log.at('error')) expect(line).toMatchObject({ conversationId: ID, reason: '22021' });
    });

    it('blocks no other conversation, however many have a refused message', async () => {
      const conversations = Array.from({ length: 20 }, (_, number) => `poisoned-${number}`);
      store.refused.add('m-0');
      for (const id of conversations) hear(0, 1, id);
      hear(1, 3);
      await jest.advanceTimersByTimeAsync(0);

      expect(store.idsOf(ID)).toEqual(['m-1', 'm-2']);
      expect(await metrics.sample('messages_waiting')).toBe(0);
      expect(await poisoned()).toBe(20);
    });

    it('loses the record of its act, which is logged', async () => {
      const act = { action: 'MESSAGE_SENT', target: { type: 'session', id: ID } } as const;
      store.refused.add('m-0');
      inbox.add(ID, { message: aMessage('m-0'), act });
      await jest.advanceTimersByTimeAsync(0);

      expect(log.at('error')).toContainEqual(
        expect.objectContaining({ message: 'Audit records of messages lost', reason: 'refused', count: 1 }),
      );
    });
  });

  it('stores the messages of others while eight conversations fail individually', async () => {
    const keep = store.keep.bind(store);
    jest.spyOn(store, 'keep').mockImplementation(async (id, messages) => {
      if (id.startsWith('failing')) throw new TypeError('a fault of ours');
      return keep(id, messages);
    });
    for (let number = 0; number < 9; number += 1) hear(0, 1, `failing-${number}`);
    hear(0, 3);
    await jest.advanceTimersByTimeAsync(0);

    expect(store.idsOf(ID)).toEqual(['m-0', 'm-1', 'm-2']);
    expect(await metrics.sample('messages_waiting')).toBe(9);
    expect(log.at('warn')).toHaveLength(1);
  });

  it('rereads the other conversations when a session cannot be read', async () => {
    const other = anActiveSession();
    sessions.given(other);
    const find = sessions.find.bind(sessions);
    jest
      .spyOn(sessions, 'find')
      .mockImplementation((id) => (id === ID ? Promise.reject(new DataRefusedError('22P02')) : find(id)));
    store.failures.push(new StorageUnavailableError(), new StorageUnavailableError());
    hear(0, 501);
    hear(0, 501, other.conversationId);
    await jest.advanceTimersByTimeAsync(30_000);

    expect(messaging.anew).toEqual([other.conversationId]);
    expect(log.at('error')).toEqual([expect.objectContaining({ conversationId: ID, reason: '22P02' })]);
  });
});
