import { aMessageEvent, aStateEvent } from '../../events/domain/feed-event.builder';
import type { FeedEvent } from '../../events/domain/feed-event';
import { bodyOf, dataOfFeedEvent, queueAbout, typeOfFeedEvent, type WebhookEvent } from './webhook-event';

const EVENT: WebhookEvent = {
  id: 'e1',
  conversationId: 'c1',
  sequence: 3,
  type: 'session.connected',
  occurredAt: Date.parse('2027-01-15T08:00:00Z'),
  data: { state: 'active', version: 1 },
  target: { url: 'https://receiver.example', secrets: [{ secret: 'whsec_canary' }] },
};
const ASSIGNED = {
  ...aStateEvent(1, 'active'),
  body: { state: 'active', version: 4, event: 'agent-joined', facts: { userId: 'u1' } },
} as FeedEvent;

describe(typeOfFeedEvent.name, () => {
  it.each([
    ['active', 'session.connected'],
    ['terminating', 'session.terminating'],
    ['terminated', 'session.terminated'],
    ['disconnected', 'session.disconnected'],
    ['failed', 'session.failed'],
    ['connecting', undefined],
  ] as const)('of the state %s is %s', (state, type) => {
    expect(typeOfFeedEvent(aStateEvent(1, state))).toBe(type);
  });

  it('of a message depends on its side', () => {
    const outbound = aMessageEvent(1);
    expect(typeOfFeedEvent(outbound)).toBe('message.received');
    expect(
      typeOfFeedEvent({ ...outbound, body: { ...outbound.body, direction: 'inbound' } } as FeedEvent),
    ).toBe('message.sent');
  });

  it('of an assignment is its own', () => {
    expect(typeOfFeedEvent(ASSIGNED)).toBe('assignment.agent-joined');
  });
});

describe(dataOfFeedEvent.name, () => {
  it('is the message, or the session with the facts of the event', () => {
    expect(dataOfFeedEvent(aMessageEvent(1))).toEqual(aMessageEvent(1).body);
    expect(dataOfFeedEvent(aStateEvent(2, 'active'))).toEqual({ state: 'active', version: 2 });
    expect(dataOfFeedEvent(ASSIGNED)).toEqual({ state: 'active', version: 4, userId: 'u1' });
  });
});

describe(bodyOf.name, () => {
  it('holds the event and nothing about its receiver', () => {
    expect(JSON.parse(bodyOf(EVENT))).toEqual({
      id: 'e1',
      type: 'session.connected',
      timestamp: '2027-01-15T08:00:00.000Z',
      conversationId: 'c1',
      sequence: 3,
      data: { state: 'active', version: 1 },
    });
  });

  it('names no conversation for an event about a webhook', () => {
    const about = { ...EVENT, conversationId: queueAbout('w1'), type: 'webhook.test' };
    expect(Object.keys(JSON.parse(bodyOf(about)) as object)).toEqual(['id', 'type', 'timestamp', 'data']);
  });
});
