import { analyticsParticipantOf } from '../../../src/genesys/platform-events/analytics-participant';
import { snapshotOf } from '../../../src/genesys/platform-events/conversation-snapshot';
import { detailFactOf } from '../../../src/genesys/platform-events/detail-event';
import { DISCONNECT_TYPES, disconnectTypeOf } from '../../../src/genesys/platform-events/disconnect-type';
import { platformEventOf } from '../../../src/genesys/platform-events/event-envelope';
import { mediaParticipantOf } from '../../../src/genesys/platform-events/media-participant';
import {
  isDisconnectType,
  analyticsSpelling,
  detailSpelling,
  restSpelling,
} from '../../../src/simulator/open-messaging/disconnect-type';
import * as enumerations from '../../fixtures/platform/enumerations';

const RECEIVED = Date.UTC(2026, 10, 22);
const CONVERSATION = 'c-1';

const kindOf = (value: { readonly kind: string } | undefined): string => value?.kind ?? 'none';

const factOf = (suffix: string, body: object): { readonly kind: string } | undefined => {
  const topicName = `v2.detail.events.conversation.${CONVERSATION}.${suffix}`;
  const event = platformEventOf({ topicName, eventBody: body }, RECEIVED);
  return event.kind === 'detail' ? detailFactOf(event) : event;
};

describe('disconnect types', () => {
  const spellings = Object.entries(enumerations.DISCONNECT_SPELLINGS);

  it.each(spellings)('are read in each spelling: %s', (type, all) => {
    expect(all.map(disconnectTypeOf)).toEqual(all.map(() => type));
  });

  it('are those of the schema', () => {
    expect([...DISCONNECT_TYPES].sort()).toEqual(spellings.map(([type]) => type).sort());
  });

  it.each(spellings.filter(([type]) => type !== 'unknown'))(
    'are written by the simulator as the platform spells them: %s',
    (_type, [topic = '', detail, ...others]) => {
      if (!isDisconnectType(topic)) throw new Error(`${topic} is unknown.`);

      expect(detailSpelling(topic)).toBe(detail);
      expect([topic, ...others]).toContain(restSpelling(topic));
      expect([topic, ...others]).toContain(analyticsSpelling(topic, 'camel'));
    },
  );

  it.each(spellings)('end a conversation or transfer it, in each spelling: %s', (type, all) => {
    const kinds = all.map((disconnectType) => factOf('customer.end', { disconnectType }));

    const isTransfer = type.startsWith('transfer') || type === 'takeover';
    expect(kinds).toEqual(
      all.map(() => expect.objectContaining({ kind: isTransfer ? 'transferred' : 'ended' }) as unknown),
    );
  });
});

describe('states of participants', () => {
  it.each(Object.entries(enumerations.STATES))('are read: %s', (state, read) => {
    expect(mediaParticipantOf({ purpose: 'agent', state }, RECEIVED).state).toBe(read);
    expect(mediaParticipantOf({ purpose: 'agent', messages: [{ state }] }, RECEIVED).state).toBe(read);
  });

  it.each(enumerations.MESSAGE_STATUSES)('do not depend on the status of a message: %s', (messageStatus) => {
    const messages = [{ message: { id: 'm-1' }, messageTime: '2026-11-20T08:00:00.000Z', messageStatus }];
    const participants = [{ id: 'p-1', purpose: 'agent', state: 'connected', messages }];

    expect(snapshotOf({ id: CONVERSATION, participants }, RECEIVED)).toMatchObject({
      assignment: 'agent',
      latestAt: Date.UTC(2026, 10, 20, 8),
    });
  });
});

describe('purposes', () => {
  it.each(Object.entries(enumerations.PURPOSES))('are read: %s', (purpose, role) => {
    expect(mediaParticipantOf({ purpose }, RECEIVED).role).toBe(role);
    expect(analyticsParticipantOf({ purpose }, RECEIVED).role).toBe(role);
  });
});

describe('detail events', () => {
  it.each(Object.entries(enumerations.ACD_OUTCOMES))(
    'read the outcome of a queue: %s',
    (acdOutcome, kind) => {
      expect(kindOf(factOf('acd.end', { acdOutcome, answeredUserId: 'u-1' }))).toBe(kind);
    },
  );

  it.each(Object.entries(enumerations.FLOW_TYPES))('read the type of a flow: %s', (flowType, kind) => {
    expect(kindOf(factOf('flow.start', { flowType }))).toBe(kind);
  });

  it.each(Object.entries(enumerations.MEDIA_TYPES))(
    'are of message conversations only: %s',
    (mediaType, kind) => {
      expect(kindOf(factOf('acd.start', { mediaType }))).toBe(kind);
    },
  );
});
