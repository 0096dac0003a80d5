import type { PlatformFact } from './platform-fact';

const START = Date.UTC(2027, 0, 15, 8);

/** The time of a number of seconds after the start of a conversation of the tests. */
export function seconds(after: number): number {
  return START + after * 1000;
}

type Kind = PlatformFact['kind'];
type Fact<K extends Kind> = Extract<PlatformFact, { kind: K }>;

const DEFAULTS: Readonly<Record<Kind, object>> = {
  waiting: { queueId: 'queue-1', participantId: 'acd-1' },
  bot: { participantId: 'flow-1' },
  'agent-joined': { userId: 'agent-1', queueId: 'queue-1', participantId: 'agent-part-1' },
  'agent-left': { userId: 'agent-1', participantId: 'agent-part-1', declined: false },
  transferred: { userId: 'agent-1', participantId: 'agent-part-1' },
  ended: { by: 'agent', disconnectType: 'peer' },
  'wrapped-up': {
    userId: 'agent-1',
    participantId: 'agent-part-1',
    code: 'solved',
    notes: 'Sent another one',
    tags: ['delivery'],
  },
};

/** A fact about the conversation `theirs`, `after` seconds from its start. */
export function aFact<K extends Kind>(kind: K, after: number, facts: Partial<Fact<K>> = {}): Fact<K> {
  const common = { kind, conversationId: 'theirs', at: seconds(after), source: 'snapshot' };
  return { ...common, ...DEFAULTS[kind], ...facts } as Fact<K>;
}
