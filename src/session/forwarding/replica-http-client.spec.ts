import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { RequestTimeoutException } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { newApiKey } from '../../access/api-key';
import { Caller } from '../../access/domain/caller';
import { RecordingLog } from '../../audit/recording-log.fake';
import { HttpClient } from '../../common/http/http-client';
import { OutboundHttpModule } from '../../common/http/outbound-http.module';
import { Drain } from '../../common/lifecycle/drain';
import type { ScopeName } from '../../common/access/scope';
import { AccessConfig } from '../../config/access.config';
import type { ApiKeyEntry } from '../../config/api-key-list';
import { newDataKey } from '../../config/data-key-list';
import { Environment } from '../../config/environment';
import { MAX_FORWARDED, ReplicaConfig } from '../../config/replica.config';
import { StorageConfig } from '../../config/storage.config';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { AddressSigner } from '../../replica/address-signer';
import type { Replica } from '../../replica/ports/replica.store';
import { ForwardingTelemetry } from './forwarding.telemetry';
import { type ForwardedAnswer, ReplicaHttpClient, type SentRequest } from './replica-http-client';

const SIGNER = new AddressSigner(new StorageConfig({ DATA_DIR: '', DATA_KEY: [newDataKey('k1')] }));
const SHARE = 2;
const [BILLING, OTHER] = ['billing', 'other'].map(
  (name) => new Caller(name, new Set(['messages.write'])),
) as [Caller, Caller];
const hungUp = new AbortController().signal;

let server: Server;
let testing: TestingModule;
let metrics: ReadableMetrics;
let log: RecordingLog;
let telemetry: ForwardingTelemetry;
let remote: ReplicaHttpClient;
let received: { request: IncomingMessage; body: string }[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  received = [];
  answer = (response) => response.end();
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ request, body });
      answer(response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(10)] }).compile();
  metrics = new ReadableMetrics();
  log = RecordingLog.install();
  telemetry = new ForwardingTelemetry(metrics);
  remote = remoteWith({ ACCESS_MODE: 'jwt' });
});
afterEach(async () => {
  telemetry.onApplicationShutdown();
  await testing.close();
  server.closeAllConnections();
  server.close();
});

function remoteWith(settings: Partial<Environment>): ReplicaHttpClient {
  const environment = Object.assign(new Environment(), { REPLICA_FORWARDED_PER_CALLER: SHARE }, settings);
  return new ReplicaHttpClient(
    testing.get(HttpClient),
    new Drain(),
    SIGNER,
    telemetry,
    new ReplicaConfig(environment),
    new AccessConfig(environment),
  );
}

function keyOf(name: string, ...scopes: ScopeName[]): ApiKeyEntry {
  return newApiKey({ name, scopes }).entry;
}

