import { type ConversationSnapshot, snapshotOf } from './conversation-snapshot';
import { conversationOf, type Part, RECEIVED, type Shape, SHAPES, START } from './participant-list.builder';
import type { PlatformFact } from '../../session/domain/platform-fact';
import { factsBetween } from './snapshot-facts';

const CUSTOMER: Part = { id: 'guest', purpose: 'customer', from: 0, answered: 0 };
const BOT: Part = { id: 'flow', purpose: 'workflow', from: 0, answered: 0 };
const LEFT_BOT: Part = { ...BOT, to: 10, by: 'transfer' };
const QUEUE: Part = { id: 'acd', purpose: 'acd', from: 10, answered: 10, queueId: 'q-1' };
const LEFT_QUEUE: Part = { ...QUEUE, to: 30, by: 'transfer' };
const DECLINED: Part = { id: 'a-0', purpose: 'agent', from: 12, to: 20, by: 'timeout', userId: 'u-0' };
const AGENT: Part = { id: 'a-1', purpose: 'agent', from: 20, answered: 30, userId: 'u-1', queueId: 'q-1' };
const TRANSFERRED: Part = { ...AGENT, to: 60, by: 'transfer' };
const SECOND_QUEUE: Part = { id: 'acd-2', purpose: 'acd', from: 60, answered: 60, queueId: 'q-2' };
const SECOND: Part = { id: 'a-2', purpose: 'agent', from: 62, answered: 70, userId: 'u-2', queueId: 'q-2' };
const ENDED: Part = { ...CUSTOMER, to: 100, by: 'peer' };
const LEFT: Part = { ...SECOND, to: 100, by: 'client' };
const WRAPPED: Part = { ...LEFT, wrapUp: { code: 'w-1', notes: 'Done.', from: 100, to: 130 } };

/** A conversation from its start to the after-call work. */
const LIFE: readonly (readonly Part[])[] = [
  [CUSTOMER, BOT],
  [CUSTOMER, LEFT_BOT, QUEUE],
  [CUSTOMER, LEFT_BOT, QUEUE, DECLINED],
  [CUSTOMER, LEFT_BOT, LEFT_QUEUE, DECLINED, AGENT],
  [CUSTOMER, LEFT_BOT, LEFT_QUEUE, DECLINED, TRANSFERRED, SECOND_QUEUE],
  [
    CUSTOMER,
    LEFT_BOT,
    LEFT_QUEUE,
    DECLINED,
    TRANSFERRED,
    { ...SECOND_QUEUE, to: 70, by: 'transfer' },
    SECOND,
  ],
  [ENDED, LEFT_BOT, LEFT_QUEUE, DECLINED, TRANSFERRED, LEFT],
  [ENDED, LEFT_BOT, LEFT_QUEUE, DECLINED, TRANSFERRED, WRAPPED],
];

const KINDS = [
  ['bot 0'],
  ['waiting 10'],
  ['agent-left 20'],
  ['agent-joined 30'],
  ['transferred 60', 'waiting 60'],
  ['agent-joined 70'],
  ['agent-left 100', 'ended 100'],
  ['wrapped-up 130'],
];

function read(shape: Shape, parts: readonly Part[]): ConversationSnapshot {
  const snapshot = snapshotOf(conversationOf(shape, parts), RECEIVED);
  if (snapshot === undefined) throw new Error('No snapshot.');
  return snapshot;
}

function named(facts: readonly PlatformFact[]): readonly string[] {
  return facts.map(({ kind, at }) => `${kind} ${(at - START) / 1000}`);
}

