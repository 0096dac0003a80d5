import { PoisonMessages } from '../common/poison/poison-messages';
import { RecordingLog } from '../audit/recording-log.fake';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { anActiveSession } from '../session/domain/session.builder';
import { ConversationNews } from '../session/ports/conversation-news';
import { FakeGuestChannel } from '../session/ports/guest-channel.fake';
import { GuestChannels } from '../session/ports/guest-channels';
import { aMessage, FakeGuestMessaging } from '../session/ports/guest-messaging.fake';
import { FakeSessionStore } from '../session/ports/session.store.fake';
import { MessageInbox } from './message.inbox';
import { MessagesTelemetry } from './messages.telemetry';
import { FakeMessageStore } from './ports/message.store.fake';

const SESSION = anActiveSession();
const { conversationId: ID } = SESSION;

let log: RecordingLog;
let metrics: ReadableMetrics;
let news: ConversationNews;
let store: FakeMessageStore;
let sessions: FakeSessionStore;
let messaging: FakeGuestMessaging;
let inbox: MessageInbox;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  metrics = new ReadableMetrics();
  news = new ConversationNews();
  store = new FakeMessageStore();
  sessions = new FakeSessionStore();
  sessions.given(SESSION);
  messaging = new FakeGuestMessaging();
  const channels = new GuestChannels([Object.assign(new FakeGuestChannel(), { messaging })]);
  inbox = new MessageInbox(
    news,
    store,
    sessions,
    channels,
    new MessagesTelemetry(metrics, new PoisonMessages()),
  );
  inbox.onModuleInit();
  inbox.onApplicationBootstrap();
});
afterEach(async () => {
  await inbox.onModuleDestroy();
  jest.useRealTimers();
});

function hear(from: number, to: number, id = ID): void {
  for (let number = from; number < to; number += 1) news.onMessage(id, aMessage(`m-${number}`));
}

describe(MessageInbox.name, () => {
  it('keeps what it hears, in the order in which it hears it', async () => {
    hear(0, 250);
    await jest.advanceTimersByTimeAsync(0);

    expect(store.idsOf(ID)).toEqual(Array.from({ length: 250 }, (_, number) => `m-${number}`));
    expect(await metrics.sample('messages_kept_total')).toBe(250);
    expect(await metrics.sample('messages_waiting')).toBe(0);
  });

  it('counts only what is new', async () => {
    hear(0, 3);
    await jest.advanceTimersByTimeAsync(0);
    hear(1, 5);
    await jest.advanceTimersByTimeAsync(0);

    expect(await metrics.sample('messages_kept_total')).toBe(5);
  });

  it('holds messages while they cannot be kept, and loses none', async () => {
    store.failures.push(new Error('away'), new Error('away'));
    hear(0, 3);
    await jest.advanceTimersByTimeAsync(500);
    hear(3, 5);
    await jest.advanceTimersByTimeAsync(0);
    expect(await metrics.sample('messages_waiting')).toBe(5);
    await jest.advanceTimersByTimeAsync(2_000);

    expect(store.idsOf(ID)).toEqual(['m-0', 'm-1', 'm-2', 'm-3', 'm-4']);
    expect(log.at('warn')).toHaveLength(2);
  });

  it('lets go of what cannot wait any more, and reads it anew afterwards', async () => {
    store.failures.push(new Error('away'));
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

  it('does not read a session anew that is over', async () => {
    SESSION.lose('gone', Date.now());
    store.failures.push(new Error('away'));
    hear(0, 501, SESSION.conversationId);
    sessions.given(SESSION);
    await jest.advanceTimersByTimeAsync(1_000);

    expect(messaging.anew).toEqual([]);
  });

  it('keeps what waits when the process stops, and nothing after that', async () => {
    hear(0, 3);
    await inbox.onModuleDestroy();
    hear(3, 5);
    await jest.advanceTimersByTimeAsync(5_000);

    expect(store.idsOf(ID)).toHaveLength(3);
  });

  it('tells an operator when the record of an act cannot wait any more', async () => {
    const act = { action: 'MESSAGE_SENT', target: { type: 'session', id: ID } } as const;
    store.failures.push(new Error('away'), new Error('away'));
    inbox.add(ID, { message: aMessage('m'), act });
    hear(0, 501);
    inbox.add(ID, { message: aMessage('n'), act });

    expect(log.at('error')).toEqual([
      expect.objectContaining({ count: 1 }),
      expect.objectContaining({ count: 1 }),
    ]);
    await jest.advanceTimersByTimeAsync(0);
  });
});