function there(): Replica {
  const replica = { id: 'there', address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  return { ...replica, signature: SIGNER.sign(replica) };
}

function aRequest(changes: Partial<SentRequest> = {}): () => SentRequest {
  return () => ({ method: 'POST', url: '/v1/x?y=1', headers: {}, body: null, ...changes });
}

function send(replica = there(), caller = BILLING, request = aRequest()): Promise<ForwardedAnswer> {
  return remote.send(replica, { caller, hungUp }, request);
}

/** Takes places that the caller gives back by hanging up. */
function fill(caller: Caller, count: number): () => Promise<void> {
  answer = () => undefined;
  const clients = Array.from({ length: count }, () => new AbortController());
  const underWay = clients.map(({ signal }) =>
    remote.send(there(), { caller, hungUp: signal }, aRequest()).catch((error: unknown) => error),
  );
  return async () => {
    for (const client of clients) client.abort();
    await Promise.all(underWay);
  };
}

describe(ReplicaHttpClient.name, () => {
  it.each([
    ['text', Buffer.from('{"a":1}'), '{"a":1}'],
    ['file', Readable.from([Buffer.from('bytes')], { objectMode: false }), 'bytes'],
    ['nothing', null, ''],
  ])('sends %s with the headers that it is given and no others', async (_kind, body, expected) => {
    const headers = body === null ? {} : { 'content-type': 'a/b', 'content-length': String(expected.length) };
    await send(there(), BILLING, aRequest({ headers, body }));
    const [{ request, body: arrived } = { request: undefined, body: '' }] = received;

    expect([request?.method, request?.url, arrived]).toEqual(['POST', '/v1/x?y=1', expected]);
    expect(request?.headers).toEqual({
      host: request?.headers.host,
      connection: 'keep-alive',
      'accept-encoding': 'gzip, deflate, br',
      'content-length': String(expected.length),
      ...headers,
    });
  });

  it('returns no header but those that the routes of a holder send', async () => {
    answer = (response) => {
      response.writeHead(503, {
        ...{ 'content-type': 'application/problem+json', 'retry-after': '1', 'cache-control': 'no-store' },
        ...{
          'set-cookie': 'a=b',
          'x-request-id': 'other',
          'access-control-allow-origin': '*',
          ratelimit: 'x',
        },
      });
      response.end('{}');
    };

    expect(await send()).toEqual({
      status: 503,
      headers: {
        'content-type': 'application/problem+json',
        'retry-after': '1',
        'cache-control': 'no-store',
      },
      body: '{}',
    });
  });

  it.each([
    ['unsigned', 'warn', (replica: Replica) => ({ ...replica, signature: '' })],
    ['forged', 'error', (replica: Replica) => ({ ...replica, id: 'other' })],
  ] as const)(
    'sends nothing to an address that is %s, and reports it once',
    async (reason, level, change) => {
      const made = jest.fn(aRequest());
      for (let times = 0; times < 2; times += 1)
        await expect(send(change(there()), BILLING, made)).rejects.toMatchObject({
          code: 'session-moving',
        });

      expect([received, made.mock.calls]).toEqual([[], []]);
      expect(log.at(level)).toMatchObject([{ reason, count: 1 }]);
      expect(await metrics.sample(`forwarding_refused_total{reason="${reason}"}`)).toBe(2);
    },
  );

  it('refuses a caller beyond its share, and serves the others', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => waiting.push(response);
    const underWay = [send(), send()];

    await expect(send()).rejects.toMatchObject({ code: 'too-many-caller-forwarded' });
    answer = (response) => response.end();
    expect(await send(there(), OTHER)).toMatchObject({ status: 200 });
    for (const response of waiting) response.end();
    await Promise.all(underWay);
    expect(await send()).toMatchObject({ status: 200 });
  });

  it.each([
    [
      'the only caller that can change sessions',
      BILLING,
      [keyOf('billing', 'messages.write', 'sessions.write')],
    ],
    ['a caller without a credential, forwarded or not', new Caller('anonymous', new Set(), ''), []],
  ])('gives all places to %s', async (_who, caller, entries) => {
    const mode = caller.isAnonymous ? 'open' : 'keys';
    remote = remoteWith({ ACCESS_MODE: mode, API_KEYS: entries });
    const end = fill(caller, MAX_FORWARDED);

    await expect(send(there(), caller)).rejects.toMatchObject({ code: 'too-many-forwarded' });
    await end();
    expect(await metrics.sample('forwarding_refused_total{reason="all"}')).toBe(1);
  });

  it('counts a caller that can only write messages and one that can only log guests in as several', async () => {
    const keys = [keyOf('billing', 'messages.write'), keyOf('other', 'sessions.write')];
    remote = remoteWith({ ACCESS_MODE: 'keys', API_KEYS: keys });
    const end = fill(BILLING, SHARE);

    await expect(send()).rejects.toMatchObject({ code: 'too-many-caller-forwarded' });
    await end();
    expect(await metrics.sample('forwarding_refused_total{reason="caller"}')).toBe(1);
  });

  it('throws what a body throws about its caller', async () => {
    const stalled = Readable.from(
      (function* () {
        yield Buffer.from('a');
        throw new RequestTimeoutException();
      })(),
      { objectMode: false },
    );

    await expect(send(there(), BILLING, aRequest({ body: stalled }))).rejects.toMatchObject({ status: 408 });
  });

  it('reports a forged address although one without a signature was reported just before', async () => {
    await expect(send({ ...there(), signature: '' })).rejects.toThrow();
    await expect(send({ ...there(), id: 'other' })).rejects.toThrow();

    expect(log.at('warn')).toMatchObject([{ reason: 'unsigned', count: 1 }]);
    expect(log.at('error')).toMatchObject([{ reason: 'forged', count: 1 }]);
  });

  it('reports every refusal by the time the process has stopped', async () => {
    for (let times = 0; times < 3; times += 1)
      await expect(send({ ...there(), id: 'other' })).rejects.toThrow();
    telemetry.onApplicationShutdown();

    expect(log.at('error')).toMatchObject([{ count: 1 }, { count: 2 }]);
  });

  it('aborts a request when its caller hangs up, and frees its place', async () => {
    const client = new AbortController();
    answer = () => {
      client.abort();
    };
    for (let times = 0; times <= SHARE; times += 1) {
      await expect(
        remote.send(there(), { caller: BILLING, hungUp: client.signal }, aRequest()),
      ).rejects.toMatchObject({ code: 'session-moving' });
    }
  });

  it('takes a refused proof for a session that is moving: the caller was authenticated', async () => {
    answer = (response) => response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();

    await expect(send()).rejects.toMatchObject({ code: 'session-moving' });
  });
});
