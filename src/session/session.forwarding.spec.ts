import { Readable } from 'node:stream';
import { SchedulerRegistry } from '@nestjs/schedule';
import { SystemClock } from '../common/time/system-clock';
import { newDataKey } from '../config/data-key-list';
import { StorageConfig } from '../config/storage.config';
import { FakeHeartbeatPlan } from '../heartbeat/domain/heartbeat-plan.fake';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import { ForwardingSeal } from '../replica/forwarding-seal';
import { FakeLease } from '../replica/ports/lease.fake';
import type { Replica } from '../replica/ports/replica.store';
import { FakeReplicaStore } from '../replica/ports/replica.store.fake';
import { anActiveSession } from './domain/session.builder';
import { FakeSessionStore } from './ports/session.store.fake';
import type { ForwardedAnswer, ForwardedRequest, RemoteReplica } from './remote-replica';
import { SessionForwarding } from './session.forwarding';
import { SessionLocator } from './session.locator';

const THERE: Replica = { id: 'there', address: 'http://there' };
const ANSWER: ForwardedAnswer = { status: 201, headers: {}, body: '{}' };

let sent: { replica: Replica; request: ForwardedRequest }[];
let store: FakeSessionStore;
let replicas: FakeReplicaStore;
let lease: FakeLease;
let seal: ForwardingSeal;
let heartbeats: HeartbeatService;
let forwarding: SessionForwarding;

beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  store = new FakeSessionStore();
  replicas = new FakeReplicaStore();
  replicas.replicas.push(THERE);
  lease = Object.assign(new FakeLease(), { isShared: true });
  seal = new ForwardingSeal(
    new StorageConfig({ DATA_DIR: '', DATA_KEY: [newDataKey('k1')] }),
    new SystemClock(),
  );
  const remote = {
    pause: (ms: number) => jest.advanceTimersByTimeAsync(ms),
    send: (replica: Replica, request: ForwardedRequest) => {
      sent.push({ replica, request });
      return Promise.resolve(ANSWER);
    },
  };
  heartbeats = new HeartbeatService(new SchedulerRegistry(), new SystemClock());
  const reached = remote as unknown as RemoteReplica;
  const locator = new SessionLocator(store, replicas, lease, heartbeats, reached);
  forwarding = new SessionForwarding(lease, locator, seal, reached);
});
afterEach(async () => {
  await heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

function heldBy(holder: string): string {
  const session = anActiveSession({ holder });
  store.given(session);
  return session.conversationId;
}

function heldHere(): string {
  const id = heldBy('here');
  heartbeats.start(new FakeHeartbeatPlan(id));
  return id;
}

function aRequest(headers: ForwardedRequest['headers'] = {}): ForwardedRequest {
  return { method: 'POST', url: '/v1/x?y=1', headers, body: Readable.from(['{}']) };
}

describe(SessionForwarding.name, () => {
  it("leaves what is this replica's own to it, and what no replica holds", async () => {
    expect(await forwarding.forward(heldHere(), aRequest())).toBeUndefined();
    expect(await forwarding.forward('no conversation', aRequest())).toBeUndefined();
    expect(await forwarding.forward(anActiveSession().conversationId, aRequest())).toBeUndefined();
    lease.isShared = false;
    expect(await forwarding.forward(heldBy('there'), aRequest())).toBeUndefined();
    expect(sent).toEqual([]);
  });

  it('hands on what another one holds, as it came and sealed, but for what concerns the connection', async () => {
    const headers = { authorization: 'Bearer x', host: 'here', connection: 'close', 'content-length': '2' };
    expect(await forwarding.forward(heldBy('there'), aRequest(headers))).toEqual(ANSWER);

    const [{ replica, request } = { replica: undefined, request: undefined }] = sent;
    expect(replica).toMatchObject(THERE);
    expect(request).toMatchObject({ method: 'POST', url: '/v1/x?y=1' });
    expect(request?.headers).toEqual({
      authorization: 'Bearer x',
      'content-length': '2',
      'x-replica-seal': expect.stringMatching(/^\d{13}\.1\./) as string,
    });
    expect(request?.body).toBeInstanceOf(Readable);
  });

  it('sends no body where there is none', async () => {
    await forwarding.forward(heldBy('there'), aRequest());
    await forwarding.forward(heldBy('there'), aRequest({ 'transfer-encoding': 'chunked' }));

    expect(sent.map(({ request }) => request.body === null)).toEqual([true, false]);
  });

  it('hands on what was handed on when the session has moved again, and in circles not for ever', async () => {
    const sealed = (hops: number) => ({ 'x-replica-seal': seal.sign('POST', '/v1/x?y=1', hops) });
    expect(await forwarding.forward(heldBy('there'), aRequest(sealed(2)))).toEqual(ANSWER);
    const [{ request } = { request: undefined }] = sent;
    expect(seal.hopsOf(String(request?.headers['x-replica-seal']), 'POST', '/v1/x?y=1')).toBe(3);

    await expect(forwarding.forward(heldBy('there'), aRequest(sealed(3)))).rejects.toMatchObject({
      code: 'session-moving',
    });
    expect(await forwarding.forward(heldHere(), aRequest(sealed(3)))).toBeUndefined();
    expect(sent).toHaveLength(1);
  });

  it('waits while a session is only in the books its own', async () => {
    const id = heldBy('here');
    const waiting = forwarding.forward(id, aRequest());
    await jest.advanceTimersByTimeAsync(1_000);
    store.moveHeld('here', 'there', 1, [id]);

    expect(await waiting).toEqual(ANSWER);
  });

  it.each(['', 'nonsense', `${Date.now() + 9_999}.1.forged`, `${Date.now() - 1}.1.old`])(
    'believes nobody without a good seal: %j',
    async (forged) => {
      await forwarding.forward(heldBy('there'), aRequest({ 'x-replica-seal': forged }));
      expect(sent).toHaveLength(1);
    },
  );

  it('takes no seal of another request, or of another time', () => {
    const good = seal.sign('POST', '/v1/x', 1);

    expect(seal.hopsOf(good, 'POST', '/v1/x')).toBe(1);
    expect(seal.hopsOf(good.replace('.1.', '.2.'), 'POST', '/v1/x')).toBe(0);
    expect(seal.hopsOf(good, 'DELETE', '/v1/x')).toBe(0);
    expect(seal.hopsOf(good, 'POST', '/v1/y')).toBe(0);
    jest.setSystemTime(Date.now() + 30_001);
    expect(seal.hopsOf(good, 'POST', '/v1/x')).toBe(0);
  });

  it('waits while the session changes hands, and not for ever', async () => {
    replicas.take('there');
    const id = heldBy('there');
    const waiting = forwarding.forward(id, aRequest());
    await jest.advanceTimersByTimeAsync(1_000);
    replicas.replicas.push(THERE);
    expect(await waiting).toEqual(ANSWER);

    replicas.take('there');
    await expect(forwarding.forward(id, aRequest())).rejects.toMatchObject({ code: 'session-moving' });
  });
});
