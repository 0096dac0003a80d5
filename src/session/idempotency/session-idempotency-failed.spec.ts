import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import {
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import { SessionRefusedError } from '../domain/session.errors';
import { FakeSessionPolicy } from '../ports/session-policy.fake';
import { SessionIdempotency } from './session-idempotency';
import { FakeIdempotencyClient } from './idempotency-client.fake';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;

let services: FakeSessionServices;
let client: FakeIdempotencyClient;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  services = new FakeSessionServices({ SESSION_MAX_CONCURRENT: 2 });
  client = new FakeIdempotencyClient(services);
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(`${SessionIdempotency.name}, of an opening that failed,`, () => {
  it('keeps what may have taken effect, without a time to try again', async () => {
    client.failUpstream(new UpstreamServerError(503));
    const first = await client.open();

    // Kept under a kind that the release before knows as well; the status is the same.
    expect(await client.open()).toEqual({ ...first, kind: 'upstream-rejected', isReplayed: true });
    expect(await client.open()).toMatchObject({ code: 'upstream-error', retryAfterMs: undefined });
    expect(services.channel.called('open')).toHaveLength(1);
    expect([await client.results('failed'), await client.results('replayed')]).toEqual([1, 2]);
  });

  it('stores an internal error without details', async () => {
    client.failUpstream(new TypeError('canary'));
    await client.open();

    expect(await client.open()).toMatchObject({ code: 'internal', kind: 'internal', message: '' });
  });

  it('keeps nothing of what was refused before a session was reserved', async () => {
    let isOpen = false;
    services.policies.add(
      new FakeSessionPolicy('opening-hours', () => {
        if (!isOpen) throw new SessionRefusedError('opening-hours', 'closed', 'Come back later.');
      }),
    );

    expect(await client.open()).toMatchObject({ code: 'session-refused' });
    isOpen = true;
    expect(await client.open()).toMatchObject({ from: 'opened' });
  });

  it('keeps nothing of what came to nothing upstream', async () => {
    client.failUpstream(new UpstreamThrottledError(1_000));
    expect(await client.open()).toMatchObject({ code: 'upstream-throttled', retryAfterMs: 1_000 });

    expect(await client.open()).toMatchObject({ from: 'opened' });
  });

  it('keeps nothing of what this process gave up because it was not sure of what it holds', async () => {
    client.failUpstream(new StorageUnavailableError());
    expect(await client.open()).toMatchObject({ code: 'storage-unavailable', retryAfterMs: 2_000 });

    expect(await client.open()).toMatchObject({ from: 'opened' });
  });

  it('keeps nothing of what this process gave up because it stops', async () => {
    services.channel.onOpen(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new UpstreamUnavailableError({ sent: true }));
          });
        }),
    );
    const first = client.open();
    await jest.advanceTimersByTimeAsync(10);
    services.drain.begin();
    await jest.advanceTimersByTimeAsync(5_000);

    expect(await first).toMatchObject({ code: 'upstream-unavailable', isReplayed: false });
    expect(await client.open()).toMatchObject({ code: 'shutting-down' });
  });

  it('stores that the session was ended meanwhile', async () => {
    const answer = client.letUpstreamWait();
    const first = client.open();
    await jest.advanceTimersByTimeAsync(10);
    const [conversationId = ''] = services.channel.called('open');
    await services.ending.end(conversationId, 'requested');
    answer();

    expect(await first).toMatchObject({ code: 'session-ended', isReplayed: false });
    expect(await client.open()).toMatchObject({ code: 'session-ended', isReplayed: true });
  });
});
