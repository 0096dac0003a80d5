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

  it('tells no fact again that another source reports under another participant', () => {
    const answered = aFact('agent-joined', 20.5, { participantId: 'of-the-queue', source: 'acd.end' });

    expect(after(...LIFE.slice(0, 3), answered).news).toEqual(['bot', 'waiting', 'agent-joined']);
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
