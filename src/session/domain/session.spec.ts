import { guestRefOf, newGuestToken } from './guest-token';
import { Session } from './session';
import type { SessionSnapshot } from './session-snapshot';
import { aSession, anActiveSession, aTerminatingSession } from './session.builder';
import { SESSION_STATES, type SessionState } from './session-state';
import { InvalidTransitionError } from './session.errors';

const NOW = 1_800_000_000_000;
const GUEST = {
  guestToken: 'jwt_00112233445566778899aabbccddeeff',
  owner: 'billing',
  oauthClient: 'client',
  channel: 'conversations-messaging',
  queueId: 'support',
  name: 'Ada',
  locale: 'de-DE',
  capabilities: ['typing-indicator', 'read-receipts', 'file-transfer'],
  durationLimit: 600,
  disclosesGuestToken: false,
};

function in_(state: SessionState, facts: Partial<SessionSnapshot> = {}): Session {
  switch (state) {
    case 'connecting':
      return aSession(facts);
    case 'active':
      return anActiveSession(facts);
    case 'terminating':
      return aTerminatingSession(facts);
    case 'terminated':
    case 'disconnected':
    case 'failed':
      return aSession({ state, endReason: 'requested', endedAt: NOW, lastSequence: 2, ...facts });
  }
}

/** The effect of each operation in each state: the next state, `-` for no change, `!` for a refusal. */
const TABLE: Record<
  SessionState,
  Record<'activate' | 'fail' | 'end' | 'lose' | 'settle' | 'postpone', string>
> = {
  connecting: { activate: 'active', fail: 'failed', end: '-', lose: '-', settle: '-', postpone: '-' },
  active: { activate: '!', fail: '-', end: 'terminating', lose: 'disconnected', settle: '-', postpone: '-' },
  terminating: { activate: '!', fail: '-', end: '-', lose: '-', settle: 'terminated', postpone: '-' },
  terminated: { activate: '!', fail: '-', end: '-', lose: '-', settle: '-', postpone: '-' },
  disconnected: { activate: '!', fail: '-', end: '-', lose: '-', settle: '-', postpone: '-' },
  failed: { activate: '!', fail: '-', end: '-', lose: '-', settle: '-', postpone: '-' },
};

/** Returns whether the operation reports a change, for operations that do. */
const OPERATIONS: Record<keyof (typeof TABLE)['active'], (session: Session) => boolean | undefined> = {
  activate: (session) => {
    session.activate(NOW);
    return undefined;
  },
  fail: (session) => session.fail('open-failed', NOW, { outcomeUnknown: false }),
  end: (session) => session.end('requested', NOW),
  lose: (session) => session.lose('gone', NOW),
  settle: (session) => {
    session.settleDisconnect('confirmed', NOW);
    return undefined;
  },
  postpone: (session) => {
    session.postponeDisconnect(NOW);
    return undefined;
  },
};

const ROWS = SESSION_STATES.flatMap((state) =>
  (Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]).map(
    (operation) => [state, operation, TABLE[state][operation]] as const,
  ),
);

