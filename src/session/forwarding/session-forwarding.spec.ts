import { Readable } from 'node:stream';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Caller } from '../../access/domain/caller';
import { Drain } from '../../common/lifecycle/drain';
import { RequestContext } from '../../common/logging/request-context';
import { SystemClock } from '../../common/time/system-clock';
import { newDataKey } from '../../config/data-key-list';
import { Environment } from '../../config/environment';
import { HeartbeatConfig } from '../../config/heartbeat.config';
import { StorageConfig } from '../../config/storage.config';
import { FakeHeartbeatPlan } from '../../heartbeat/domain/heartbeat-plan.fake';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { type Hop, HopProof } from '../../replica/hop-proof';
import { FakeLease } from '../../replica/ports/lease.fake';
import type { Replica } from '../../replica/ports/replica.store';
import { FakeReplicaStore } from '../../replica/ports/replica.store.fake';
import { anActiveSession } from '../domain/session.builder';
import { GuestChannels } from '../ports/guest-channels';
import { FakeSessionStore } from '../ports/session.store.fake';
import { digestOf } from './received-hops';
import type { ForwardedAnswer, ReplicaHttpClient, Sender, SentRequest } from './replica-http-client';
import { type ForwardableRequest, SessionForwarding } from './session-forwarding';
import { SessionMovingError } from '../domain/session.errors';
import { SessionLocator } from './session-locator';
import { SessionQueries } from '../session.queries';

const THERE: Replica = { id: 'there', address: 'http://there', signature: '' };
const ANSWER: ForwardedAnswer = { status: 201, headers: {}, body: '{}' };
const BODY = Buffer.from('{ "a": 1 }');
const BILLING = new Caller('billing', new Set(['messages.write']), 'billing');
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const CONFIG = new StorageConfig({ DATA_DIR: '', DATA_KEY: [newDataKey('k1')] });

let sent: { replica: Replica; sender: Sender; request: SentRequest }[];
let store: FakeSessionStore;
let replicas: FakeReplicaStore;
let lease: FakeLease;
let heartbeats: HeartbeatService;
let forwarding: SessionForwarding;
let remote: ReplicaHttpClient;

beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  store = new FakeSessionStore();
  replicas = new FakeReplicaStore();
  replicas.replicas.push(THERE);
  lease = Object.assign(new FakeLease(), { isShared: true });
  remote = {
    send: (replica: Replica, sender: Sender, request: () => SentRequest) => {
      sent.push({ replica, sender, request: request() });
      return Promise.resolve(ANSWER);
    },
  } as unknown as ReplicaHttpClient;
  heartbeats = new HeartbeatService(new SchedulerRegistry(), new SystemClock());
  const heartbeatConfig = new HeartbeatConfig(new Environment());
  const queries = new SessionQueries(store, heartbeats, heartbeatConfig, new GuestChannels([]));
  const locator = new SessionLocator(store, replicas, lease, heartbeats, new Drain());
  const proof = new HopProof(CONFIG, new SystemClock(), lease);
  forwarding = new SessionForwarding(lease, queries, locator, proof, remote);
});
afterEach(async () => {
  await heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

function heldBy(holder: string, owner = 'billing'): string {
  const session = anActiveSession({ holder, owner });
  store.given(session);
  return session.conversationId;
}

function heldHere(): string {
  const id = heldBy('here');
  heartbeats.start(new FakeHeartbeatPlan(id));
  return id;
}

function aRequest(changes: Partial<ForwardableRequest> = {}): ForwardableRequest {
  const headers = { 'content-type': 'application/json', 'content-length': String(BODY.length) };
  return {
    id: 'request-1',
    method: 'POST',
    url: '/v1/x?y=1',
    headers,
    body: () => BODY,
    caller: BILLING,
    hops: 0,
    hungUp: new AbortController().signal,
    ...changes,
  };
}

function lastSent(): SentRequest {
  const last = sent.at(-1);
  if (last === undefined) throw new Error('Nothing was sent.');
  return last.request;
}

/** The hop as its receiver reads it. */
function hopIn(request: SentRequest): ReturnType<HopProof['read']> {
  const receiver = new HopProof(
    CONFIG,
    new SystemClock(),
    Object.assign(new FakeLease(), { holder: 'there' }),
  );
  return receiver.read(request, request.headers['x-replica-proof']);
}

describe(SessionForwarding.name, () => {
  it("leaves what is this replica's own to it, and what no replica holds", async () => {
    const ended = anActiveSession({ owner: 'billing' });
    ended.end('requested', 2_000);
    store.given(ended);

    expect(await forwarding.forward(heldHere(), aRequest())).toBeUndefined();
    expect(await forwarding.forward(ended.conversationId, aRequest())).toBeUndefined();
    expect(sent).toEqual([]);
  });

  describe('of a request that every replica can serve', () => {
    it('has the holder serve it', async () => {
      expect(await forwarding.forwardIfReachable(heldBy('there'), aRequest())).toEqual(ANSWER);
    });

    it.each([
      ['is held here', () => heldHere()],
      ['is held by a replica without a lease', () => heldBy('gone')],
      ['is taken over at the moment', () => heldBy('here')],
    ])('serves it here at once when the session %s', async (_what, idOf) => {
      const startedAt = Date.now();
      expect(await forwarding.forwardIfReachable(idOf(), aRequest())).toBeUndefined();
      expect(Date.now()).toBe(startedAt);
      expect(sent).toEqual([]);
    });

    it('serves it here when it was forwarded already', async () => {
      expect(await forwarding.forwardIfReachable(heldBy('there'), aRequest({ hops: 1 }))).toBeUndefined();
      expect(sent).toEqual([]);
    });

    it('looks a holder up once a second', async () => {
      const live = jest.spyOn(replicas, 'live');
      for (let request = 0; request < 5; request += 1)
        await forwarding.forwardIfReachable(heldBy('there'), aRequest());
      expect(live).toHaveBeenCalledTimes(1);

      await jest.advanceTimersByTimeAsync(1_000);
      await forwarding.forwardIfReachable(heldBy('there'), aRequest());
      expect(live).toHaveBeenCalledTimes(2);
    });

    it.each([
      ['cannot be reached', () => Promise.reject(new SessionMovingError())],
      ['has a server error', () => Promise.resolve({ ...ANSWER, status: 503 })],
    ])('serves it here when the holder %s', async (_what, answer) => {
      jest.spyOn(remote, 'send').mockImplementation(answer);
      expect(await forwarding.forwardIfReachable(heldBy('there'), aRequest())).toBeUndefined();
    });

    it('serves it here when the holder does not answer within three seconds', async () => {
      jest.spyOn(remote, 'send').mockImplementation(
        (_replica, { hungUp }) =>
          new Promise((_resolve, reject) => {
            hungUp.addEventListener('abort', () => {
              reject(new SessionMovingError());
            });
          }),
      );
      const served = forwarding.forwardIfReachable(heldBy('there'), aRequest());
      await jest.advanceTimersByTimeAsync(3_000);
      expect(await served).toBeUndefined();
    });

    it("refuses one for another caller's session", async () => {
      const id = heldBy('there', 'other');
      await expect(forwarding.forwardIfReachable(id, aRequest())).rejects.toMatchObject({
        code: 'session-not-found',
      });
    });
  });

  it('has no other holders where leases are not shared', () => {
    expect(forwarding.isShared).toBe(true);
    lease.isShared = false;
    expect(forwarding.isShared).toBe(false);
  });

  it('refuses an unknown session and one out of reach alike: at once, by one read of the store', async () => {
    replicas.take('there');
    const costs: unknown[] = [];
    for (const id of [UNKNOWN, heldBy('there', 'other')]) {
      store.calls.length = replicas.calls.length = 0;
      const startedAt = Date.now();
      await expect(forwarding.forward(id, aRequest())).rejects.toMatchObject({ code: 'session-not-found' });
      costs.push([Date.now() - startedAt, [...store.calls], [...replicas.calls]]);
    }

    expect(costs).toEqual([
      [0, ['find'], []],
      [0, ['find'], []],
    ]);
    expect(sent).toEqual([]);
  });

  it('forwards what another replica holds, with a proof of the caller in place of its credential', async () => {
    const headers = {
      ...aRequest().headers,
      ...{
        authorization: 'Bearer x',
        cookie: 'a=b',
        host: 'here',
        connection: 'close',
        expect: '100-continue',
      },
      ...{
        'x-replica-proof': 'forged',
        'x-replica-seal': 'forged',
        'idempotency-key': 'once',
        accept: '*/*',
      },
    };
    expect(await forwarding.forward(heldBy('there'), aRequest({ headers }))).toEqual(ANSWER);

    expect(sent).toMatchObject([{ replica: THERE, sender: { caller: BILLING } }]);
    expect(lastSent()).toEqual({
      method: 'POST',
      url: '/v1/x?y=1',
      headers: {
        ...{ accept: '*/*', 'content-type': 'application/json', 'content-length': String(BODY.length) },
        ...{ 'idempotency-key': 'once', 'x-request-id': 'request-1' },
        'x-replica-proof': expect.stringMatching(/^[\w-]+\.[\w-]+$/) as string,
      },
      body: BODY,
    });
    const { name, owner } = BILLING;
    expect(hopIn(lastSent())).toMatchObject({
      caller: { name, owner, scopes: ['messages.write'] },
      hops: 1,
      digest: digestOf(BODY),
    });
  });

  it('streams a file unread with its own type and length, and proves no digest', async () => {
    const headers = { 'content-type': 'image/png', 'content-length': '5' };
    const body = Readable.from(['bytes'], { objectMode: false });
    await forwarding.forward(heldBy('there'), aRequest({ headers, body: () => body }));

    expect(lastSent().headers).toMatchObject(headers);
    expect(lastSent().body).toBe(body);
    expect(hopIn(lastSent())).not.toHaveProperty('digest');
  });

  it('sends no body where there is none, and proves that', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': '0' };
    await forwarding.forward(heldBy('there'), aRequest({ headers, body: () => Buffer.alloc(0) }));

    expect(lastSent().body).toBeNull();
    for (const name of Object.keys(headers)) expect(lastSent().headers).not.toHaveProperty(name);
    expect(hopIn(lastSent())).toMatchObject({ digest: digestOf(Buffer.alloc(0)) });
  });

  it('keeps the trace and the id of the request', async () => {
    const id = heldBy('there');
    await RequestContext.run('request-1', async () => {
      await forwarding.forward(id, aRequest());

      expect(lastSent().headers).toMatchObject({
        'x-request-id': 'request-1',
        ...RequestContext.traceHeaders,
      });
    });
  });

  it.each([
    ['/v1/x?a=%2F..%2f&b=ü"', '/v1/x?a=%2F..%2f&b=%C3%BC%22'],
    ['//other/v1/x', '//other/v1/x'],
    ['/@other', '/@other'],
  ])('sends %s as a path at the address', async (url, expected) => {
    await forwarding.forward(heldBy('there'), aRequest({ url }));

    expect(lastSent().url).toBe(expected);
  });

  it.each(['http://host/v1/x', '*', '@host/v1/x', ''])('sends nothing that is no path: %j', async (url) => {
    await expect(forwarding.forward(heldBy('there'), aRequest({ url }))).rejects.toMatchObject({
      code: 'session-moving',
    });
  });

  it('forwards again when the session has moved again, and in circles not for ever', async () => {
    expect(await forwarding.forward(heldBy('there'), aRequest({ hops: 2 }))).toEqual(ANSWER);
    expect((hopIn(lastSent()) as Hop).hops).toBe(3);

    await expect(forwarding.forward(heldBy('there'), aRequest({ hops: 3 }))).rejects.toMatchObject({
      code: 'session-moving',
    });
    expect(await forwarding.forward(heldHere(), aRequest({ hops: 3 }))).toBeUndefined();
    expect(sent).toHaveLength(1);
  });

  it('waits while a session is only in the store its own', async () => {
    const id = heldBy('here');
    const waiting = forwarding.forward(id, aRequest());
    await jest.advanceTimersByTimeAsync(1_000);
    store.moveHeld('here', 'there', 1, [id]);
    await jest.advanceTimersByTimeAsync(250);

    expect(await waiting).toEqual(ANSWER);
  });

  it('waits while the session changes hands, and not for ever', async () => {
    replicas.take('there');
    const id = heldBy('there');
    const waiting = forwarding.forward(id, aRequest());
    await jest.advanceTimersByTimeAsync(1_000);
    replicas.replicas.push(THERE);
    await jest.advanceTimersByTimeAsync(250);
    expect(await waiting).toEqual(ANSWER);

    replicas.take('there');
    const outcome = forwarding.forward(id, aRequest()).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(12_000);
    expect(await outcome).toMatchObject({ code: 'session-moving' });
  });

  describe('to a holder that refuses connections', () => {
    const refusal = new SessionMovingError({
      cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    });
    const failing = (error: Error, times: number): jest.SpyInstance => {
      const send = jest.spyOn(remote, 'send');
      for (let attempt = 0; attempt < times; attempt += 1)
        send.mockImplementationOnce((_replica, _sender, request) => {
          request();
          return Promise.reject(error);
        });
      return send;
    };

    it('repeats the request until it accepts them, as a replica does that has just started', async () => {
      const send = failing(refusal, 3);
      const answer = forwarding.forward(heldBy('there'), aRequest());
      await jest.advanceTimersByTimeAsync(1_000);

      expect(await answer).toEqual(ANSWER);
      expect(send).toHaveBeenCalledTimes(4);
    });

    it('gives up after three seconds', async () => {
      failing(refusal, 100);
      const outcome = forwarding.forward(heldBy('there'), aRequest()).catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(3_500);

      expect(await outcome).toBe(refusal);
    });

    it.each([
      ['a file, whose bytes are read once', refusal, () => Readable.from(['bytes'])],
      [
        'a request that may have arrived',
        new SessionMovingError({ cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) }),
        () => BODY,
      ],
    ])('does not repeat %s', async (_, error, body) => {
      const send = failing(error, 100);

      await expect(forwarding.forward(heldBy('there'), aRequest({ body }))).rejects.toBe(error);
      expect(send).toHaveBeenCalledTimes(1);
    });
  });

  it('stops looking for the holder once the caller has hung up', async () => {
    replicas.take('there');
    const client = new AbortController();
    const waiting = forwarding
      .forward(heldBy('there'), aRequest({ hungUp: client.signal }))
      .catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(1_000);
    client.abort();
    expect(await waiting).toMatchObject({ code: 'session-moving' });
    store.calls.length = replicas.calls.length = 0;
    await jest.advanceTimersByTimeAsync(20_000);

    expect([store.calls, replicas.calls]).toEqual([[], []]);
  });
});
