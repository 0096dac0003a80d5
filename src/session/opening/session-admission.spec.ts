import { Caller } from '../../access/domain/caller';
import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { ShuttingDownError } from '../../common/lifecycle/shutting-down.errors';
import { SessionLimitReachedError, SessionRefusedError } from '../domain/session.errors';
import { FakeSessionPolicy } from '../ports/session-policy.fake';
import { SessionAdmission } from './session-admission';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;

let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  services = new FakeSessionServices({ SESSION_MAX_CONCURRENT: 3, CRM_INCLUDE_GUEST_TOKEN: true });
});
afterEach(() => {
  jest.useRealTimers();
});

describe(SessionAdmission.name, () => {
  it('gives absent fields their defaults', async () => {
    const session = await services.admission.reserve({ queueId: 'support' }, Caller.anonymous);

    expect(session.snapshot).toMatchObject({
      state: 'connecting',
      queueId: 'support',
      name: 'Guest',
      locale: 'en-US',
      capabilities: ['typing-indicator', 'read-receipts'],
      durationLimit: 1800,
      channel: 'fake',
      guestToken: expect.stringMatching(/^jwt_[0-9a-f]{32}$/) as string,
      disclosesGuestToken: true,
      createdAt: NOW,
      expiresAt: NOW + 1_800_000,
    });
  });

  it('keeps the fields of the request, and adds only defaults', async () => {
    const asked = {
      queueId: 'q',
      name: '',
      locale: 'ar',
      capabilities: [],
      durationLimit: 0,
      channel: 'fake',
    };

    const session = await services.admission.reserve(asked, Caller.anonymous);

    expect(session.snapshot).toMatchObject(asked);
  });

  it('writes the session down as connecting, with its slot taken', async () => {
    const session = await services.admission.reserve({ queueId: 'support' }, Caller.anonymous);

    expect(services.store.row(session.conversationId)).toEqual(session.snapshot);
    expect(services.store.slots).toBe(1);
    expect(services.store.events).toEqual([]);
  });

  it("makes the session its caller's", async () => {
    const caller = new Caller('billing', new Set(['sessions.write']));

    const session = await services.admission.reserve({ queueId: 'support' }, caller);
    const nobodys = await services.admission.reserve({ queueId: 'support' }, Caller.anonymous);

    expect([session.snapshot.owner, nobodys.snapshot.owner]).toEqual(['billing', '']);
  });

  it('admits no more sessions than slots, also for concurrent requests', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => services.admission.reserve({ queueId: 'support' }, Caller.anonymous)),
    );

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const reasons = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    expect(reasons.every((reason) => reason instanceof SessionLimitReachedError)).toBe(true);
    expect(services.store.count).toBe(3);
    expect(await services.metrics.sample('sessions_created_total{outcome="session-limit-reached"}')).toBe(7);
  });

  it('leaves another caller served when one has filled its share of the slots', async () => {
    services = new FakeSessionServices({ ACCESS_MODE: 'jwt', SESSION_MAX_CONCURRENT: 3 });
    const openAs = (name: string) =>
      services.admission.reserve({ queueId: 'support' }, new Caller(name, new Set(['sessions.write'])));
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => openAs('greedy')));

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await openAs('other')).snapshot.owner).toBe('other');
    const refused = 'sessions_created_total{outcome="caller-session-limit-reached"}';
    expect(await services.metrics.sample(refused)).toBe(4);
  });

  it('asks the policies about the session with its defaults, before anything else', async () => {
    const policy = new FakeSessionPolicy('hours', () => {
      expect(services.store.calls).toEqual([]);
    });
    services.policies.add(policy);

    await services.admission.reserve({ queueId: 'support', name: 'Alice' }, Caller.anonymous);

    expect(policy.asked).toEqual([
      {
        channel: 'fake',
        queueId: 'support',
        name: 'Alice',
        locale: 'en-US',
        capabilities: ['typing-indicator', 'read-receipts'],
        durationLimit: 1800,
      },
    ]);
    expect.assertions(2);
  });

  it('writes nothing down of what a policy refuses', async () => {
    const refusal = new SessionRefusedError('hours', 'closed', 'Come back tomorrow.');
    services.policies.add(new FakeSessionPolicy('hours', () => Promise.reject(refusal)));

    await expect(services.admission.reserve({ queueId: 'support' }, Caller.anonymous)).rejects.toBe(refusal);

    expect(services.store.calls).toEqual([]);
    expect(await services.metrics.sample('sessions_created_total{outcome="session-refused"}')).toBe(1);
  });

  it('admits no session once the process drains', async () => {
    services.drain.begin();

    await expect(services.admission.reserve({ queueId: 'support' }, Caller.anonymous)).rejects.toBeInstanceOf(
      ShuttingDownError,
    );
    expect(services.store.calls).toEqual([]);
  });

  it('says so when the database cannot be reached', async () => {
    services.store.failNext('reserve', new StorageUnavailableError());

    await expect(services.admission.reserve({ queueId: 'support' }, Caller.anonymous)).rejects.toBeInstanceOf(
      StorageUnavailableError,
    );
    expect(services.store.count).toBe(0);
    expect(await services.metrics.sample('sessions_created_total{outcome="storage-unavailable"}')).toBe(1);
  });
});
