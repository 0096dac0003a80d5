import type { ScopeName } from '../../../../src/common/access/scope';

/** The attacking callers, each with the fewest scopes that its attack needs. */
export const ATTACK_SCOPES = {
  bodies: ['sessions.write', 'messages.write', 'deliveries.operate'],
  streams: ['sessions.read'],
  powerless: ['deliveries.read'],
  slow: ['messages.write'],
  hoarder: ['sessions.read', 'sessions.write', 'messages.write'],
  reader: ['sessions.read', 'deliveries.read', 'audit.read'],
} as const satisfies Readonly<Record<string, readonly ScopeName[]>>;

export type AttackCaller = keyof typeof ATTACK_SCOPES;

export const ATTACK_CALLERS = Object.keys(ATTACK_SCOPES) as AttackCaller[];
