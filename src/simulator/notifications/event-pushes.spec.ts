import { WebhookReceiver } from '../open-messaging/webhook-receiver.fake';
import { NotificationOptions } from './notification-options';
import { NotificationWorld, START } from './notification-world.fake';
import { PushTargetOptions } from './push-target';

const world = NotificationWorld.forEachTest();
let receiver: WebhookReceiver;

beforeEach(async () => {
  receiver = await WebhookReceiver.start();
});
afterEach(() => receiver.close());

/** Starts with one target for the ends of customers, and ends a conversation; returns its id. */
async function endWith(
  kind: PushTargetOptions['kind'],
  options: NotificationOptions = {},
  more: Partial<PushTargetOptions> = {},
): Promise<string> {
  const target = { kind, url: receiver.url, suffixes: ['customer.end'], ...more } as const;
  await world.restart({ pushRetryMs: 1, pushTargets: [target], ...options });
  const id = await world.middleware.say('guest-1', 'hi');
  world.simulator.openMessaging.agent.end(id, 'agent');
  return id;
}

const pushes = () => world.simulator.notifications.pushes;
const outcomes = () => pushes().pushes.map(({ outcome }) => outcome);

describe('the push of detail events', () => {
  it('sends the whole EventBridge event with the headers of the target', async () => {
    const headers = { authorization: 'Bearer x' };
    const id = await endWith('event-bridge', {}, { headers });
    await pushes().settled();

    expect(receiver.received).toHaveLength(1);
    expect(receiver.first.headers).toMatchObject({ ...headers, 'content-type': 'application/json' });
    expect(receiver.first.body).toMatchObject({
      version: '0',
      'detail-type': 'v2.detail.events.conversation.{id}.customer.end',
      source: expect.stringMatching(/^aws\.partner\/genesys\.com\/cloud\//) as string,
      time: '2026-11-22T08:00:00Z',
      resources: [],
      detail: {
        topicName: `v2.detail.events.conversation.${id}.customer.end`,
        version: '2',
        eventBody: { conversationId: id, eventTime: START, disconnectType: 'PEER' },
        timestamp: '2026-11-22T08:00:00.000Z',
      },
    });
  });

  it('sends the primitives of the event and its topic as a data action does', async () => {
    const id = await endWith('trigger');
    await pushes().settled();

    expect(receiver.first.body).toMatchObject({
      topicName: 'v2.detail.events.conversation.{id}.customer.end',
      conversationId: id,
      messageType: 'OPEN',
      eventTime: START,
    });
    expect(Object.values(receiver.first.body).map((value) => typeof value)).not.toContain('object');
  });

  it('sends all detail events by default', async () => {
    await world.restart({ pushTargets: [{ kind: 'trigger', url: receiver.url }] });
    await world.middleware.say('guest-1', 'hi');
    await pushes().settled();

    expect(receiver.received.map(({ body }) => body['topicName']).sort()).toEqual([
      'v2.detail.events.conversation.{id}.customer.start',
      'v2.detail.events.conversation.{id}.flow.start',
    ]);
    expect(world.simulator.notifications.log.events).toMatchObject([{ pushed: 1 }, { pushed: 1 }]);
  });

  it('repeats the same body until a 2xx status', async () => {
    receiver.replies.push(500, 404, 302, 'reset', 202);
    await endWith('event-bridge');
    await pushes().settled();

    expect(new Set(receiver.received.map(({ raw }) => raw)).size).toBe(1);
    expect(pushes().pushes).toMatchObject([
      {
        outcome: 'delivered',
        attempts: [
          { status: 500 },
          { status: 404 },
          { status: 302 },
          { failure: 'connection' },
          { status: 202 },
        ],
      },
    ]);
  });

  it('ends after the last retry', async () => {
    receiver.replies.push(500, 500, 500);
    await endWith('trigger', { pushRetries: 1 });
    await pushes().settled();

    expect(outcomes()).toEqual(['failed']);
    expect(receiver.received).toHaveLength(2);
  });

  it('counts no answer in time as a failure', async () => {
    receiver.replies.push('hang');
    await endWith('trigger', { pushTimeoutMs: 50 });
    await receiver.waitFor(() => receiver.received.length >= 2);

    expect(pushes().pushes[0]?.attempts[0]).toEqual({ failure: 'timeout' });
  });

  it('stops for a target that is removed', async () => {
    receiver.replies.push(...Array<number>(10_000).fill(500));
    await endWith('trigger', { pushRetries: 10_000 });
    await receiver.waitFor(() => receiver.received.length > 1);
    pushes().targets.clear();
    await pushes().settled();

    expect(outcomes()).toEqual(['undeliverable']);
  });

  it('is dropped beyond the bound, at a reset and at the close', async () => {
    receiver.replies.push('hang', 'hang');
    const target = { kind: 'trigger', url: receiver.url } as const;
    await world.restart({ maxPendingPushes: 1, keptEvents: 1, pushTargets: [target] });
    const queue = pushes();
    await world.middleware.say('guest-1', 'hi');
    expect([queue.pending, queue.total, ...outcomes()]).toEqual([1, 2, 'dropped']);
    world.simulator.reset();
    expect([queue.pending, queue.total, queue.targets.size]).toEqual([0, 0, 1]);
    await world.middleware.say('guest-2', 'hi');
    await world.simulator.close();

    expect(queue.pending).toBe(0);
  });
});
