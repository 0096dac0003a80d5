import { Test, type TestingModule } from '@nestjs/testing';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import {
  UpstreamInvalidResponseError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import { HttpClient } from '../../common/http/http-client';
import { OutboundHttpModule } from '../../common/http/outbound-http.module';
import { RequestContext } from '../../common/logging/request-context';
import { USER_AGENT } from '../../common/product';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { HttpReceiver } from '../../crm/http-receiver.fake';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { GenesysHttpClient, type GenesysRequest } from './genesys-http-client';
import type { Operation } from './operation';
import { UpstreamCircuits } from './upstream-circuits';
import { GenesysTelemetry } from './genesys.telemetry';

let testing: TestingModule;
let receiver: HttpReceiver;
let metrics: ReadableMetrics;

beforeEach(async () => {
  testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(4)] }).compile();
  receiver = await HttpReceiver.start();
  metrics = new ReadableMetrics();
});
afterEach(async () => {
  await testing.close();
  await receiver[Symbol.asyncDispose]();
});

function genesys(timeoutMs = 5_000): GenesysHttpClient {
  const config = new GenesysConfig(Object.assign(new Environment(), { UPSTREAM_TIMEOUT_MS: timeoutMs }));
  const circuits = new UpstreamCircuits(config, metrics);
  return new GenesysHttpClient(
    testing.get(HttpClient, { strict: false }),
    config,
    new GenesysTelemetry(metrics),
    circuits,
  );
}

function request(operation: Operation = 'open'): GenesysRequest {
  return {
    operation,
    method: 'PATCH',
    url: `${receiver.url}/api/v2/x`,
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    body: '{"größe":1}',
  };
}

function observed(result: string): Promise<number | undefined> {
  return metrics.sample(`upstream_request_duration_seconds_count{operation="open",result="${result}"}`);
}

describe(GenesysHttpClient.name, () => {
  it('sends the trace of what it is asked within, and none outside of one', async () => {
    const http = genesys();
    await http.send(request());
    const headers = await RequestContext.run('request-1', async () => {
      await http.send(request());
      return RequestContext.traceHeaders;
    });

    expect(receiver.received.map((sent) => sent.headers['traceparent'])).toEqual([
      undefined,
      headers.traceparent,
    ]);
    expect(headers.traceparent).toBeDefined();
  });

  it('sends the request as it is, with its own name', async () => {
    await genesys().send(request());

    expect(receiver.received).toEqual([
      expect.objectContaining({ method: 'PATCH', path: '/api/v2/x', body: '{"größe":1}' }),
    ]);
    expect(receiver.received[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      accept: 'application/json',
    });
  });

  it.each([200, 302, 401, 404, 429, 503])('resolves with an answer of %d as it came', async (status) => {
    receiver.nextStatus(status, '<html>größe', {
      'retry-after': '12',
      date: 'Sat, 28 Nov 2026 00:00:00 GMT',
      'inin-ratelimit-count': '7',
      'inin-ratelimit-allowed': '300',
      'inin-ratelimit-reset': '41',
    });

    expect(await genesys().send(request())).toEqual({
      status,
      body: '<html>größe',
      retryAfter: '12',
      date: 'Sat, 28 Nov 2026 00:00:00 GMT',
      rate: { count: 7, allowed: 300, resetMs: 41_000 },
    });
    expect(receiver.received).toHaveLength(1);
    expect(await observed(`${Math.floor(status / 100)}xx`)).toBe(1);
  });

  it('knows no wait where none is named', async () => {
    expect(await genesys().send(request())).toMatchObject({ status: 204, retryAfter: undefined });
  });

  it('ends a request that gets no answer in time', async () => {
    receiver.next(() => undefined);

    await expect(genesys(50).send(request())).rejects.toBeInstanceOf(UpstreamTimeoutError);
    expect(await observed('upstream-timeout')).toBe(1);
  });

  it('ends a request whose answer trickles in for ever', async () => {
    receiver.next((response) => {
      response.writeHead(200);
      response.write('{');
    });

    await expect(genesys(50).send(request())).rejects.toBeInstanceOf(UpstreamTimeoutError);
  });

  it.each(['beat', 'disconnect', 'guest-logout'] as const)(
    'takes the answer to a %s for its status, whatever comes of the body',
    async (operation) => {
      receiver.next((response) => {
        response.writeHead(200, { 'inin-ratelimit-count': '7' }).write('half');
      });

      expect(await genesys().send(request(operation))).toMatchObject({ status: 200, rate: { count: 7 } });
    },
  );

  it('reads no answer without an end', async () => {
    receiver.nextStatus(200, 'x'.repeat(1024 * 1024 + 1));

    await expect(genesys().send(request())).rejects.toBeInstanceOf(UpstreamInvalidResponseError);
    expect(await observed('upstream-invalid-response')).toBe(1);
  });

  it('knows that a request over a broken connection may have taken effect', async () => {
    receiver.next((response) => {
      response.socket?.resetAndDestroy();
    });

    const failure: unknown = await genesys()
      .send(request())
      .catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(UpstreamUnavailableError);
    expect(failure).toMatchObject({ mayHaveTakenEffect: true });
  });

  it('knows that a request to nobody has taken none', async () => {
    const asked = request();
    await receiver[Symbol.asyncDispose]();

    const failure: unknown = await genesys()
      .send(asked)
      .catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(UpstreamUnavailableError);
    expect(failure).toMatchObject({ mayHaveTakenEffect: false });
    receiver = await HttpReceiver.start();
  });

  it('sends nothing of what the last look forbids, and takes that for no outage', async () => {
    const beforeSend = (): void => {
      throw new StorageUnavailableError();
    };
    const http = genesys();

    for (let count = 0; count < 30; count += 1)
      await expect(http.send({ ...request(), beforeSend })).rejects.toBeInstanceOf(StorageUnavailableError);

    expect(receiver.received).toEqual([]);
    expect(await observed('storage-unavailable')).toBe(30);
    expect(await http.send(request())).toMatchObject({ status: 204 });
  });

  it('ends with its signal', async () => {
    const stop = new AbortController();
    receiver.next(() => {
      stop.abort();
    });

    await expect(genesys().send(request(), stop.signal)).rejects.toBeInstanceOf(UpstreamUnavailableError);
  });
});
