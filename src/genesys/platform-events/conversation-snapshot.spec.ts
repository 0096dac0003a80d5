import { type ConversationSnapshot, snapshotOf } from './conversation-snapshot';
import { conversationOf, type Part, RECEIVED, type Shape, SHAPES, START } from './participant-list.builder';

const CUSTOMER: Part = {
  id: 'guest',
  purpose: 'customer',
  from: 0,
  answered: 0,
  attributes: { orderId: '42' },
};
const GONE: Part = { ...CUSTOMER, to: 100, by: 'peer' };
const BOT: Part = { id: 'flow', purpose: 'workflow', from: 0, answered: 0 };
const QUEUE: Part = { id: 'acd', purpose: 'acd', from: 10, answered: 10, queueId: 'q-1' };
const LEFT_QUEUE: Part = { ...QUEUE, to: 30, by: 'transfer' };
const LEFT_BOT: Part = { ...BOT, to: 10, by: 'transfer' };
const AGENT: Part = { id: 'a-1', purpose: 'agent', from: 20, answered: 30, userId: 'u-1', queueId: 'q-1' };
const ALERTED: Part = { id: 'a-1', purpose: 'agent', from: 20, userId: 'u-1', queueId: 'q-1' };

function read(shape: Shape, parts: readonly Part[], endedAt?: number): ConversationSnapshot {
  const snapshot = snapshotOf(conversationOf(shape, parts, endedAt), RECEIVED);
  if (snapshot === undefined) throw new Error('No snapshot.');
  return snapshot;
}

