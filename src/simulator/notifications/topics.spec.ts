import { GuestClient } from '../web-messaging/guest-client.fake';
import { NotificationWorld, START } from './notification-world.fake';
import {
  conversationTopic,
  DETAIL_SUFFIXES,
  detailTopic,
  messageConversationTopic,
  queueTopic,
  userTopic,
} from './topics';

const BOB = { userId: 'bob', name: 'Bob' };
const world = NotificationWorld.forEachTest();

function detailTopics(conversationId: string): string[] {
  return DETAIL_SUFFIXES.map((suffix) => detailTopic(conversationId, suffix));
}

describe('the topics of an open conversation', () => {
  it('show a queue every state from the entry on, with the whole list of participants', async () => {
    const client = await world.connect(queueTopic('queue-1'));
    const id = await world.middleware.say('guest-1', 'hi', {
      metadata: { customAttributes: { order: '42' } },
    });
    await world.middleware.say('guest-2', 'no queue');
    const { agent } = world.simulator.openMessaging;
    agent.enqueue(id, 'queue-1');
    agent.join(id, BOB);
    agent.end(id, 'agent');
    agent.wrapUp(id, 'solved', { notes: 'fine' });
    await client.settled();

    expect(client.topics).toEqual(Array(4).fill(queueTopic('queue-1')));
    const purposes = client.events.map(({ eventBody }) =>
      (eventBody?.['participants'] as { purpose: string; state: string }[]).map(
        ({ purpose, state }) => `${purpose} ${state}`,
      ),
    );
    expect(purposes).toEqual([
      ['customer connected', 'workflow disconnected', 'acd connected'],
      ['customer connected', 'workflow disconnected', 'acd disconnected', 'agent connected'],
      ['customer disconnected', 'workflow disconnected', 'acd disconnected', 'agent disconnected'],
      ['customer disconnected', 'workflow disconnected', 'acd disconnected', 'agent disconnected'],
    ]);
    expect(client.events.at(-1)).toMatchObject({
      version: '2',
      metadata: { CorrelationId: expect.any(String) as string },
      timestamp: '2026-11-22T08:00:00.000Z',
      eventBody: {
        id,
        participants: [
          {
            purpose: 'customer',
            address: 'guest-1',
            type: 'open',
            disconnectType: 'peer',
            attributes: { order: '42' },
            messages: [{ messageStatus: 'received', messageMetadata: { type: 'Text' } }],
          },
          {},
          { queue: { id: 'queue-1' }, disconnectType: 'transfer' },
          {
            user: { id: 'bob' },
            disconnectType: 'client',
            wrapupRequired: true,
            wrapup: { code: 'solved', notes: 'fine' },
          },
        ],
      },
    });
  });

  it('tell the steps of one conversation as detail events', async () => {
    const id = await world.middleware.say('guest-1', 'hi');
    const client = await world.connect(...detailTopics(id));
    const { agent } = world.simulator.openMessaging;
    agent.enqueue(id, 'queue-1');
    agent.alert(id, BOB);
    world.now += 1_000;
    agent.join(id, BOB);
    world.now += 2_000;
    agent.end(id, 'agent');
    world.now += 3_000;
    agent.wrapUp(id, 'solved', { notes: 'fine' });
    await client.settled();

    const prefix = `v2.detail.events.conversation.${id}.`;
    expect(client.topics.map((topic) => topic?.replace(prefix, ''))).toEqual([
      'flow.end',
      'acd.start',
      'user.start',
      'acd.end',
      'customer.end',
      'user.end',
      'wrapup',
      'acw',
    ]);
    const [, acdStart, , acdEnd, customerEnd, userEnd, , acw] = client.events.map(
      ({ eventBody }) => eventBody,
    );
    expect(acdStart).toMatchObject({ queueId: 'queue-1', eventTime: START, messageType: 'OPEN' });
    expect(acdEnd).toMatchObject({
      acdOutcome: 'ANSWERED',
      answeredUserId: 'bob',
      connectedDurationMs: 1_000,
    });
    expect(customerEnd).toMatchObject({
      eventTime: START + 3_000,
      conversationId: id,
      mediaType: 'MESSAGE',
      disconnectType: 'PEER',
      interactingDurationMs: 3_000,
    });
    expect(userEnd).toMatchObject({
      userId: 'bob',
      disconnectType: 'CLIENT',
      alertingDurationMs: 1_000,
      interactingDurationMs: 2_000,
    });
    expect(acw).toMatchObject({
      userId: 'bob',
      wrapupCode: 'solved',
      wrapupNotes: 'fine',
      wrapupDurationMs: 3_000,
    });
  });
});

