import { RecordingLog } from '../audit/recording-log.fake';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { SystemClock } from '../common/time/system-clock';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { Metrics } from '../metrics/metrics';
import { anActiveSession } from '../session/domain/session.builder';
import { ConversationEvents } from '../session/ports/conversation-events';
import { FakeSessionStore } from '../session/ports/session.store.fake';
import { ExpiryNotices } from './expiry-notices';
import { FakeWebhookQueue } from './ports/webhook-queue.fake';
import { WebhookOwners } from './webhook-owners';
import { WebhookSubscribers } from './webhook-subscribers';
import { WebhooksTelemetry } from './webhooks.telemetry';

const AT = Date.parse('2027-01-15T08:00:00Z');

let log: RecordingLog;
let events: ConversationEvents;
let sessions: FakeSessionStore;
let queue: FakeWebhookQueue;
let conversationId: string;

beforeEach(() => {
  log = RecordingLog.install();
  events = new ConversationEvents();
  sessions = new FakeSessionStore();
  queue = new FakeWebhookQueue();
  const session = anActiveSession({ owner: 'billing' });
  ({ conversationId } = session);
  sessions.given(session);
  const clock = new SystemClock();
  const access = new AccessConfig(Object.assign(new Environment(), { ACCESS_MODE: 'open' }));
  const subscribers = new WebhookSubscribers(queue, new WebhookOwners(access));
  const telemetry = new WebhooksTelemetry(new Metrics(), queue, new PoisonMessageReporter(), clock);
  new ExpiryNotices(events, sessions, queue, subscribers, clock, telemetry).onModuleInit();
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe(ExpiryNotices.name, () => {
  it('queues the notice, with its own data, for the webhooks that subscribe to it', async () => {
    queue.subscribe('all-of-sessions');
    queue.subscribe('notices', { types: ['session.expiring'] });
    queue.subscribe('other-types', { types: ['message.*'] });
    queue.subscribe('other-owner', { owner: 'support' });
    events.onExpiring(conversationId, AT);
    await settled();

    expect(queue.queued.map(({ webhookId }) => webhookId)).toEqual(['all-of-sessions', 'notices']);
    expect(new Set(queue.queued.map(({ id }) => id)).size).toBe(1);
    expect(queue.queued[0]).toMatchObject({
      type: 'session.expiring',
      conversationId,
      data: { expiresAt: '2027-01-15T08:00:00.000Z' },
    });
  });

  it('reads no session while there is no webhook', async () => {
    const find = jest.spyOn(sessions, 'find');
    events.onExpiring(conversationId, AT);
    await settled();

    expect(find).not.toHaveBeenCalled();
  });

  it('logs a notice that could not be queued', async () => {
    queue.subscribe('notices');
    sessions.failNext('find', new Error('no connection'));
    events.onExpiring(conversationId, AT);
    await settled();

    expect(log.lines).toMatchObject([{ level: 'warn', message: { message: 'Expiry not told to webhooks' } }]);
  });
});