describe.each(SHAPES)(`${snapshotOf.name} with %s`, (shape) => {
  it.each([
    ['a bot serves', [CUSTOMER, BOT], { assignment: 'bot', since: START }],
    [
      'the queue waits',
      [CUSTOMER, LEFT_BOT, QUEUE],
      { assignment: 'waiting', since: START + 10e3, queueId: 'q-1' },
    ],
    [
      'a flow runs in the queue',
      [CUSTOMER, QUEUE, { ...BOT, from: 11, answered: 11 }],
      { assignment: 'waiting' },
    ],
    ['an agent is alerted', [CUSTOMER, QUEUE, ALERTED], { assignment: 'waiting', since: START + 10e3 }],
    ['only an agent is alerted', [CUSTOMER, LEFT_QUEUE, ALERTED], { assignment: 'waiting', queueId: 'q-1' }],
    ['an agent answered', [CUSTOMER, LEFT_QUEUE, AGENT], { assignment: 'agent', since: START + 30e3 }],
    ['an agent answered and the queue remains', [CUSTOMER, QUEUE, AGENT], { assignment: 'agent' }],
    ['an agent declined', [CUSTOMER, QUEUE, { ...ALERTED, to: 25, by: 'client' }], { assignment: 'waiting' }],
    [
      'an alert timed out',
      [CUSTOMER, QUEUE, { ...ALERTED, to: 25, by: 'timeout' }],
      { assignment: 'waiting' },
    ],
    ['the agent left', [CUSTOMER, LEFT_QUEUE, { ...AGENT, to: 90, by: 'client' }], { assignment: 'none' }],
    ['only the customer is there', [CUSTOMER], { assignment: 'none' }],
    [
      'a supervisor watches',
      [CUSTOMER, QUEUE, { ...AGENT, monitors: 'a-0' }],
      { assignment: 'waiting', agents: [] },
    ],
    ['the list is out of order', [AGENT, QUEUE, CUSTOMER], { assignment: 'agent' }],
  ])('decides while %s', (_case, parts, expected) => {
    const snapshot = read(shape, parts);

    expect(snapshot).toMatchObject({
      conversationId: 'c-1',
      shape,
      attributes: { orderId: '42' },
      ...expected,
    });
    expect(snapshot.ended).toBeUndefined();
  });

  it.each([
    ['peer', 'client', 'agent'],
    ['endpoint', 'peer', 'customer'],
    ['client', 'peer', 'customer'],
    ['inactivity', 'peer', 'inactivity'],
    ['session.expired', 'peer', 'expired'],
    ['peer', 'spam', 'spam'],
    ['error', 'peer', 'platform'],
    ['comet', 'other', 'platform'],
  ])('reads the end by %s of the customer and %s of the agent', (customer, agent, by) => {
    const parts = [{ ...GONE, by: customer }, LEFT_QUEUE, { ...AGENT, to: 101, by: agent }];

    expect(read(shape, parts)).toMatchObject({
      ended: { at: START + 100_000, by },
      assignment: 'none',
      since: START + 100_000,
    });
    expect(read(shape, parts, 160).ended).toEqual(read(shape, parts).ended);
  });

  it('takes a flow as the peer of a customer that never met an agent', () => {
    expect(read(shape, [GONE, { ...BOT, to: 99, by: 'client' }]).ended?.by).toBe('platform');
    expect(read(shape, [GONE, { ...ALERTED, to: 99, by: 'timeout' }]).ended?.by).toBe('platform');
  });

  it('takes a client without an agent for a request for the customer', () => {
    expect(read(shape, [{ ...GONE, by: 'client' }, QUEUE]).ended?.by).toBe('customer');
    expect(
      read(shape, [
        { ...GONE, by: 'client' },
        { ...AGENT, to: 99, by: 'client' },
      ]).ended?.by,
    ).toBe('agent');
  });

  it('asks the agent that left last, and none that transferred', () => {
    const first = { ...AGENT, to: 60, by: 'transfer' };
    const second = { ...AGENT, id: 'a-2', from: 61, answered: 65, to: 100, by: 'client' };

    expect(read(shape, [GONE, second, first]).ended?.by).toBe('agent');
    expect(read(shape, [{ ...GONE, by: 'other' }, first]).ended?.by).toBe('platform');
    expect(
      read(shape, [
        { ...GONE, by: 'other' },
        { ...first, by: 'client' },
      ]).ended?.by,
    ).toBe('agent');
    expect(
      read(shape, [
        { ...GONE, by: 'other' },
        { ...first, by: 'client' },
        { ...second, by: 'transfer' },
      ]).ended?.by,
    ).toBe('agent');
  });

  it('is not ended by a transfer of the customer', () => {
    expect(read(shape, [{ ...GONE, by: 'transfer.consult' }, AGENT])).toMatchObject({ assignment: 'agent' });
    expect(read(shape, [{ ...GONE, by: 'transfer.consult' }]).ended).toBeUndefined();
  });

  it('is not ended while the customer has a later part', () => {
    const snapshot = read(shape, [GONE, { ...CUSTOMER, id: 'guest-2', from: 110, answered: 110 }, AGENT]);

    expect([snapshot.ended, snapshot.assignment]).toEqual([undefined, 'agent']);
  });

  it('keeps the last wrap-up, by its time and not by its place', () => {
    const first = { ...AGENT, to: 60, by: 'transfer', wrapUp: { code: 'w-1', from: 60, to: 300 } };
    const wrapUp = { code: 'w-2', notes: 'Done.', from: 100, to: 130 };
    const second = { ...AGENT, id: 'a-2', from: 61, answered: 65, to: 100, by: 'client', wrapUp };
    const snapshot = read(shape, [GONE, first, second]);

    expect(snapshot.wrapUp).toEqual({
      code: 'w-1',
      notes: '',
      tags: [],
      durationMs: 240_000,
      at: START + 300_000,
    });
    expect(snapshot.agents.map((agent) => agent.wrapUp?.code)).toEqual(['w-1', 'w-2']);
    expect(snapshot.latestAt).toBe(START + 300_000);
  });

  it('orders by the latest time inside', () => {
    expect(read(shape, [CUSTOMER, AGENT]).latestAt).toBe(START + 30_000);
    expect(read(shape, [GONE, AGENT]).latestAt).toBe(START + 100_000);
  });

  it('reads a bounded number of participants and keeps the last agents', () => {
    const agents = Array.from({ length: 5_000 }, (_, at) => ({
      ...AGENT,
      id: `a-${at}`,
      from: 20 + at / 10,
    }));
    const snapshot = read(shape, [CUSTOMER, ...agents]);

    expect(snapshot.agents.map(({ participantId }) => participantId)).toEqual(
      Array.from({ length: 20 }, (_, at) => `a-${979 + at}`),
    );
  });
});
