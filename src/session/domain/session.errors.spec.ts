import { PolicyUnavailableError, SessionRefusedError } from './session.errors';

describe(SessionRefusedError.name, () => {
  it('contains the policy, its reason and its text, truncated to 300 characters', () => {
    const error = new SessionRefusedError('hours', 'closed-today', '🕗'.repeat(400));

    expect(error).toMatchObject({
      code: 'session-refused',
      kind: 'forbidden',
      policy: 'hours',
      reason: 'closed-today',
      message: '🕗'.repeat(300),
    });
  });

  it.each(['', 'Closed', 'closed now', 'a'.repeat(41)])('does not accept "%s" as a reason', (reason) => {
    expect(() => new SessionRefusedError('hours', reason, '')).toThrow(TypeError);
  });
});

describe(PolicyUnavailableError.name, () => {
  it.each([
    ['timed-out', 'The policy "hours" did not decide in time.'],
    ['failed', 'The policy "hours" could not decide.'],
  ] as const)('tells the caller that the policy %s, when to come back, and no more', (reason, message) => {
    const error = new PolicyUnavailableError('hours', reason, { cause: new Error('canary') });

    expect(error).toMatchObject({
      code: 'policy-unavailable',
      policy: 'hours',
      message,
      retryAfterMs: 5_000,
    });
  });
});
