import { aFact, seconds } from './platform-fact.builder';
import type { PlatformFact } from './platform-fact';
import { type PlatformReport, withFact, wrapUpOf } from './platform-report';

/** The report after facts in this order of arrival, and the kinds of those that are news. */
function after(...facts: readonly PlatformFact[]): {
  readonly report?: PlatformReport;
  readonly news: string[];
} {
  let report: PlatformReport | undefined;
  const news: string[] = [];
  for (const fact of facts) {
    const reported = withFact(report, fact);
    if (reported === undefined) continue;
    report = reported.report;
    if (reported.isNews) news.push(fact.kind);
  }
  return { ...(report === undefined ? {} : { report }), news };
}

/** The fact as the answer of a queue states it. */
function withoutParticipant(fact: PlatformFact): PlatformFact {
  const entries = Object.entries(fact).filter(([name]) => name !== 'participantId');
  return Object.fromEntries(entries) as unknown as PlatformFact;
}

describe(withFact.name, () => {
  const LIFE = [
    aFact('bot', 1),
    aFact('waiting', 10),
    aFact('agent-joined', 20),
    aFact('transferred', 30),
    aFact('waiting', 31, { queueId: 'queue-2', participantId: 'acd-2' }),
    aFact('agent-joined', 40, { userId: 'agent-2', queueId: 'queue-2', participantId: 'agent-part-2' }),
  ];

  it('tells each fact once, whatever its repetitions and sources', () => {
    const { news, report } = after(
      ...LIFE,
      ...LIFE,
      ...LIFE.map((fact) => ({ ...fact, source: 'acd.start' })),
    );

    expect(news).toEqual(['bot', 'waiting', 'agent-joined', 'transferred', 'waiting', 'agent-joined']);
    expect(report?.assignment).toEqual({
      state: 'agent',
      since: seconds(40),
      queueId: 'queue-2',
      userId: 'agent-2',
    });
  });

  it('comes to the same assignment in any order of arrival', () => {
    const inOrder = after(...LIFE).report?.assignment;

    expect(after(...[...LIFE].reverse()).report?.assignment).toEqual(inOrder);
    expect(after(...LIFE.slice(3), ...LIFE.slice(0, 3)).report?.assignment).toEqual(inOrder);
  });

  it('tells no fact again that another source reports without the participant', () => {
    const joined = withoutParticipant(aFact('agent-joined', 20.5, { source: 'acd.end' }));
    const facts = [...LIFE.slice(0, 2), joined, ...LIFE.slice(2)];
    const late = [...LIFE, joined];

    expect(after(...facts).news).toEqual(after(...LIFE).news);
    expect(after(...late).news).toEqual(after(...LIFE).news);
  });

  it('tells another part of an agent that a source did not name at first', () => {
    const joined = withoutParticipant(aFact('agent-joined', 20, { source: 'acd.end' }));
    const again = aFact('agent-joined', 50, { participantId: 'agent-part-3' });
    const { news } = after(joined, aFact('agent-joined', 20), aFact('transferred', 30), again);

    expect(news).toEqual(['agent-joined', 'transferred', 'agent-joined']);
  });

  it('stores an end without an event of its own', () => {
    const { report, news } = after(aFact('agent-joined', 20), aFact('ended', 50));

    expect(news).toEqual(['agent-joined']);
    expect(report).toMatchObject({
      endedBy: 'agent',
      disconnectType: 'peer',
      assignment: { state: 'none', since: seconds(50) },
    });
  });

  it('remembers a bounded number of facts', () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      aFact('agent-left', index, { participantId: `part-${index}`, userId: `agent-${index}` }),
    );

    expect(after(...many).report?.factKeys).toHaveLength(100);
  });
});

describe(wrapUpOf.name, () => {
  it('leaves out free texts about a guest that was erased', () => {
    expect(wrapUpOf(aFact('wrapped-up', 60), true)).toEqual({
      code: 'solved',
      notes: '',
      tags: [],
      at: seconds(60),
      userId: 'agent-1',
    });
  });
});
