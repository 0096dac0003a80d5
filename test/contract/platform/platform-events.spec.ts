import { snapshotOf } from '../../../src/genesys/platform-events/conversation-snapshot';
import { detailFactOf } from '../../../src/genesys/platform-events/detail-event';
import {
  type DetailEvent,
  parsePlatformEvent,
  type SnapshotEvent,
} from '../../../src/genesys/platform-events/event-envelope';
import { factsBetween } from '../../../src/genesys/platform-events/snapshot-facts';
import { DETAIL_SUFFIXES } from '../../../src/genesys/platform-events/topic';
import type { PlatformFact } from '../../../src/session/domain/platform-fact';
import { COMPLETE_EVENTS } from '../../fixtures/platform/complete-events';
import {
  analyticsConversation,
  CHAT_CONVERSATION,
  PADDED_TIME,
  UNPADDED_TIME,
} from '../../fixtures/platform/conversation-states';
import { EVENT_BRIDGE_EVENTS } from '../../fixtures/platform/event-bridge-events';
import { NOTIFICATION_FRAMES } from '../../fixtures/platform/notification-frames';
import type { OfficialEvent } from '../../fixtures/platform/official-event';
import { CORRELATING_ATTRIBUTES, QUEUE_TOPIC_EVENTS } from '../../fixtures/platform/queue-topic-events';
import { TRIGGER_EVENTS } from '../../fixtures/platform/trigger-events';

const RECEIVED = Date.UTC(2026, 10, 22);

function takenFrom(event: object): OfficialEvent['taken'] {
  const parsed = parsePlatformEvent(JSON.stringify(event), RECEIVED);
  return parsed.kind === 'ignored' ? { ignored: parsed.reason } : { facts: factsOf(parsed) };
}

function factsOf(event: DetailEvent | SnapshotEvent): readonly PlatformFact[] {
  if (event.kind === 'detail') return [detailFactOf(event)].filter((fact) => fact !== undefined);
  const snapshot = snapshotOf(event.body, event.receivedAt);
  return snapshot === undefined ? [] : factsBetween(undefined, snapshot);
}

describe.each<[string, Record<string, OfficialEvent>]>([
  ['an EventBridge rule', EVENT_BRIDGE_EVENTS],
  ['a notification channel', NOTIFICATION_FRAMES],
  ['a trigger', TRIGGER_EVENTS],
  ['a queue', QUEUE_TOPIC_EVENTS],
  ['the schemas', COMPLETE_EVENTS],
])('events of %s from public sources', (_origin, events) => {
  it.each(Object.entries(events))('are read: %s', (_name, { event, taken }) => {
    expect(takenFrom(event)).toEqual(taken);
  });
});

describe('complete events', () => {
  it('cover each topic that is read', () => {
    expect(Object.keys(COMPLETE_EVENTS)).toEqual(expect.arrayContaining([...DETAIL_SUFFIXES]));
  });
});

describe('the customer of a queue topic', () => {
  it.each(Object.entries(QUEUE_TOPIC_EVENTS))(
    'has attributes that name the session: %s',
    (_name, { event }) => {
      const parsed = parsePlatformEvent(JSON.stringify(event), RECEIVED);

      expect(parsed).toMatchObject({ kind: 'snapshot', form: 'envelope' });
      expect(parsed.kind === 'snapshot' && snapshotOf(parsed.body, RECEIVED)).toMatchObject({
        attributes: CORRELATING_ATTRIBUTES,
      });
    },
  );
});

describe('reads of conversations from public sources', () => {
  const END = '2026-11-02T15:31:00.000Z';

  it.each([
    ['with a hold and an end', true, PADDED_TIME, END],
    ['without an end', false, PADDED_TIME, undefined],
    ['with days of one digit', false, UNPADDED_TIME, undefined],
  ])('state the timeout of the customer in analytics %s', (_case, hasHold, time, conversationEnd) => {
    const body = analyticsConversation({
      mediaType: 'message',
      hasHold,
      time,
      ...(conversationEnd === undefined ? {} : { conversationEnd }),
    });

    expect(snapshotOf(body, RECEIVED)).toMatchObject({
      shape: 'analytics-details',
      assignment: 'none',
      ended: { at: Date.parse(PADDED_TIME(58)), by: 'inactivity', disconnectType: 'timeout' },
      agents: [{ userId: 'agent-1', connectedAt: Date.parse(PADDED_TIME(11)), disconnect: { type: 'peer' } }],
    });
  });

  it.each([
    ['ended', END, { at: Date.parse(END), by: 'platform' }],
    ['open', undefined, undefined],
  ])('take from a chat in analytics only the time of its end: %s', (_case, conversationEnd, ended) => {
    const body = analyticsConversation({
      mediaType: 'chat',
      hasHold: false,
      time: PADDED_TIME,
      ...(conversationEnd === undefined ? {} : { conversationEnd }),
    });

    expect(snapshotOf(body, RECEIVED)?.ended).toEqual(ended);
  });

  it('take the end of the customer from a conversation of another medium', () => {
    expect(snapshotOf(CHAT_CONVERSATION.body, RECEIVED)).toMatchObject({
      shape: 'conversation',
      ended: { at: CHAT_CONVERSATION.endedAt, by: 'platform' },
      attributes: { 'context.firstName': 'Jane' },
    });
  });
});
