import { type Assignment, assignmentAfter } from './assignment';
import { aFact, seconds } from './platform-fact.builder';

const WAITING: Assignment = { state: 'waiting', since: seconds(10), queueId: 'queue-1' };
const WITH_AGENT: Assignment = { state: 'agent', since: seconds(20), queueId: 'queue-1', userId: 'agent-1' };

describe(assignmentAfter.name, () => {
  it.each([
    ['a flow', undefined, aFact('bot', 1), { state: 'bot', since: seconds(1) }],
    ['a queue', undefined, aFact('waiting', 10), WAITING],
    ['an agent', WAITING, aFact('agent-joined', 20), WITH_AGENT],
    [
      'no party once the agent has left',
      WITH_AGENT,
      aFact('agent-left', 30),
      { state: 'none', since: seconds(30) },
    ],
    [
      'no party once it was transferred',
      WITH_AGENT,
      aFact('transferred', 30),
      { state: 'none', since: seconds(30) },
    ],
    [
      'the queue again once an agent has declined',
      WITH_AGENT,
      aFact('agent-left', 30, { declined: true }),
      { state: 'waiting', since: seconds(30), queueId: 'queue-1' },
    ],
  ] as const)('is %s', (_case, current, fact, after) => {
    expect(assignmentAfter(current, fact)).toEqual(after);
  });

  it.each([
    ['a fact from before it', WITH_AGENT, aFact('waiting', 10)],
    ['the departure of another agent', WITH_AGENT, aFact('agent-left', 30, { userId: 'agent-0' })],
    ['a departure while another queue has it', WAITING, aFact('transferred', 11)],
    ['a departure while a flow has it', { state: 'bot', since: seconds(1) } as const, aFact('agent-left', 2)],
  ] as const)('stays as it is after %s', (_case, current, fact) => {
    expect(assignmentAfter(current, fact)).toBe(current);
  });
});
