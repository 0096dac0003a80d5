import { TopicAssignment, TOPICS_PER_CHANNEL } from './topic-assignment';

const LINGER_MS = 1_000;

function topics(count: number, name = 't'): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

describe(TopicAssignment.name, () => {
  it('fills one channel after another', () => {
    const assignment = new TopicAssignment(3, LINGER_MS);
    const change = assignment.update(topics(TOPICS_PER_CHANNEL + 1), 0);

    expect([...change.channels]).toEqual([0, 1]);
    expect(change.dropped).toBe(0);
    expect([0, 1, 2].map((channel) => assignment.topicsOf(channel).length)).toEqual([
      TOPICS_PER_CHANNEL,
      1,
      0,
    ]);
  });

  it('changes nothing for the same topics', () => {
    const assignment = new TopicAssignment(1, LINGER_MS);
    assignment.update(['a', 'b'], 0);

    expect(assignment.update(['b', 'a', 'a'], 500).channels.size).toBe(0);
  });

  it('keeps a topic for a while after it was wanted last', () => {
    const assignment = new TopicAssignment(1, LINGER_MS);
    assignment.update(['a', 'b'], 0);
    expect(assignment.update(['b'], 1_000).channels.size).toBe(0);
    expect([...assignment.update(['b'], 1_001).channels]).toEqual([0]);

    expect(assignment.topicsOf(0)).toEqual(['b']);
  });

  it('moves no topic between channels', () => {
    const assignment = new TopicAssignment(2, LINGER_MS);
    assignment.update([...topics(TOPICS_PER_CHANNEL), 'last'], 0);
    assignment.update(['last'], 5_000);

    expect([assignment.topicsOf(0), assignment.topicsOf(1)]).toEqual([[], ['last']]);
  });

  it('displaces topics that only linger, and counts those without a place once', () => {
    const assignment = new TopicAssignment(1, LINGER_MS);
    assignment.update(topics(TOPICS_PER_CHANNEL), 0);
    const wanted = [...topics(TOPICS_PER_CHANNEL - 1), 'new', 'too many'];
    const change = assignment.update(wanted, 1);

    expect([...change.channels]).toEqual([0]);
    expect(change.dropped).toBe(1);
    expect(assignment.topicsOf(0)).toContain('new');
    expect(assignment.topicsOf(0)).not.toContain(`t-${TOPICS_PER_CHANNEL - 1}`);
    expect(assignment.size).toBe(TOPICS_PER_CHANNEL);
    expect(assignment.update(wanted, 2).dropped).toBe(0);
  });
});
