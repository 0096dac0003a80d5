import { detailFactOf } from './detail-event';
import { platformEventOf } from './event-envelope';
import type { PlatformFact } from '../../session/domain/platform-fact';
import { DETAIL_SUFFIXES } from './topic';

const AT = Date.UTC(2026, 5, 1, 12);
const COMMON = { conversationId: 'c-1', participantId: 'p-1', at: AT };

function factOf(suffix: string, fields: object = {}): PlatformFact | undefined {
  const topicName = `v2.detail.events.conversation.c-1.${suffix}`;
  const eventBody = {
    eventTime: AT,
    conversationId: 'c-1',
    participantId: 'p-1',
    mediaType: 'MESSAGE',
    ...fields,
  };
  const event = platformEventOf({ topicName, eventBody }, AT + 500);
  if (event.kind !== 'detail') throw new Error(event.kind);
  return detailFactOf(event);
}

describe(detailFactOf.name, () => {
  it.each([
    ['ENDPOINT', 'customer'],
    ['PEER', 'agent'],
    ['CLIENT', 'agent'],
    ['INACTIVITY', 'inactivity'],
    ['TIMEOUT', 'inactivity'],
    ['SESSION_EXPIRED', 'expired'],
    ['session.expired', 'expired'],
    ['SPAM', 'spam'],
    ['SYSTEM', 'platform'],
    ['ERROR', 'platform'],
    ['TRANSPORT_FAILURE', 'platform'],
    ['UNKNOWN', 'platform'],
    ['METEORITE', 'platform'],
  ])('reads customer.end by %s as an end by %s', (disconnectType, by) => {
    expect(factOf('customer.end', { disconnectType })).toEqual({
      kind: 'ended',
      ...COMMON,
      source: 'customer.end',
      by,
      disconnectType,
    });
  });

  it.each([{}, { disconnectType: null }, { disconnectType: '' }, { disconnectType: 4 }])(
    'reads customer.end without a type as an end by the platform',
    (fields) => {
      const fact = factOf('customer.end', { interactingDurationMs: 60_000, ...fields });

      expect(fact).toEqual({ kind: 'ended', ...COMMON, source: 'customer.end', by: 'platform' });
    },
  );

  it.each(['TRANSFER', 'CONSULT_TRANSFER', 'DND_TRANSFER', 'transfer.donotdisturb', 'TAKEOVER'])(
    'never ends by %s',
    (disconnectType) => {
      expect(factOf('customer.end', { disconnectType })?.kind).toBe('transferred');
      expect(factOf('user.end', { disconnectType, userId: 'u-1' })).toEqual({
        kind: 'transferred',
        ...COMMON,
        source: 'user.end',
        userId: 'u-1',
      });
    },
  );

  it.each(['CLIENT', 'PEER', 'SPAM', 'SYSTEM', 'ENDPOINT', 'INACTIVITY', undefined])(
    'never ends by user.end with %s',
    (disconnectType) => {
      const fields = { disconnectType, userId: 'u-1', interactingDurationMs: 5_000, alertingDurationMs: 900 };

      expect(factOf('user.end', fields)).toEqual({
        kind: 'agent-left',
        ...COMMON,
        source: 'user.end',
        userId: 'u-1',
        declined: false,
      });
    },
  );

  it.each([
    ['an agent that declined', { disconnectType: 'CLIENT', alertingDurationMs: 900 }, true],
    [
      'an alert that timed out',
      { disconnectType: 'TIMEOUT', alertingDurationMs: 9e3, interactingDurationMs: 0 },
      true,
    ],
    [
      'no answer',
      { disconnectType: 'NO_ANSWER_TRANSFER', alertingDurationMs: '900', heldDurationMs: '0' },
      true,
    ],
    ['an agent that held', { disconnectType: 'CLIENT', alertingDurationMs: 900, heldDurationMs: 1 }, false],
    ['no durations', { disconnectType: 'CLIENT' }, false],
    [
      'invalid durations',
      { disconnectType: 'CLIENT', alertingDurationMs: -5, interactingDurationMs: {} },
      false,
    ],
  ])('reads user.end of %s', (_case, fields, declined) => {
    expect(factOf('user.end', fields)).toMatchObject({ kind: 'agent-left', declined });
  });

  it('reads queues and agents', () => {
    expect(factOf('acd.start', { queueId: 'q-1' })).toEqual({
      kind: 'waiting',
      ...COMMON,
      source: 'acd.start',
      queueId: 'q-1',
    });
    expect(factOf('acd.start', { queueId: 'q\0' })).toEqual({
      kind: 'waiting',
      ...COMMON,
      source: 'acd.start',
    });
    expect(factOf('user.start', { userId: 'u-1', queueId: 'q-1' })).toEqual({
      kind: 'agent-joined',
      ...COMMON,
      source: 'user.start',
      userId: 'u-1',
      queueId: 'q-1',
    });
  });

  it('reads an answer from acd.end, whose participant is the queue', () => {
    const fields = {
      acdOutcome: 'ANSWERED',
      answeredUserId: 'u-1',
      queueId: 'q-1',
      disconnectType: 'TRANSFER',
    };

    expect(factOf('acd.end', fields)).toEqual({
      kind: 'agent-joined',
      conversationId: 'c-1',
      at: AT,
      source: 'acd.end',
      userId: 'u-1',
      queueId: 'q-1',
    });
  });

  it.each(['ABANDON', 'FLOW_OUT', 'UNKNOWN', undefined])('reads nothing from acd.end by %s', (acdOutcome) => {
    expect(factOf('acd.end', { acdOutcome, answeredUserId: 'u-1' })).toBeUndefined();
  });

  it.each([
    ['INBOUNDSHORTMESSAGE', true],
    ['BOT', true],
    ['DIGITALBOT', true],
    [undefined, true],
    ['INQUEUESHORTMESSAGE', false],
    ['SURVEYINVITE', false],
    ['WORKFLOW', false],
  ])('takes a flow of the type %s for a bot: %s', (flowType, isBot) => {
    expect(factOf('flow.start', { flowType })?.kind).toBe(isBot ? 'bot' : undefined);
  });

  it.each(['acw', 'wrapup'])('reads a wrap-up from %s', (suffix) => {
    const fields = { userId: 'u-1', wrapupCode: 'w-1', wrapupNotes: 'Solved.', wrapupDurationMs: 12_000 };

    expect(factOf(suffix, fields)).toEqual({
      kind: 'wrapped-up',
      ...COMMON,
      source: suffix,
      userId: 'u-1',
      code: 'w-1',
      notes: 'Solved.',
      tags: [],
      durationMs: 12_000,
    });
    expect(factOf(suffix, { ...fields, wrapupCode: undefined })).toBeUndefined();
  });

  it('bounds the texts of a wrap-up and makes them storable', () => {
    const fields = {
      wrapupCode: 'w'.repeat(9_999),
      wrapupNotes: `\0${'n'.repeat(9_999)}`,
      wrapupTags: ['t', 4],
    };

    expect(factOf('acw', fields)).toMatchObject({
      code: 'w'.repeat(256),
      notes: `\ufffd${'n'.repeat(4_095)}`,
      tags: ['t'],
    });
  });

  it.each(['customer.start', 'flow.end', 'flow.outcome', 'attributes', 'contact.update', 'outbound'])(
    'reads nothing from %s',
    (suffix) => {
      expect(factOf(suffix, { disconnectType: 'ENDPOINT', queueId: 'q-1' })).toBeUndefined();
    },
  );

  it.each(DETAIL_SUFFIXES)('reads %s with fields of the wrong types', (suffix) => {
    const wrong = [null, 5, true, [], {}, 'x'.repeat(100_000), '\0', -1e308];
    const names = [
      'disconnectType',
      'userId',
      'queueId',
      'acdOutcome',
      'flowType',
      'wrapupCode',
      'participantId',
    ];
    const facts = wrong.map((value) =>
      factOf(suffix, Object.fromEntries(names.map((name) => [name, value]))),
    );

    expect(facts.every((fact) => fact === undefined || JSON.stringify(fact).length < 500)).toBe(true);
  });
});
