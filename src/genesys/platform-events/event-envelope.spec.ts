import { parsePlatformEvent, platformEventOf } from './event-envelope';

const ID = '6f0cc5f3-27c4-4a49-8f9b-64a1e5f3ad02';
const AT = Date.UTC(2026, 5, 1, 12);
const NOW = AT + 1_500;
const TOPIC = `v2.detail.events.conversation.${ID}.customer.end`;
const TYPE = 'v2.detail.events.conversation.{id}.customer.end';

const body = { eventTime: AT, conversationId: ID, participantId: 'p-1', mediaType: 'MESSAGE' };
const envelope = {
  topicName: TOPIC,
  version: '2',
  eventBody: body,
  metadata: { CorrelationId: 'c-1' },
  timestamp: new Date(AT + 300).toISOString(),
};
const bridged = {
  version: '0',
  id: 'e-1',
  'detail-type': TYPE,
  source: 'aws.partner/genesys.com/cloud/org/suffix',
  time: new Date(AT + 700).toISOString(),
  resources: [],
  detail: envelope,
};
const EVENT = { kind: 'detail', suffix: 'customer.end', conversationId: ID, at: AT, timeSource: 'event' };

function without(name: string): object {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
}

describe(platformEventOf.name, () => {
  it.each([
    ['a frame of the socket', envelope, 'envelope'],
    ['an envelope with its body as text', { ...envelope, eventBody: JSON.stringify(body) }, 'envelope'],
    ['an event of EventBridge', bridged, 'event-bridge'],
    ['a bridged event without an envelope', { ...bridged, detail: body }, 'event-bridge'],
    ['a bridged event without a type', { detail: envelope }, 'event-bridge'],
    ['primitives', { topicName: TYPE, ...body }, 'primitives'],
    ['primitives as texts', { topic: TYPE, ...body, eventTime: String(AT) }, 'primitives'],
    ['primitives with the type of EventBridge', { 'detail-type': TYPE, ...body }, 'primitives'],
  ])('reads %s', (_case, value, form) => {
    expect(platformEventOf(value, NOW)).toMatchObject({ ...EVENT, form });
    expect(parsePlatformEvent(JSON.stringify(value), NOW)).toMatchObject({ ...EVENT, form });
  });

  it.each([
    ['socket', { ...envelope, eventBody: without('conversationId') }],
    ['EventBridge', { ...bridged, detail: { ...envelope, eventBody: without('conversationId') } }],
  ])('takes the conversation from the topic of %s if the body has none', (_case, value) => {
    expect(platformEventOf(value, NOW)).toMatchObject(EVENT);
  });

  it.each([
    ['event', { ...envelope }, AT],
    ['envelope', { ...envelope, eventBody: without('eventTime') }, AT + 300],
    ['envelope', { ...envelope, eventBody: { ...body, eventTime: 8.64e15 } }, AT + 300],
    ['envelope', { ...bridged, detail: { topicName: TOPIC, eventBody: without('eventTime') } }, AT + 700],
    ['received', { topicName: TOPIC, ...without('eventTime') }, NOW],
    ['received', { topicName: TOPIC, ...body, eventTime: 1 }, NOW],
  ])('takes the time from the %s', (timeSource, value, at) => {
    expect(platformEventOf(value, NOW)).toMatchObject({ kind: 'detail', at, timeSource });
  });

  it.each([
    'v2.routing.queues.q.conversations.messages',
    'v2.users.u.conversations.messages',
    `v2.conversations.messages.${ID}`,
  ])('reads the participant list of %s', (topicName) => {
    const list = { id: ID, participants: [] };

    expect(platformEventOf({ topicName, eventBody: list }, NOW)).toMatchObject({
      kind: 'snapshot',
      conversationId: ID,
      body: list,
    });
  });

  it.each([
    ['heartbeat', { topicName: 'channel.metadata', eventBody: { message: 'WebSocket Heartbeat' } }],
    ['pong', { topicName: 'channel.metadata', eventBody: { message: 'pong' } }],
    ['pong', { message: 'pong' }],
    ['socket-closing', { topicName: 'v2.system.socket_closing', eventBody: { message: 'soon' } }],
    ['socket-closing', { topicName: 'v2.system.socket_closing' }],
    ['subscription-answer', { result: '200', status: 'subscribed', correlationId: 'c' }],
    ['subscription-answer', { result: '404', message: 'gone' }],
    ['subscription-answer', { status: 'subscribed', correlationId: 'c' }],
    ['not-a-conversation', { topicName: 'v2.users.u.presence', eventBody: {} }],
    ['unknown-topic', { topicName: `v2.detail.events.conversation.${ID}.weather`, eventBody: body }],
    ['unknown-topic', { ...bridged, 'detail-type': 'v2.other.conversation.{id}.customer.end' }],
    ['other-media', { ...envelope, eventBody: { ...body, mediaType: 'VOICE' } }],
    ['other-media', { topicName: 'v2.users.u.conversations.calls', eventBody: { id: ID } }],
    ['without-conversation', { topicName: TYPE, ...without('conversationId') }],
    ['without-conversation', { topicName: TYPE, ...body, conversationId: 'a\0b' }],
    ['without-conversation', { topicName: TYPE, ...body, conversationId: 'x'.repeat(129) }],
    ['without-conversation', { topicName: 'v2.users.u.conversations.messages', eventBody: {} }],
    ['malformed', { ...envelope, eventBody: 7 }],
    ['malformed', { ...envelope, eventBody: null }],
    ['malformed', { ...envelope, eventBody: [body] }],
    ['malformed', { ...envelope, eventBody: '{' }],
    ['malformed', { ...envelope, topicName: 5 }],
    ['malformed', body],
    ['malformed', [envelope]],
    ['malformed', null],
    ['malformed', 'text'],
    ['malformed', undefined],
  ])('ignores with the reason %s', (reason, value) => {
    expect(platformEventOf(value, NOW)).toEqual({ kind: 'ignored', reason });
  });

  it.each(['message', 'MESSAGE', 'UNKNOWN', '', 7, undefined])('accepts the medium %p', (mediaType) => {
    expect(platformEventOf({ ...envelope, eventBody: { ...body, mediaType } }, NOW)).toMatchObject(EVENT);
  });
});

describe(parsePlatformEvent.name, () => {
  it.each([
    ['malformed', ''],
    ['malformed', '{"topicName":'],
    ['malformed', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['malformed', JSON.stringify({ ...envelope, eventBody: '['.repeat(100_000) })],
    ['oversized', JSON.stringify({ ...envelope, padding: 'x'.repeat(1_048_576) })],
  ])('ignores a text with the reason %s', (reason, text) => {
    expect(parsePlatformEvent(text, NOW)).toEqual({ kind: 'ignored', reason });
  });
});
