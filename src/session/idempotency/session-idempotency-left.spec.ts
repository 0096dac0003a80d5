import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamServerError } from '../../common/errors/upstream.errors';
import { SessionIdempotency } from './session-idempotency';
import { FakeIdempotencyClient } from './idempotency-client.fake';
import { FakeSessionServices } from '../session-services.fake';

const NOW = 1_800_000_000_000;

let log: RecordingLog;
let services: FakeSessionServices;
let client: FakeIdempotencyClient;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices({ SESSION_MAX_CONCURRENT: 2 });
  client = new FakeIdempotencyClient(services);
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(`${SessionIdempotency.name}, of an abandoned opening,`, () => {
  it('lets one of many requests resume it, under the same conversation id', async () => {
    const conversationId = await client.begunElsewhere();
    await services.rebalancer.takeOverAtStart();

    const all = await client.openMany(20);

    expect(all[0]).toMatchObject({ location: conversationId, from: 'taken-over' });
    expect(all.slice(1)).toEqual(all.slice(1).map(() => ({ ...all[0], from: 'replayed' })));
    expect(services.channel.called('open')).toEqual([conversationId]);
    expect(services.store.row(conversationId).state).toBe('active');
    expect(services.heartbeats.status(conversationId)).toBeDefined();
    expect(log.at('info').slice(1)).toEqual([expect.objectContaining({ conversationId })]);
  });

  it('leaves it to another process as long as that holds it, and polls for its answer', async () => {
    const conversationId = await client.begunElsewhere();
    const waiting = client.open();
    const impatient = client.open();
    await jest.advanceTimersByTimeAsync(1_000);
    const theirs = { location: 'there', etag: 'tag', body: {} };
    services.store.keys.settle(conversationId, { opened: theirs });
    await jest.advanceTimersByTimeAsync(100);

    expect([await waiting, await impatient]).toEqual([
      { ...theirs, from: 'replayed' },
      { ...theirs, from: 'replayed' },
    ]);
    expect(services.channel.called('open')).toEqual([]);
  });

  it('says that it is in progress when the other process has no answer in two seconds', async () => {
    await client.begunElsewhere();
    const waiting = client.open();
    await jest.advanceTimersByTimeAsync(2_000);

    expect(await waiting).toMatchObject({ code: 'request-in-progress' });
    expect(services.channel.called('open')).toEqual([]);
  });

  it('restarts its deadline, with which the sweeper does not interfere', async () => {
    const conversationId = await client.begunElsewhere();
    await jest.advanceTimersByTimeAsync(34_000);
    await services.rebalancer.takeOverAtStart();
    await jest.advanceTimersByTimeAsync(34_000);
    const answer = client.letUpstreamWait();
    services.sweeper.onApplicationBootstrap();

    const taken = client.open();
    await jest.advanceTimersByTimeAsync(29_000);
    expect(services.store.row(conversationId).state).toBe('connecting');
    answer();

    expect(await taken).toMatchObject({ location: conversationId });
    await services.sweeper.onModuleDestroy();
  });

  it('throws that the session has ended when the sweeper was first', async () => {
    const conversationId = await client.begunElsewhere();
    await services.rebalancer.takeOverAtStart();
    await services.ending.interrupt(conversationId);

    expect(await client.open()).toMatchObject({ code: 'session-ended', isReplayed: true });
  });

  it('throws the same when the sweeper comes between the lookup and the first step', async () => {
    const conversationId = await client.begunElsewhere();
    await services.rebalancer.takeOverAtStart();
    services.store.interfereNext(conversationId, (session) => {
      session.fail('interrupted', NOW, { outcomeUnknown: true });
    });
    const outcome = client.open();
    await jest.advanceTimersByTimeAsync(100);

    expect(await outcome).toMatchObject({ code: 'session-ended', isReplayed: true });
    expect(services.channel.called('open')).toEqual([]);
  });

  it('resumes an opening of its own that a database failure kept from ending', async () => {
    client.failUpstream(new UpstreamServerError(500));
    services.store.failNext('save', new StorageUnavailableError());
    expect(await client.open()).toMatchObject({ code: 'storage-unavailable', isReplayed: false });

    expect(await client.open()).toMatchObject({ from: 'taken-over' });
    expect(new Set(services.channel.called('open')).size).toBe(1);
  });

  it('refuses another body, and begins nothing while the process stops', async () => {
    const conversationId = await client.begunElsewhere();
    await services.rebalancer.takeOverAtStart();

    expect(await client.open({ opening: { queueId: 'sales' } })).toMatchObject({
      code: 'idempotency-key-reused',
    });
    services.drain.begin();
    expect(await client.open()).toMatchObject({ code: 'shutting-down' });
    expect(services.store.row(conversationId).state).toBe('connecting');
  });
});
