import { guestRefOf } from './guest-token';
import { Session } from './session';
import type { SessionSnapshot } from './session-snapshot';

let made = 0;

/** A session as stored: by default `connecting`, held by the replica `here`, with a new id. */
export function aSession(facts: Partial<SessionSnapshot> = {}): Session {
  made += 1;
  const now = Date.now();
  const { guestToken = 'jwt_0123456789abcdef0123456789abcdef' } = facts;
  return Session.restore({
    conversationId: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    guestToken,
    guestRef: guestRefOf(guestToken),
    owner: '',
    channel: 'fake',
    oauthClient: 'client',
    queueId: 'support',
    name: 'Guest',
    locale: 'en-US',
    capabilities: ['typing-indicator', 'read-receipts'],
    durationLimit: 1800,
    disclosesGuestToken: false,
    createdAt: now,
    state: 'connecting',
    endReason: null,
    endCause: null,
    startedAt: facts.createdAt ?? now,
    expiresAt: now + 1_800_000,
    endedAt: null,
    disconnect: 'none',
    disconnectDueAt: null,
    disconnectAttempts: 0,
    lastSequence: 0,
    version: 0,
    holder: 'here',
    upstreamExpiresAt: null,
    isAuthenticated: false,
    erasedAt: null,
    ...facts,
  });
}

export function anActiveSession(facts: Partial<SessionSnapshot> = {}): Session {
  return aSession({ state: 'active', lastSequence: 1, version: 1, ...facts });
}

/** An ended session with a due upstream disconnect. */
export function aTerminatingSession(facts: Partial<SessionSnapshot> = {}): Session {
  const now = Date.now();
  return anActiveSession({
    state: 'terminating',
    endReason: 'requested',
    endedAt: now,
    disconnect: 'pending',
    disconnectDueAt: now,
    version: 2,
    ...facts,
  });
}