describe('the topics of transfers, waits and returns', () => {
  const suffixes = (events: readonly { readonly topicName: string }[]): string[] =>
    events.map(({ topicName }) => topicName.split('.').slice(5).join('.'));
  const logged = (): typeof world.simulator.notifications.log.events =>
    world.simulator.notifications.log.events;
  const outcomes = (): unknown[] =>
    logged()
      .filter(({ topicName }) => topicName.endsWith('acd.end'))
      .map(({ eventBody }) => eventBody?.['acdOutcome']);

  it('begin with the customer and the flow', async () => {
    await world.middleware.say('guest-1', 'hi');

    expect(suffixes(logged())).toEqual(['customer.start', 'flow.start']);
  });

  it('tell how a wait ended', async () => {
    const id = await world.middleware.say('guest-1', 'hi');
    const { agent } = world.simulator.openMessaging;
    agent.enqueue(id, 'queue-1');
    world.now += 1;
    agent.transfer(id, { queueId: 'queue-2' });
    world.now += 1;
    agent.join(id, BOB);
    world.now += 1;
    agent.transfer(id, { queueId: 'queue-1' });
    agent.end(id, 'customer');

    expect(outcomes()).toEqual(['FLOW_OUT', 'ANSWERED', 'ABANDON']);
  });

  it('tell an agent that declined, and a guest that came back', async () => {
    const id = await world.middleware.say('guest-1', 'hi');
    const { agent } = world.simulator.openMessaging;
    agent.alert(id, BOB);
    agent.decline(id);
    agent.end(id, 'inactivity');
    await world.middleware.say('guest-1', 'again');

    expect(suffixes(logged()).slice(2)).toEqual([
      'user.start',
      'user.end',
      'customer.end',
      'flow.end',
      'customer.start',
      'flow.start',
    ]);
    const ends = logged().filter(({ topicName }) => /(user|customer)\.end$/.test(topicName));
    expect(ends.map(({ eventBody }) => eventBody?.['disconnectType'])).toEqual([
      'NO_ANSWER_TRANSFER',
      'INACTIVITY',
    ]);
  });

  it('include a disconnect by the API', async () => {
    const id = await world.middleware.say('guest-1', 'hi');
    const client = await world.connect(detailTopic(id, 'customer.end'));
    await world.call('PATCH', `/api/v2/conversations/messages/${id}`, { state: 'disconnected' });
    await client.settled();

    expect(client.events).toHaveLength(1);
  });

  it('may name no disconnect type in customer.end', async () => {
    await world.restart({ customerEndDisconnectType: false });
    const id = await world.middleware.say('guest-1', 'hi');
    world.simulator.openMessaging.agent.end(id, 'agent');

    const end = logged().find(({ topicName }) => topicName.endsWith('customer.end'));
    expect(end?.eventBody).not.toHaveProperty('disconnectType');
  });

  it('show an agent and the conversation its states, each in its form', async () => {
    const id = await world.middleware.say('guest-1', 'hi');
    const topics = [userTopic('bob'), messageConversationTopic(id), conversationTopic(id)];
    const client = await world.connect(...topics);
    world.simulator.openMessaging.agent.join(id, BOB);
    world.simulator.openMessaging.agent.say(id, 'Hello');
    await client.settled();

    expect(client.topics).toEqual([...topics, ...topics]);
    const [ofUser, ofMessages, ofConversation] = client.events.slice(3).map(({ eventBody }) => eventBody);
    expect(ofUser).toEqual(ofMessages);
    expect(ofUser).toMatchObject({ participants: [{}, {}, { messages: [{ messageStatus: 'sent' }] }] });
    expect(ofConversation).toMatchObject({ id, endTime: null, participants: [{}, {}, { userId: 'bob' }] });
  });

  it.each([
    ['ever', 3],
    ['current', 2],
  ] as const)('stay with a queue that was left: %s', async (topicScope, count) => {
    await world.restart({ topicScope });
    const id = await world.middleware.say('guest-1', 'hi');
    const client = await world.connect(queueTopic('queue-1'));
    const { agent } = world.simulator.openMessaging;
    agent.enqueue(id, 'queue-1');
    agent.enqueue(id, 'queue-2');
    agent.end(id, 'agent');
    await client.settled();

    expect(client.events).toHaveLength(count);
  });
});

describe('the topics of a web conversation', () => {
  it('tell its life', async () => {
    await world.restart({}, { queueId: 'web-queue' });
    const client = await world.connect(queueTopic('web-queue'));
    const guest = await GuestClient.connectAndConfigure(world.simulator.url, 'web-guest');
    await guest.say('Hi');
    const id = world.simulator.webMessaging.session('web-guest')?.conversationId ?? '';
    const details = await world.connect(...detailTopics(id));
    world.simulator.webMessaging.agent.disconnect('web-guest', { enabled: true, type: 'Send' });
    await guest.next();
    await guest.say('Still there?');
    world.simulator.webMessaging.agent.expire('web-guest');
    await client.settled();
    await details.settled();

    expect(client.events.map(({ eventBody }) => eventBody?.['id'])).toEqual(Array(6).fill(id));
    expect(details.topics.map((topic) => topic?.split('.').slice(5).join('.'))).toEqual([
      'customer.end',
      'acd.end',
      'customer.start',
      'acd.start',
      'customer.end',
      'acd.end',
    ]);
    expect(details.events[0]).toMatchObject({
      eventBody: { conversationId: id, messageType: 'WEBMESSAGING', disconnectType: 'CLIENT' },
    });
    expect(details.events[4]).toMatchObject({ eventBody: { disconnectType: 'SESSION_EXPIRED' } });
  });
});
