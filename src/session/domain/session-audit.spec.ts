import { guestRefOf } from './guest-token';
import { aSession, anActiveSession, aTerminatingSession } from './session.builder';

const NOW = 1_800_000_000_000;
const TOKEN = 'jwt_00112233445566778899aabbccddeeff';

describe('the audit record of a session', () => {
  it('of an activation names channel and queue', () => {
    const session = aSession({ guestToken: TOKEN });
    session.activate(NOW);

    expect(session.pullChanges().audit).toEqual([
      {
        action: 'SESSION_INITIALIZED',
        target: { type: 'session', id: session.conversationId },
        conversationId: session.conversationId,
        outcome: 'success',
        before: 'connecting',
        after: 'active',
        detail: { channel: 'fake', queueId: 'support', durationLimit: 1800, guestRef: guestRefOf(TOKEN) },
      },
    ]);
  });

  it.each([
    ['confirmed', 'requested', 'SESSION_TERMINATED'],
    ['unconfirmed', 'duration-limit', 'SESSION_TERMINATED'],
    ['confirmed', 'heartbeat-lost', 'SESSION_DISCONNECTED'],
  ] as const)('of a %s end by %s is %s', (upstream, endReason, action) => {
    const session = aTerminatingSession({ endReason, startedAt: NOW, endedAt: NOW + 90_000 });
    session.settleDisconnect(upstream, NOW + 91_000);

    expect(session.pullChanges().audit).toEqual([
      expect.objectContaining({
        action,
        reason: endReason,
        before: 'terminating',
        after: action === 'SESSION_TERMINATED' ? 'terminated' : 'disconnected',
        detail: expect.objectContaining({ upstream, endReason, lifetimeMs: 90_000 }) as object,
      }),
    ]);
  });

  it.each([
    ['requested', ['SESSION_END_REQUESTED active > terminating']],
    ['duration-limit', []],
    ['heartbeat-lost', []],
  ] as const)('of an end by %s is there at once when a caller wanted it', (reason, expected) => {
    const session = anActiveSession();
    session.end(reason, NOW);

    const { audit } = session.pullChanges();
    expect(audit.map(({ action, before, after }) => `${action} ${before} > ${after}`)).toEqual(expected);
  });

  it('of a lost conversation has the reason `gone`', () => {
    const session = anActiveSession({ startedAt: NOW - 1_000 });
    session.lose('gone', NOW);

    expect(session.pullChanges().audit).toEqual([
      expect.objectContaining({
        action: 'SESSION_DISCONNECTED',
        detail: expect.objectContaining({
          upstream: 'gone',
          endReason: 'gone',
          lifetimeMs: 1_000,
        }) as object,
      }),
    ]);
  });

  it.each([
    [{ code: 'upstream-forbidden', outcomeUnknown: false }, { error: 'upstream-forbidden' }],
    [{ outcomeUnknown: true }, {}],
  ])('of a failure names the cause %p', (cause, detail) => {
    const session = aSession({ guestToken: TOKEN });
    session.fail('open-failed', NOW, cause);

    expect(session.pullChanges()).toEqual({
      events: [],
      audit: [
        {
          action: 'SESSION_FAILED',
          target: { type: 'session', id: session.conversationId },
          conversationId: session.conversationId,
          outcome: 'failure',
          reason: 'open-failed',
          before: 'connecting',
          after: 'failed',
          detail: {
            reason: 'open-failed',
            endReason: 'open-failed',
            guestRef: guestRefOf(TOKEN),
            ...detail,
          },
        },
      ],
    });
  });

  it('is written once, however often the disconnect is settled', () => {
    const session = aTerminatingSession();

    session.settleDisconnect('unconfirmed', NOW);
    session.settleDisconnect('confirmed', NOW);

    expect(session.pullChanges().audit).toHaveLength(1);
  });
});