describe(Session.name, () => {
  describe('the transition table', () => {
    it.each(ROWS.filter(([, , after]) => after === '!'))('refuses in %s to %s', (state, operation) => {
      const session = in_(state);

      expect(() => OPERATIONS[operation](session)).toThrow(InvalidTransitionError);
      expect(session.state).toBe(state);
      expect(session.pullChanges()).toEqual({ events: [], audit: [] });
    });

    it.each(ROWS.filter(([, , after]) => after === '-'))(
      'stays %s on %s, without an event or record',
      (state, operation) => {
        const session = in_(state);

        expect(OPERATIONS[operation](session) ?? false).toBe(false);
        expect(session.state).toBe(state);
        expect(session.pullChanges()).toEqual({ events: [], audit: [] });
      },
    );

    it.each(ROWS.filter(([, , after]) => after !== '-' && after !== '!'))(
      'moves in %s on %s to %s',
      (state, operation, after) => {
        const session = in_(state);

        expect(OPERATIONS[operation](session) ?? true).toBe(true);
        expect(session.state).toBe(after);
      },
    );

    it.each([
      ['requested', 'terminated'],
      ['duration-limit', 'terminated'],
      ['shutdown', 'terminated'],
      ['heartbeat-lost', 'disconnected'],
    ] as const)('brings a session that ended by %s from terminating to %s', (endReason, state) => {
      for (const outcome of ['confirmed', 'unconfirmed'] as const) {
        const session = aTerminatingSession({ endReason });

        session.settleDisconnect(outcome, NOW);

        expect(session.snapshot).toMatchObject({
          state,
          disconnect: outcome,
          disconnectDueAt: null,
          endReason,
        });
      }
    });
  });

  describe('reserving', () => {
    it('begins as connecting, with a new id and no events', () => {
      const [one, other] = [Session.reserve(GUEST, NOW), Session.reserve(GUEST, NOW)];

      expect(one.snapshot).toEqual({
        ...GUEST,
        guestRef: guestRefOf(GUEST.guestToken),
        conversationId: expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/) as string,
        createdAt: NOW,
        state: 'connecting',
        endReason: null,
        endCause: null,
        startedAt: NOW,
        expiresAt: NOW + 600_000,
        endedAt: null,
        disconnect: 'none',
        disconnectDueAt: null,
        disconnectAttempts: 0,
        lastSequence: 0,
        version: 0,
        upstreamExpiresAt: null,
        holder: '',
        isAuthenticated: false,
        erasedAt: null,
      });
      expect(one.isLive).toBe(true);
      expect(one.conversationId).not.toBe(other.conversationId);
      expect(one.pullChanges()).toEqual({ events: [], audit: [] });
    });
  });

  describe('activating', () => {
    it('starts the duration', () => {
      const session = Session.reserve(GUEST, NOW);

      session.activate(NOW + 7_000);

      expect(session.snapshot).toMatchObject({
        startedAt: NOW + 7_000,
        expiresAt: NOW + 607_000,
        createdAt: NOW,
      });
      expect(session.isLive).toBe(true);
    });
  });

  describe('ending', () => {
    it('makes the upstream disconnect due at once and frees the slot', () => {
      const session = anActiveSession();

      session.end('duration-limit', NOW);

      expect(session.isLive).toBe(false);
      expect(session.snapshot).toMatchObject({
        endReason: 'duration-limit',
        endedAt: NOW,
        disconnect: 'pending',
        disconnectDueAt: NOW,
        disconnectAttempts: 0,
      });
    });

    it('keeps the first reason when a second one comes', () => {
      const session = anActiveSession();

      expect(session.end('requested', NOW)).toBe(true);
      expect(session.end('heartbeat-lost', NOW + 1)).toBe(false);
      expect(session.lose('gone', NOW + 1)).toBe(false);

      expect(session.snapshot).toMatchObject({ endReason: 'requested', endedAt: NOW });
    });

    it.each([
      ['SessionExpiredEvent', 'SessionExpiredEvent'],
      ['Presence/Disconnect', 'Presence/Disconnect'],
      ['404 not.found', '404 not.found'],
      ['x'.repeat(64), 'x'.repeat(64)],
      ['x'.repeat(65), null],
      ['{"message":"canary"}', null],
      ['two\nlines', null],
      ['', null],
      [undefined, null],
    ])("keeps %j as the platform's own word for the end: %j", (word, endCause) => {
      const session = anActiveSession();

      session.lose('expired', NOW, word);

      const { events, audit } = session.pullChanges();
      expect(session.snapshot.endCause).toBe(endCause);
      const told = [events.at(-1)?.metadata['endCause'], audit.at(-1)?.detail?.['endCause']];
      expect(told).toEqual([endCause ?? undefined, endCause ?? undefined]);
    });

    it('has no word of the platform for an end by this service', () => {
      const session = anActiveSession();

      session.end('requested', NOW);

      expect(session.snapshot.endCause).toBeNull();
    });

    it('needs no disconnect for a conversation that is gone', () => {
      const session = anActiveSession();

      session.lose('gone', NOW);

      expect(session.snapshot).toMatchObject({
        disconnect: 'none',
        disconnectDueAt: null,
        endReason: 'gone',
      });
      expect(session.isLive).toBe(false);
    });
  });

  describe('failing', () => {
    it('disconnects upstream only if Genesys may hold the conversation', () => {
      const [unknown, refused] = [aSession(), aSession()];

      unknown.fail('open-failed', NOW, { outcomeUnknown: true });
      refused.fail('open-failed', NOW, { outcomeUnknown: false });

      expect(unknown.snapshot).toMatchObject({ disconnect: 'pending', disconnectDueAt: NOW });
      expect(refused.snapshot).toMatchObject({ disconnect: 'none', disconnectDueAt: null });
      expect([unknown.isLive, refused.isLive]).toEqual([false, false]);
    });

    it('stays failed when the disconnect that undoes it is settled, without an event for the CRM', () => {
      const session = aSession();
      session.fail('interrupted', NOW, { outcomeUnknown: true });

      session.settleDisconnect('confirmed', NOW + 1);

      expect(session.snapshot).toMatchObject({
        state: 'failed',
        disconnect: 'confirmed',
        disconnectDueAt: null,
      });
      expect(session.pullChanges().events).toEqual([]);
    });
  });

  describe('being opened by another process', () => {
    it('restarts its time, without an event', () => {
      const session = aSession({ createdAt: NOW, durationLimit: 600 });

      expect(session.restart(NOW + 5_000)).toBe(true);

      expect(session.snapshot).toMatchObject({
        state: 'connecting',
        createdAt: NOW,
        startedAt: NOW + 5_000,
        expiresAt: NOW + 605_000,
      });
      expect(session.pullChanges()).toEqual({ events: [], audit: [] });
    });

    it.each(SESSION_STATES.filter((state) => state !== 'connecting'))(
      'has no effect on a session that is %s',
      (state) => {
        const session = in_(state);
        const before = { ...session.snapshot };

        expect(session.restart(NOW + 5_000)).toBe(false);
        expect(session.snapshot).toEqual(before);
      },
    );
  });

  it('counts the attempts to disconnect and remembers when the next one is due', () => {
    const session = aTerminatingSession();

    session.postponeDisconnect(NOW + 1_000);
    session.postponeDisconnect(NOW + 3_000);

    expect(session.snapshot).toMatchObject({
      state: 'terminating',
      disconnect: 'pending',
      disconnectAttempts: 2,
      disconnectDueAt: NOW + 3_000,
    });
  });

  it('shares no state with the snapshot that it was restored from', () => {
    const stored = { ...anActiveSession().snapshot };

    const session = Session.restore(stored);
    session.end('requested', NOW);
    session.saved();

    expect(stored).toMatchObject({ state: 'active', version: 1 });
    expect(session.snapshot.version).toBe(2);
  });

  it('expires at its limit and not before, also after the limit was moved', () => {
    const session = anActiveSession({ expiresAt: NOW + 1 });
    expect([session.expire(NOW), session.state]).toEqual([false, 'active']);
    expect([session.expire(NOW + 1), session.state]).toEqual([true, 'terminating']);
    expect(session.expire(NOW + 2)).toBe(false);
  });
});

describe(newGuestToken.name, () => {
  it('is jwt_ and 32 hex digits, never the same twice', () => {
    const tokens = Array.from({ length: 100 }, newGuestToken);

    expect(tokens.every((token) => /^jwt_[0-9a-f]{32}$/.test(token))).toBe(true);
    expect(new Set(tokens).size).toBe(100);
  });

  it("keeps Genesys' own id of the conversation, and includes it in the event of its end", () => {
    const session = anActiveSession();

    expect([session.identifyUpstream('theirs'), session.identifyUpstream('another')]).toEqual([true, false]);
    session.lose('gone', Date.now());
    expect(session.pullChanges().events.at(-1)?.metadata).toMatchObject({ genesysConversationId: 'theirs' });
    expect(aSession().identifyUpstream('theirs')).toBe(false);
  });
});
