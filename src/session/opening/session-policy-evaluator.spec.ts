import { RecordingLog } from '../../audit/recording-log.fake';
import { ShuttingDownError } from '../../common/lifecycle/shutting-down.errors';
import { PolicyUnavailableError, SessionRefusedError } from '../domain/session.errors';
import { FakeSessionPolicy } from '../ports/session-policy.fake';
import { SessionPolicyEvaluator } from './session-policy-evaluator';
import { FakeSessionServices } from '../session-services.fake';

const ASKED = {
  channel: 'fake',
  queueId: 'support',
  name: 'Guest',
  locale: 'en-US',
  capabilities: ['typing-indicator', 'read-receipts'],
  durationLimit: 1800,
};

let log: RecordingLog;
let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  services = new FakeSessionServices();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The result of the policies, in the order in which they registered. */
async function outcomeOf(...policies: readonly FakeSessionPolicy[]): Promise<unknown> {
  for (const policy of policies) services.policies.add(policy);
  return services.policyEvaluator.assertAllowed(ASKED).catch((error: unknown) => error);
}

const never = (): Promise<void> => new Promise(() => undefined);

describe(SessionPolicyEvaluator.name, () => {
  it('allows every session without policies, and leaves no timer', async () => {
    expect(await outcomeOf()).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('asks every policy, in the order of registration, about what is wanted', async () => {
    const order: string[] = [];
    const policies = ['first', 'second', 'third'].map(
      (name) =>
        new FakeSessionPolicy(name, async () => {
          await Promise.resolve();
          order.push(name);
        }),
    );

    expect(await outcomeOf(...policies)).toBeUndefined();

    expect(order).toEqual(['first', 'second', 'third']);
    expect(policies.map(({ asked }) => asked)).toEqual([[ASKED], [ASKED], [ASKED]]);
  });

  it.each([
    [
      'at once',
      () => {
        throw new SessionRefusedError('hours', 'closed', 'Come back tomorrow.');
      },
    ],
    ['later', () => Promise.reject(new SessionRefusedError('hours', 'closed', 'Come back tomorrow.'))],
  ])('hands on the first refusal that comes %s, asks nobody else, and tells of it', async (_, opinion) => {
    const after = new FakeSessionPolicy('after');

    const outcome = await outcomeOf(new FakeSessionPolicy('hours', opinion), after);

    expect(outcome).toBeInstanceOf(SessionRefusedError);
    expect(outcome).toMatchObject({ policy: 'hours', reason: 'closed', message: 'Come back tomorrow.' });
    expect(after.asked).toEqual([]);
    expect(log.at('info')).toEqual([
      {
        message: 'Session refused by a policy',
        policy: 'hours',
        reason: 'closed',
        queueId: 'support',
        channel: 'fake',
      },
    ]);
    const refused = 'policy_refusals_total{policy="hours",outcome="refused"}';
    expect(await services.metrics.sample(refused)).toBe(1);
  });

  it.each([
    ['an error', new TypeError('a bug')],
    ['a text', 'a bug'],
    ['nothing', undefined],
  ])('opens nothing when a policy throws %s, and logs an error for the operator', async (_, thrown) => {
    const outcome = await outcomeOf(new FakeSessionPolicy('broken', jest.fn().mockRejectedValue(thrown)));

    expect(outcome).toBeInstanceOf(PolicyUnavailableError);
    expect(outcome).toMatchObject({ policy: 'broken', reason: 'failed', cause: thrown });
    expect(log.at('error')).toMatchObject([{ policy: 'broken', reason: 'failed', error: thrown }]);
    const failed = 'policy_refusals_total{policy="broken",outcome="failed"}';
    expect(await services.metrics.sample(failed)).toBe(1);
  });

  it('waits two seconds for all policies together, for those too that ignore their signal', async () => {
    const signals: AbortSignal[] = [];
    const slow = new FakeSessionPolicy('slow', (_asked, signal) => {
      signals.push(signal);
      return new Promise((resolve) => setTimeout(resolve, 1_500));
    });
    let outcome: unknown;
    void outcomeOf(slow, new FakeSessionPolicy('stuck', never)).then((value) => {
      outcome = value;
    });

    await jest.advanceTimersByTimeAsync(1_999);
    expect(outcome).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);

    expect(outcome).toMatchObject({
      code: 'policy-unavailable',
      policy: 'stuck',
      reason: 'timed-out',
      retryAfterMs: 5_000,
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(log.at('error')).toMatchObject([{ policy: 'stuck', reason: 'timed-out' }]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('evaluates no policy once the process drains', async () => {
    const policy = new FakeSessionPolicy('hours');
    services.drain.begin();

    expect(await outcomeOf(policy)).toBeInstanceOf(ShuttingDownError);
    expect(policy.asked).toEqual([]);
  });
});
