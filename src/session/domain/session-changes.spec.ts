import fc from 'fast-check';
import { guestRefOf } from './guest-token';
import { Session } from './session';
import { aSession, anActiveSession } from './session.builder';
import type { SessionEvent } from './session-event';
import { SESSION_STATES, type SessionState, TRANSITIONS } from './session-state';
import { InvalidTransitionError } from './session.errors';

const NOW = 1_800_000_000_000;
const TOKEN = 'jwt_00112233445566778899aabbccddeeff';

type Operation = (session: Session, now: number) => void;

/** All operations on a session, in any order. */
const OPERATIONS: Record<string, Operation> = {
  activate: (session, now) => {
    session.activate(now);
  },
  fail: (session, now) => session.fail('open-failed', now, { code: 'upstream-error', outcomeUnknown: true }),
  interrupt: (session, now) => session.fail('interrupted', now, { outcomeUnknown: true }),
  refuse: (session, now) => session.fail('open-failed', now, { outcomeUnknown: false }),
  request: (session, now) => session.end('requested', now),
  expire: (session, now) => session.end('duration-limit', now),
  loseHeartbeat: (session, now) => session.end('heartbeat-lost', now),
  shutDown: (session, now) => session.end('shutdown', now),
  lose: (session, now) => session.lose('gone', now),
  postpone: (session, now) => {
    session.postponeDisconnect(now + 1_000);
  },
  confirm: (session, now) => {
    session.settleDisconnect('confirmed', now);
  },
  abandon: (session, now) => {
    session.settleDisconnect('unconfirmed', now);
  },
};

interface Life {
  readonly states: readonly SessionState[];
  readonly events: readonly SessionEvent[];
  readonly written: string;
}

/** Applies the operations, saves after each one, and collects the results. */
function live(names: readonly string[]): Life {
  const session = Session.reserve({ ...aSession().snapshot, guestToken: TOKEN }, NOW);
  const states: SessionState[] = [session.state];
  const events: SessionEvent[] = [];
  const audit: unknown[] = [];
  for (const [index, name] of names.entries()) {
    try {
      OPERATIONS[name]?.(session, NOW + index);
    } catch (error) {
      if (!(error instanceof InvalidTransitionError)) throw error;
    }
    const changes = session.pullChanges();
    events.push(...changes.events);
    audit.push(...changes.audit);
    states.push(session.state);
  }
  return { states, events, written: JSON.stringify([events, audit]) };
}

describe('the events and audit records of changes', () => {
  describe('over any sequence of operations', () => {
    const lives = fc.array(fc.constantFrom(...Object.keys(OPERATIONS)), { maxLength: 25 }).map(live);

    it('are at most one connected, then at most one end, numbered from 1 without gaps', () => {
      fc.assert(
        fc.property(lives, ({ events }) => {
          const states = events.map(({ state }) => state);
          expect([
            [],
            ['connected'],
            ['connected', 'terminated'],
            ['connected', 'disconnected'],
          ]).toContainEqual(states);
          expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
          expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
        }),
        { numRuns: 500 },
      );
    });

    it('keep to the states and the transitions of the table', () => {
      fc.assert(
        fc.property(lives, ({ states }) => {
          expect(states.filter((state) => !SESSION_STATES.includes(state))).toEqual([]);
          const moves = states.map((state, index) => [states[index - 1] ?? state, state] as const);
          expect(moves.filter(([from, to]) => from !== to && !TRANSITIONS[from].includes(to))).toEqual([]);
        }),
        { numRuns: 500 },
      );
    });

    it('hold a slot only until the first end, and report an end exactly for final states', () => {
      fc.assert(
        fc.property(lives, ({ states, events }) => {
          const final = states.at(-1);
          const told = events.at(-1)?.state;
          const isTold = final === 'terminated' || final === 'disconnected';
          expect(told === 'terminated' || told === 'disconnected').toBe(isTold);
          expect(isTold ? told : final).toBe(final);
        }),
        { numRuns: 500 },
      );
    });

    it('never contain the guest token', () => {
      fc.assert(
        fc.property(lives, ({ written }) => {
          expect(written).not.toContain(TOKEN);
        }),
        { numRuns: 500 },
      );
    });
  });

  it('are returned once', () => {
    const session = aSession();
    session.activate(NOW);

    expect(session.pullChanges().events).toHaveLength(1);
    expect(session.pullChanges()).toEqual({ events: [], audit: [] });
  });

  describe('the event', () => {
    it('carries the facts of the session, and a stable hash for the guest', () => {
      const session = aSession({ guestToken: TOKEN, locale: 'de-DE', durationLimit: 60 });
      session.activate(NOW);

      expect(session.pullChanges().events).toEqual([
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          conversationId: session.conversationId,
          sequence: 1,
          state: 'connected',
          occurredAt: NOW,
          metadata: {
            channel: 'fake',
            queueId: 'support',
            locale: 'de-DE',
            durationLimit: 60,
            guestRef: guestRefOf(TOKEN),
          },
        },
      ]);
    });

    it('identifies a guest in every event and record by the same reference, unlike any other guest', () => {
      const session = aSession({ guestToken: TOKEN });
      session.activate(NOW);
      session.end('requested', NOW);
      session.settleDisconnect('confirmed', NOW);
      const { events, audit } = session.pullChanges();

      const refs = [...events.map(({ metadata }) => metadata), ...audit.map(({ detail }) => detail)].map(
        (facts) => facts?.['guestRef'],
      );

      expect(new Set(refs)).toEqual(new Set([guestRefOf(TOKEN)]));
      expect(guestRefOf(TOKEN)).toMatch(/^[0-9a-f]{32}$/);
      expect(TOKEN).not.toContain(guestRefOf(TOKEN));
      expect(guestRefOf(TOKEN.replace('f', 'e'))).not.toBe(guestRefOf(TOKEN));
    });

    it('contains the guest token itself if configured; the audit trail does not', () => {
      const session = aSession({ guestToken: TOKEN, disclosesGuestToken: true });
      session.activate(NOW);
      const { events, audit } = session.pullChanges();

      expect(events[0]?.metadata).toMatchObject({ guestIdToken: TOKEN });
      expect(events[0]?.metadata).not.toHaveProperty('guestRef');
      expect(JSON.stringify(audit)).not.toContain(TOKEN);
    });

    it.each(['requested', 'heartbeat-lost'] as const)('gives the reason of an end by %s', (reason) => {
      const session = anActiveSession();
      session.end(reason, NOW);
      session.settleDisconnect('confirmed', NOW + 5);

      expect(session.pullChanges().events).toEqual([
        expect.objectContaining({
          sequence: 2,
          state: reason === 'requested' ? 'terminated' : 'disconnected',
          occurredAt: NOW + 5,
          metadata: expect.objectContaining({ endReason: reason }) as object,
        }),
      ]);
    });
  });
});
