import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Caller } from '../access/domain/caller';
import { FakeAuditTrail } from '../audit/ports/audit-trail.fake';
import { RecordingLog } from '../audit/recording-log.fake';
import { UpstreamTimeoutError } from '../common/errors/upstream.errors';
import { Drain } from '../common/lifecycle/drain';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import type { ConversationMessage } from '../session/domain/conversation-message';
import { foreignAct } from '../session/domain/foreign-act';
import { anActiveSession } from '../session/domain/session.builder';
import { ConversationEvents } from '../session/ports/conversation-events';
import { GuestChannels } from '../session/ports/guest-channels';
import { aMessage, FakeGuestMessaging } from '../session/ports/guest-messaging.fake';
import type { MessagingSession } from './domain/messaging-session';
import { GuestActAudit } from './guest-act-audit';
import { MessageInbox } from './message-inbox';
import { MessageSending, type SentMessage } from './message-sending';
import { MessagesTelemetry } from './messages.telemetry';
import { FakeSessionStore } from '../session/ports/session.store.fake';
import { FakeMessageStore } from './ports/message.store.fake';

const MESSAGE = { reference: 'ref', isRepeatable: true, text: 'Hello' };

let log: RecordingLog;
let metrics: ReadableMetrics;
let store: FakeMessageStore;
let messaging: FakeGuestMessaging;
let messagingSession: MessagingSession;
let trail: FakeAuditTrail;
let inbox: MessageInbox;
let sending: MessageSending;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  metrics = new ReadableMetrics();
  store = new FakeMessageStore();
  messaging = new FakeGuestMessaging();
  messagingSession = { session: anActiveSession(), messaging };
  trail = new FakeAuditTrail();
  const telemetry = new MessagesTelemetry(metrics, new PoisonMessageReporter());
  inbox = new MessageInbox(
    new ConversationEvents(),
    store,
    new FakeSessionStore(),
    new GuestChannels([]),
    telemetry,
  );
  inbox.onApplicationBootstrap();
  sending = new MessageSending(store, new Drain(), telemetry, inbox, new GuestActAudit(trail));
});
afterEach(async () => {
  await inbox.onModuleDestroy();
  jest.useRealTimers();
});

const once = (message = MESSAGE): Promise<SentMessage> => sending.sendOnce(messagingSession, message);

/** A message that the test acknowledges. */
function held(): (message: ConversationMessage) => void {
  let give: (message: ConversationMessage) => void = () => undefined;
  messaging.steps.push(
    () =>
      new Promise((resolve) => {
        give = resolve;
      }),
  );
  return (message) => {
    give(message);
  };
}

describe(MessageSending.name, () => {
  it('sends a request once that is repeated later', async () => {
    const first = await once();

    expect(await once()).toEqual({ ...first, isReplayed: true });
    expect(messaging.sent).toHaveLength(1);
    expect(await metrics.sample('messages_sent_total{outcome="ok"}')).toBe(1);
  });

  it('sends a request once that is repeated concurrently', async () => {
    const give = held();
    const both = [once(), once()];
    await jest.advanceTimersByTimeAsync(0);
    give(aMessage('m', { reference: 'ref' }));

    expect((await Promise.all(both)).map(({ isReplayed }) => isReplayed)).toEqual([false, true]);
    expect(messaging.sent).toHaveLength(1);
  });

  it('waits only a limited time for another request', async () => {
    const give = held();
    const first = once();
    await jest.advanceTimersByTimeAsync(0);
    const other = once().catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(2_000);
    give(aMessage('m'));

    expect(await other).toMatchObject({ code: 'request-in-progress' });
    expect(await first).toMatchObject({ isReplayed: false });
  });

  it('refuses another message under the same reference, whether the first is in flight or sent', async () => {
    const give = held();
    const first = once();
    await jest.advanceTimersByTimeAsync(0);
    const other = { ...MESSAGE, text: 'Bye' };
    await expect(once(other)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    give(aMessage('m', { reference: 'ref' }));
    await first;

    await expect(once(other)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('finds a message that arrived before its request was answered', async () => {
    await store.keep(messagingSession.session.conversationId, [
      { message: aMessage('m', { reference: 'ref' }) },
    ]);

    expect(await once()).toMatchObject({ message: { id: 'm' }, isReplayed: true });
    expect(messaging.sent).toEqual([]);
  });

  it('sends again after a failure, under the same reference', async () => {
    messaging.steps.push(() => Promise.reject(new UpstreamTimeoutError()));
    await expect(once()).rejects.toMatchObject({ code: 'upstream-timeout' });

    expect(await once()).toMatchObject({ isReplayed: false });
    expect(messaging.sent).toEqual([MESSAGE, MESSAGE]);
    expect(await metrics.sample('messages_sent_total{outcome="upstream-timeout"}')).toBe(1);
  });

  it('reports a sent message as sent also if it cannot be stored', async () => {
    messaging.steps.push(() => {
      store.failures.push(new Error('away'));
      return Promise.resolve(aMessage('m'));
    });

    expect(await once()).toMatchObject({ message: { id: 'm' } });
    expect(log.at('warn')).toHaveLength(1);
  });

  describe('for the guest of another caller', () => {
    const stranger = new Caller('support', new Set());

    beforeEach(() => {
      const act = foreignAct(stranger, messagingSession.session, 'MESSAGE_SENT');
      if (act === undefined) throw new Error('The session is its own.');
      messagingSession = { ...messagingSession, act };
    });

    const sent = (messageId: string): object => ({
      action: 'MESSAGE_SENT',
      target: { type: 'session', id: messagingSession.session.conversationId },
      conversationId: messagingSession.session.conversationId,
      actor: { type: 'caller', name: 'support' },
      detail: { owner: messagingSession.session.snapshot.owner, messageId },
    });

    it('is recorded with the message, and not again when it is replayed', async () => {
      messaging.steps.push(() => Promise.resolve(aMessage('m', { reference: 'ref' })));
      await once();
      await once();

      expect(store.acts).toEqual([sent('m')]);
      expect(trail.facts).toEqual([]);
    });

    it('is recorded later if it cannot be recorded now', async () => {
      messaging.steps.push(() => {
        store.failures.push(new Error('away'), new Error('away'));
        return Promise.resolve(aMessage('m'));
      });
      await sending.send(messagingSession, MESSAGE);
      expect(store.acts).toEqual([]);
      await jest.advanceTimersByTimeAsync(2_000);

      expect(store.acts).toEqual([sent('m')]);
    });

    it('is recorded as a failure, without hiding its cause', async () => {
      messaging.steps.push(
        () => Promise.reject(new UpstreamTimeoutError()),
        () => Promise.reject(new UpstreamTimeoutError()),
      );
      await expect(sending.send(messagingSession, MESSAGE)).rejects.toMatchObject({
        code: 'upstream-timeout',
      });
      trail.failure = new Error('away');
      await expect(sending.send(messagingSession, MESSAGE)).rejects.toMatchObject({
        code: 'upstream-timeout',
      });

      expect(trail.facts).toEqual([
        expect.objectContaining({ action: 'MESSAGE_SENT', outcome: 'failure', reason: 'upstream-timeout' }),
      ]);
      expect(log.at('error')).toHaveLength(1);
    });
  });
});
