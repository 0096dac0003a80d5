import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import { Test, type TestingModule } from '@nestjs/testing';
import { RecordingLog } from '../audit/recording-log.fake';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { Drain } from '../common/lifecycle/drain';
import { newDataKey } from '../config/data-key-list';
import { Environment } from '../config/environment';
import { ReplicaConfig } from '../config/replica.config';
import { StorageConfig } from '../config/storage.config';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { AddressSeal } from '../replica/address-seal';
import type { Replica } from '../replica/ports/replica.store';
import { ForwardingTelemetry } from './forwarding.telemetry';
import { type ForwardedAnswer, RemoteReplica, type SentRequest } from './remote-replica';

const SEAL = new AddressSeal(new StorageConfig({ DATA_DIR: '', DATA_KEY: [newDataKey('k1')] }));
const SHARE = 2;
const hungUp = new AbortController().signal;

let server: Server;
let testing: TestingModule;
let metrics: ReadableMetrics;
let log: RecordingLog;
let remote: RemoteReplica;
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
  const settings = { REPLICA_FORWARDED_PER_CALLER: SHARE };
  remote = new RemoteReplica(
    testing.get(HttpService),
    new Drain(),
    SEAL,
    new ForwardingTelemetry(metrics),
    new ReplicaConfig(Object.assign(new Environment(), settings)),
  );
});
afterEach(async () => {
  await testing.close();
  server.closeAllConnections();
  server.close();
});

function there(): Replica {
  const replica = { id: 'there', address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  return { ...replica, seal: SEAL.sign(replica) };
}

function aRequest(changes: Partial<SentRequest> = {}): () => SentRequest {
  return () => ({ method: 'POST', url: '/v1/x?y=1', headers: {}, body: null, ...changes });
}

function send(replica = there(), caller = 'billing', request = aRequest()): Promise<ForwardedAnswer> {
  return remote.send(replica, { caller, hungUp }, request);
}

describe(RemoteReplica.name, () => {
  it.each([
    ['text', Buffer.from('{"a":1}'), '{"a":1}'],
    ['file', Readable.from([Buffer.from('bytes')], { objectMode: false }), 'bytes'],
    ['nothing', null, ''],
  ])('sends %s with the headers that it is given and no others', async (_kind, body, expected) => {
    const headers = body === null ? {} : { 'content-type': 'a/b', 'content-length': String(expected.length) };
    await send(there(), 'billing', aRequest({ headers, body }));
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
    ['unsealed', 'warn', (replica: Replica) => ({ ...replica, seal: '' })],
    ['forged', 'error', (replica: Replica) => ({ ...replica, id: 'other' })],
  ] as const)(
    'sends nothing to an address that is %s, and reports it once',
    async (reason, level, change) => {
      const made = jest.fn(aRequest());
      for (let times = 0; times < 2; times += 1)
        await expect(send(change(there()), 'billing', made)).rejects.toMatchObject({
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

    await expect(send()).rejects.toMatchObject({ code: 'too-many-forwarded', reason: 'share' });
    answer = (response) => response.end();
    expect(await send(there(), 'other')).toMatchObject({ status: 200 });
    for (const response of waiting) response.end();
    await Promise.all(underWay);
    expect(await send()).toMatchObject({ status: 200 });
  });

  it('ends a request whose caller has hung up, and frees its place', async () => {
    const client = new AbortController();
    answer = () => {
      client.abort();
    };
    for (let times = 0; times <= SHARE; times += 1) {
      await expect(
        remote.send(there(), { caller: 'billing', hungUp: client.signal }, aRequest()),
      ).rejects.toMatchObject({ code: 'session-moving' });
    }
  });

  it('takes a refused proof for a session that is moving: the caller was authenticated', async () => {
    answer = (response) => response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();

    await expect(send()).rejects.toMatchObject({ code: 'session-moving' });
  });
});