describe.each(SHAPES)(`${factsBetween.name} with %s`, (shape) => {
  const snapshots = LIFE.map((parts) => read(shape, parts));

  it('gives each fact of a conversation once', () => {
    const facts = snapshots.map((next, at) => named(factsBetween(snapshots[at - 1], next)));

    expect(facts).toEqual(KINDS);
  });

  it('gives nothing for a repeated snapshot', () => {
    expect(snapshots.map((snapshot) => factsBetween(snapshot, snapshot))).toEqual(LIFE.map(() => []));
  });

  it('gives nothing for an older snapshot', () => {
    const pairs = snapshots.flatMap((previous, at) =>
      snapshots.slice(0, at).map((older) => [previous, older] as const),
    );
    const isOlder = pairs.filter(([previous, older]) => older.latestAt < previous.latestAt);

    expect(isOlder.length).toBeGreaterThan(20);
    expect(isOlder.flatMap(([previous, older]) => factsBetween(previous, older))).toEqual([]);
  });

  it('gives all facts in order for a gap, but no assignment of the past', () => {
    expect(named(factsBetween(undefined, read(shape, LIFE.at(-1) ?? [])))).toEqual([
      'agent-left 20',
      'agent-joined 30',
      'transferred 60',
      'agent-joined 70',
      'agent-left 100',
      'ended 100',
      'wrapped-up 130',
    ]);
  });

  it('names the parties', () => {
    const facts = factsBetween(undefined, read(shape, LIFE.at(-1) ?? []));
    const party = { conversationId: 'c-1', source: 'snapshot', participantId: 'a-2', userId: 'u-2' };

    expect(facts.slice(3)).toEqual([
      { kind: 'agent-joined', ...party, at: START + 70_000, queueId: 'q-2' },
      { kind: 'agent-left', ...party, at: START + 100_000, declined: false },
      {
        kind: 'ended',
        conversationId: 'c-1',
        source: 'snapshot',
        at: START + 100_000,
        by: 'agent',
        disconnectType: 'peer',
      },
      {
        kind: 'wrapped-up',
        ...party,
        at: START + 130_000,
        code: 'w-1',
        notes: 'Done.',
        tags: [],
        durationMs: 30_000,
      },
    ]);
    expect(facts[0]).toMatchObject({ kind: 'agent-left', userId: 'u-0', declined: true });
  });

  it('reports another queue, and a return to the bot', () => {
    const moved = [
      CUSTOMER,
      { ...QUEUE, to: 40, by: 'transfer' },
      { ...QUEUE, id: 'x', from: 40, queueId: 'q-2' },
    ];
    const back = [CUSTOMER, { ...BOT, id: 'flow-2', from: 80, answered: 80 }];

    expect(factsBetween(read(shape, [CUSTOMER, QUEUE]), read(shape, moved))).toMatchObject([
      { kind: 'waiting', queueId: 'q-2' },
    ]);
    expect(named(factsBetween(read(shape, moved), read(shape, back)))).toEqual(['bot 80']);
  });

  it('ends a conversation once, and begins nothing after the end', () => {
    const ended = read(shape, [ENDED, LEFT]);
    const again = read(shape, [{ ...ENDED, to: 200, by: 'endpoint' }, LEFT]);
    const open = read(shape, [
      { ...CUSTOMER, id: 'guest-2', from: 300, answered: 300 },
      LEFT,
      { ...QUEUE, from: 300 },
    ]);

    expect([factsBetween(ended, again), factsBetween(ended, open)]).toEqual([[], []]);
  });

  it('reports a changed wrap-up of the same shape', () => {
    const changed = { ...LEFT, wrapUp: { code: 'w-2', from: 100, to: 131 } };

    expect(factsBetween(read(shape, [ENDED, WRAPPED]), read(shape, [ENDED, changed]))).toMatchObject([
      { kind: 'wrapped-up', code: 'w-2', notes: '' },
    ]);
  });
});

describe(factsBetween.name, () => {
  it('gives each fact once if the shapes alternate', () => {
    const snapshots = LIFE.map((parts, at) => read(SHAPES[at % 3] ?? 'conversation', parts));

    expect(snapshots.map((next, at) => named(factsBetween(snapshots[at - 1], next)))).toEqual(KINDS);
  });

  it('gives nothing for a wrap-up whose code another shape spells differently', () => {
    const renamed = { ...LEFT, wrapUp: { code: 'Solved', from: 100, to: 130 } };
    const previous = read('message-conversation', [ENDED, renamed]);

    expect(factsBetween(previous, read('analytics-details', [ENDED, WRAPPED]))).toEqual([]);
  });
});
