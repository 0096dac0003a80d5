import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamServerError } from '../../common/errors/upstream.errors';
import { SessionIdempotency } from './session-idempotency';
import { FakeOpenOptions } from '../session-asking.fake';
import { FakeSessionServices } from '../session-services.fake';

jest.mock('node:timers/promises', () => ({
  ...jest.requireActual<object>('node:timers/promises'),
  ...jest.requireActual<object>('../../heartbeat/delay.fake'),
}));

const NOW = 1_800_000_000_000;

let log: RecordingLog;
let services: FakeSessionServices;
let asking: FakeOpenOptions;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices({ SESSION_MAX_CONCURRENT: 2 });
  asking = new FakeOpenOptions(services);
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(`${SessionIdempotency.name}, of an opening that nobody carries out any more,`, () => {
  it('lets one of many go on with it, under the same conversation id', async () => {
    const conversationId = await asking.begunElsewhere();
    await services.rebalancer.onModuleInit();

    const all = await asking.openMany(20);

    expect(all[0]).toMatchObject({ location: conversationId, from: 'taken-over' });
    expect(all.slice(1)).toEqual(all.slice(1).map(() => ({ ...all[0], from: 'replayed' })));
    expect(services.channel.called('open')).toEqual([conversationId]);
    expect(services.store.row(conversationId).state).toBe('active');
    expect(services.heartbeats.status(conversationId)).toBeDefined();
    expect(log.at('info').slice(1)).toEqual([expect.objectContaining({ conversationId })]);
  });

  it('leaves it to another process as long as that has it, and looks for its answer', async () => {
    const conversationId = await asking.begunElsewhere();
    const waiting = asking.open();
    const impatient = asking.open();
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
    await asking.begunElsewhere();
    const waiting = asking.open();
    await jest.advanceTimersByTimeAsync(2_000);

    expect(await waiting).toMatchObject({ code: 'request-in-progress' });
    expect(services.channel.called('open')).toEqual([]);
  });

  it('gives it all the time of an opening anew, with which the sweeper does not interfere', async () => {
    const conversationId = await asking.begunElsewhere();
    await jest.advanceTimersByTimeAsync(34_000);
    await services.rebalancer.onModuleInit();
    await jest.advanceTimersByTimeAsync(34_000);
    const answer = asking.letUpstreamWait();
    services.sweeper.onApplicationBootstrap();

    const taken = asking.open();
    await jest.advanceTimersByTimeAsync(29_000);
    expect(services.store.row(conversationId).state).toBe('connecting');
    answer();

    expect(await taken).toMatchObject({ location: conversationId });
    await services.sweeper.onModuleDestroy();
  });

  it('tells that the session has ended when the sweeper was first', async () => {
    const conversationId = await asking.begunElsewhere();
    await services.rebalancer.onModuleInit();
    await services.ending.interrupt(conversationId);

    expect(await asking.open()).toMatchObject({ code: 'session-ended', isReplayed: true });
  });

  it('tells so as well when the sweeper comes between the look and the first step', async () => {
    const conversationId = await asking.begunElsewhere();
    await services.rebalancer.onModuleInit();
    services.store.interfereNext(conversationId, (session) => {
      session.fail('interrupted', NOW, { outcomeUnknown: true });
    });
    const outcome = asking.open();
    await jest.advanceTimersByTimeAsync(100);

    expect(await outcome).toMatchObject({ code: 'session-ended', isReplayed: true });
    expect(services.channel.called('open')).toEqual([]);
  });

  it('goes on with one of its own that the database kept it from ending', async () => {
    asking.failUpstream(new UpstreamServerError(500));
    services.store.failNext('save', new StorageUnavailableError());
    expect(await asking.open()).toMatchObject({ code: 'storage-unavailable', isReplayed: false });

    expect(await asking.open()).toMatchObject({ from: 'taken-over' });
    expect(new Set(services.channel.called('open')).size).toBe(1);
  });

  it('refuses another body, and begins nothing while the process stops', async () => {
    const conversationId = await asking.begunElsewhere();
    await services.rebalancer.onModuleInit();

    expect(await asking.open({ asked: { queueId: 'sales' } })).toMatchObject({
      code: 'idempotency-key-reused',
    });
    services.drain.begin();
    expect(await asking.open()).toMatchObject({ code: 'shutting-down' });
    expect(services.store.row(conversationId).state).toBe('connecting');
  });
});
