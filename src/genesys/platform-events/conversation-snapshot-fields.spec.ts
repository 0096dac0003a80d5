import { snapshotOf } from './conversation-snapshot';
import { conversationOf, type Part, RECEIVED, START, time } from './participant-list.builder';

const CUSTOMER: Part = { id: 'guest', purpose: 'customer', from: 0, answered: 0 };
const AGENT: Part = { id: 'a-1', purpose: 'agent', from: 20, answered: 30, userId: 'u-1', queueId: 'q-1' };

describe(snapshotOf.name, () => {
  it.each(['message-conversation', 'conversation'] as const)(
    'is ended by the end time alone in %s',
    (shape) => {
      const value = { ...conversationOf(shape, [CUSTOMER, AGENT]), endTime: time(200) };

      expect(snapshotOf(value, RECEIVED)).toMatchObject({ ended: { at: START + 200e3, by: 'platform' } });
    },
  );

  it('is ended by conversationEnd alone', () => {
    expect(snapshotOf(conversationOf('analytics-details', [CUSTOMER, AGENT], 200), RECEIVED)?.ended).toEqual({
      at: START + 200e3,
      by: 'platform',
    });
  });

  it('reads that the customer cleared the conversation', () => {
    const segments = [
      { segmentType: 'interact', segmentStart: time(0), segmentEnd: time(9), disconnectType: 'client' },
    ];
    const participants = [
      { participantId: 'g', purpose: 'customer', sessions: [{ cleared: true, segments }] },
      { participantId: 'a-1', purpose: 'agent', sessions: [{ segments }] },
    ];

    expect(snapshotOf({ conversationId: 'c-1', participants }, RECEIVED)?.ended).toEqual({
      at: START + 9_000,
      by: 'customer',
      disconnectType: 'client',
    });
  });

  it('ignores sessions of other media, and segments that only changed', () => {
    const gone = {
      segmentType: 'interact',
      segmentStart: time(0),
      segmentEnd: time(9),
      disconnectType: 'client',
    };
    const going = { segmentType: 'interact', segmentStart: time(0), segmentEnd: time(9) };
    const sessions = [
      { mediaType: 'message', segments: [going] },
      { mediaType: 'cobrowse', segments: [gone, { ...gone, segmentStart: time(1) }] },
    ];
    const participants = [{ participantId: 'g', purpose: 'customer', sessions }];

    expect(snapshotOf({ conversationId: 'c-1', participants }, RECEIVED)?.ended).toBeUndefined();
  });

  it.each([
    ['connected', { endTime: time(40) }, START + 40_000],
    ['meditating', { endTime: time(40) }, START + 40_000],
    ['disconnected', {}, START + 5_000],
    ['TERMINATED', {}, START + 5_000],
  ])('is ended by the state %s with %p', (state, times, at) => {
    const customer = {
      id: 'g',
      purpose: 'Customer',
      connectedTime: time(5),
      disconnectType: 'client',
      state,
      ...times,
    };

    expect(snapshotOf({ id: 'c-1', participants: [customer] }, RECEIVED)?.ended).toEqual({
      at,
      by: 'customer',
      disconnectType: 'client',
    });
  });

  it('reads the last communication of a participant', () => {
    const messages = [
      { state: 'connected', connectedTime: time(50) },
      { state: 'disconnected', disconnectType: 'client', connectedTime: time(1), disconnectedTime: time(40) },
    ];
    const value = { id: 'c-1', participants: [{ id: 'a-1', purpose: 'agent', messages }] };

    expect(snapshotOf(value, RECEIVED)).toMatchObject({ assignment: 'agent', since: START + 50e3 });
  });

  it('takes after-call work of a communication and of a parked agent', () => {
    const acw = { state: 'completed', startTime: time(50), endTime: time(70) };
    const messages = [
      { state: 'parked', connectedTime: time(1), afterCallWork: acw, wrapup: { code: 'w-1' } },
    ];
    const value = { id: 'c-1', participants: [{ id: 'a-1', purpose: 'user', messages }] };

    expect(snapshotOf(value, RECEIVED)).toMatchObject({
      assignment: 'agent',
      latestAt: START + 70_000,
      wrapUp: { code: 'w-1', at: START + 70_000 },
    });
  });

  it('waits for the save of a provisional wrap-up', () => {
    const wrapup = { code: 'w-1', provisional: true };
    const value = {
      id: 'c-1',
      participants: [{ id: 'a-1', purpose: 'agent', state: 'disconnected', wrapup }],
    };

    expect(snapshotOf(value, RECEIVED)?.wrapUp).toBeUndefined();
  });

  it('reads fields of the wrong types as absent', () => {
    const wrong = [null, 5, true, [], {}, 'x'.repeat(100_000), '\0', { id: 5 }, [[]], '9999-12-31T23:59:59Z'];
    const names = ['id', 'state', 'startTime', 'connectedTime', 'endTime', 'disconnectType', 'user', 'queue'];
    const lists = ['attributes', 'messages', 'wrapup', 'sessions'];
    for (const value of wrong) {
      const fields = Object.fromEntries([...names, ...lists].map((name) => [name, value]));
      const participants = [{ ...fields, purpose: 'agent' }, { purpose: value }, value];

      expect(snapshotOf({ id: 'c-1', participants }, RECEIVED)).toMatchObject({
        assignment: 'none',
        latestAt: RECEIVED,
      });
      expect(snapshotOf({ conversationId: 'c-1', participants }, RECEIVED)).toMatchObject({
        assignment: 'none',
      });
    }
  });

  it('takes no time of the far future for the latest one', () => {
    const customer = { id: 'g', purpose: 'customer', startTime: time(0), endTime: '2099-01-01T00:00:00Z' };

    expect(snapshotOf({ id: 'c-1', participants: [customer] }, RECEIVED)).toMatchObject({ latestAt: START });
  });

  it.each([null, 'c-1', [], {}, { id: 'c-1' }, { id: 5, participants: [] }, { id: 'a\0', participants: [] }])(
    'reads no snapshot from %p',
    (value) => {
      expect(snapshotOf(value, RECEIVED)).toBeUndefined();
    },
  );
});
