import { aFact, seconds } from './platform-fact.builder';
import type { PlatformFact } from './platform-fact';
import type { Session } from './session';
import { aSession, anActiveSession, aTerminatingSession } from './session.builder';

const NOW = seconds(100);
const BORN = { createdAt: seconds(0), startedAt: seconds(0) };

function observe(session: Session, fact: PlatformFact, keepsGuest = false): boolean {
  return session.observe(fact, NOW, { keepsGuest });
}

describe('the facts of a session', () => {
  it('become events in the order of their sequence, at the time of the platform', () => {
    const session = anActiveSession(BORN);
    const facts = [aFact('waiting', 10), aFact('agent-joined', 20)];
    const changed = facts.map((fact) => observe(session, fact));
    const { events, audit } = session.pullChanges();

    expect([changed, audit]).toEqual([[true, true], []]);
    expect(events).toEqual([
      expect.objectContaining({ sequence: 2, state: 'waiting', occurredAt: seconds(10) }),
      expect.objectContaining({ sequence: 3, state: 'agent-joined', occurredAt: seconds(20) }),
    ]);
    expect(events[1]?.metadata).toEqual({
      channel: 'fake',
      queueId: 'support',
      guestRef: session.snapshot.guestRef,
      assignment: 'agent',
      assignedQueueId: 'queue-1',
      userId: 'agent-1',
    });
  });

  it.each([
    [false, 'none'],
    [true, 'pending'],
  ])('end it with the conversation; with a guest that remains upstream: %s', (keepsGuest, disconnect) => {
    const session = anActiveSession(BORN);

    expect(observe(session, aFact('ended', 50), keepsGuest)).toBe(true);
    expect(session.snapshot).toMatchObject({
      state: 'disconnected',
      endReason: 'agent-ended',
      endCause: 'peer',
      disconnect,
    });
    expect(session.pullChanges().events).toEqual([
      expect.objectContaining({
        state: 'disconnected',
        metadata: expect.objectContaining({ endedBy: 'agent', disconnectType: 'peer' }) as unknown,
      }),
    ]);
  });

  it.each([
    ['on request', (session: Session) => session.end('requested', NOW)],
    ['as a beat reports', (session: Session) => session.lose('gone', NOW)],
  ])('name no party once the session has ended %s', (_case, end) => {
    const session = anActiveSession(BORN);
    observe(session, aFact('agent-joined', 20));
    end(session);

    expect(session.snapshot.platformReport?.assignment).toEqual({ state: 'none', since: NOW });
  });

  it('confirm a disconnect', () => {
    const session = aTerminatingSession(BORN);

    expect(observe(session, aFact('ended', 50, { by: 'customer' }))).toBe(true);
    expect(session.snapshot).toMatchObject({
      state: 'terminated',
      disconnect: 'confirmed',
      disconnectDueAt: null,
    });
  });

  it('include the wrap-up after the end, and no other fact then', () => {
    const session = anActiveSession(BORN);
    observe(session, aFact('ended', 50));
    session.pullChanges();

    expect(observe(session, aFact('agent-left', 50))).toBe(false);
    expect(observe(session, aFact('wrapped-up', 70))).toBe(true);
    expect(session.snapshot.wrapUp).toMatchObject({ code: 'solved', notes: 'Sent another one' });
    expect(session.pullChanges().events).toEqual([
      expect.objectContaining({
        sequence: 3,
        state: 'wrapped-up',
        metadata: expect.objectContaining({ wrapUpCode: 'solved', wrapUpTags: ['delivery'] }) as unknown,
      }),
    ]);
  });

  it.each([
    ['while it is being opened', aSession(BORN), aFact('waiting', 10)],
    ['after a failed opening', aSession({ ...BORN, state: 'failed' }), aFact('waiting', 10)],
    ['from an earlier session of the thread', anActiveSession(BORN), aFact('agent-joined', -61)],
  ])('change nothing %s', (_case, session, fact) => {
    expect(observe(session, fact)).toBe(false);
    expect(session.pullChanges().events).toEqual([]);
  });
});
