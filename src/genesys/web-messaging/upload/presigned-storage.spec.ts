import type { LookupAddress } from 'node:dns';
import { Test, type TestingModule } from '@nestjs/testing';
import { RecordingLog } from '../../../audit/recording-log.fake';
import {
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { HttpClient } from '../../../common/http/http-client';
import { OutboundHttpModule } from '../../../common/http/outbound-http.module';
import { Environment } from '../../../config/environment';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { CONFIGURABLE, NAMES } from '../../../crm/forbidden-targets.fake';
import { HttpReceiver } from '../../../crm/http-receiver.fake';
import { ReadableMetrics } from '../../../metrics/readable-metrics.fake';
import { PresignedStorage } from './presigned-storage';
import { UploadTargetRefusedError } from './upload-target.errors';
import { UploadTelemetry } from './upload.telemetry';

const DEPLOYED = { GENESYS_UPLOAD_ALLOW_PRIVATE: false };
const TEXT = 'some bytes of a file';

let testing: TestingModule;
/** The connections of a deployment. */
let publicOnly: TestingModule;
let metrics: ReadableMetrics;
let telemetry: UploadTelemetry;
let log: RecordingLog;
let receiver: HttpReceiver;
/** The outcome of the content: read to its end, or abandoned before. */
let content: 'unread' | 'read' | 'left';

beforeAll(async () => {
  testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(4)] }).compile();
  const resolve = (name: string): Promise<LookupAddress[]> =>
    Promise.resolve(
      (NAMES[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  const module = OutboundHttpModule.withConnections(4, { useFactory: () => ({ publicOnly: true, resolve }) });
  publicOnly = await Test.createTestingModule({ imports: [module] }).compile();
});
afterAll(async () => {
  await testing.close();
  await publicOnly.close();
});
beforeEach(async () => {
  content = 'unread';
  metrics = new ReadableMetrics();
  telemetry = new UploadTelemetry(metrics);
  log = RecordingLog.install();
  receiver = await HttpReceiver.start();
});
afterEach(() => receiver[Symbol.asyncDispose]());

async function* parts(then?: () => Promise<unknown>): AsyncGenerator<Uint8Array> {
  content = 'left';
  yield Buffer.from(TEXT.slice(0, 5));
  await then?.();
  yield Buffer.from(TEXT.slice(5));
  content = 'read';
}

interface Given {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly then?: () => Promise<unknown>;
  readonly signal?: AbortSignal;
}

function put(given: Given = {}, settings: object = {}): Promise<void> {
  const environment = { GENESYS_UPLOAD_ALLOW_PRIVATE: true, UPSTREAM_TIMEOUT_MS: 5_000, ...settings };
  const config = new WebMessagingConfig(Object.assign(new Environment(), environment));
  const http = config.uploadsAllowPrivate ? testing : publicOnly;
  const service = http.get(HttpClient, { strict: false });
  const storage = new PresignedStorage(service, config, telemetry);
  const { url = `${receiver.url}/bucket/key?signature=secret`, signal = new AbortController().signal } =
    given;
  const { headers = { 'X-Amz-Tagging': 'a=b', 'Content-Length': '1' } } = given;
  const file = {
    fileName: 'a.png',
    fileType: 'image/png',
    fileSize: TEXT.length,
    content: parts(given.then),
  };
  return storage.put({ attachmentId: 'a', url, headers }, file, signal);
}

describe(PresignedStorage.name, () => {
  it('puts the content as it comes, with its size and type and what the URL was signed with', async () => {
    await put();

    expect(receiver.received).toEqual([
      expect.objectContaining({ method: 'PUT', path: '/bucket/key?signature=secret', body: TEXT }),
    ]);
    expect(receiver.received[0]?.headers).toMatchObject({
      'x-amz-tagging': 'a=b',
      'content-type': 'image/png',
      'content-length': String(TEXT.length),
    });
    expect(receiver.received[0]?.headers).not.toHaveProperty('transfer-encoding');
  });

  it.each([
    [403, UpstreamRejectedError],
    [500, UpstreamServerError],
    [302, UpstreamInvalidResponseError],
  ])('reports status %i of the storage, and follows no redirect', async (status, expected) => {
    receiver.nextStatus(status, 'secret', { location: `${receiver.url}/elsewhere` });
    const error: unknown = await put().catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(expected);
    expect(String(error)).not.toContain('secret');
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    ['http://storage.example/x', 'scheme'],
    ['ftp://storage.example/x', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['nonsense', 'malformed'],
    ['', 'malformed'],
    ['https://user:password@storage.example/x', 'credentials'],
    ['https://user@storage.example/x', 'credentials'],
  ])('sends nothing to %j unless the deployment allows it, and names the rule', async (url, rule) => {
    const error: unknown = await put({ url }, DEPLOYED).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(UploadTargetRefusedError);
    expect(error).toMatchObject({ code: 'upstream-invalid-response', rule, mayHaveTakenEffect: false });
    expect(content).toBe('unread');
    expect(await metrics.sample(`upload_targets_refused_total{rule="${rule}"}`)).toBe(1);
  });

  it('connects to no address that is not globally routable, however it is spelled or named', async () => {
    const hosts = [...CONFIGURABLE, ...Object.keys(NAMES)].filter((host) => !host.includes('@'));
    const { port } = new URL(receiver.url);
    for (const host of hosts) {
      const url = `https://${host}:${port}/bucket?signature=secret`;
      const error: unknown = await put({ url }, DEPLOYED).catch((caught: unknown) => caught);

      expect([host, error]).toEqual([host, expect.any(UploadTargetRefusedError)]);
      expect([host, (error as UploadTargetRefusedError).rule]).toEqual([host, 'address']);
    }
    expect(receiver.received).toEqual([]);
    expect(await metrics.sample('upload_targets_refused_total{rule="address"}')).toBe(hosts.length);
  });

  it('logs many refusals once, without the URL', async () => {
    const url = 'https://127.0.0.1/bucket/key?signature=secret';
    const errors = await Promise.all(
      [1, 2, 3].map(() => put({ url }, DEPLOYED).catch((caught: unknown) => caught)),
    );

    expect(log.at('error')).toEqual([{ message: 'Upload target refused', reason: 'address', count: 1 }]);
    expect(JSON.stringify([log.lines, errors.map(String)])).not.toMatch(/secret|127\.0|bucket/);
  });

  it('sends no header but those on the allow-list, and counts the others', async () => {
    const signed = { 'X-Amz-Meta-A': 'a', 'x-goog-acl': 'private', 'Content-Disposition': 'inline' };
    const others = { Host: 'evil', Authorization: 'Bearer x', Cookie: 'a=b', 'Transfer-Encoding': 'chunked' };
    await put({ headers: { ...signed, ...others, 'x-forwarded-for': '10.0.0.1' } });

    const { headers } = receiver.received[0] ?? {};
    expect(headers).toMatchObject({
      'x-amz-meta-a': 'a',
      'x-goog-acl': 'private',
      'content-disposition': 'inline',
      host: new URL(receiver.url).host,
    });
    for (const name of ['authorization', 'cookie', 'transfer-encoding', 'x-forwarded-for'])
      expect(headers).not.toHaveProperty(name);
    expect(await metrics.sample('upload_headers_dropped_total')).toBe(5);
  });

  it('refuses headers that would become something else on their way', async () => {
    const headers = { 'x-amz-tagging': 'a\r\nauthorization: x' };

    await expect(put({ headers })).rejects.toMatchObject({ rule: 'header' });
    expect(receiver.received).toEqual([]);
  });

  it('waits for the content as long as that takes, and for the answer no longer than for any other', async () => {
    receiver.next(() => undefined);
    const slow = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 150));

    await expect(put({ then: slow }, { UPSTREAM_TIMEOUT_MS: 100 })).rejects.toThrow(UpstreamTimeoutError);
    expect(content).toBe('read');
  });

  it('fails with what the content fails with', async () => {
    const lost = new Error('the caller has gone');

    await expect(put({ then: () => Promise.reject(lost) })).rejects.toBe(lost);
  });

  it('stops for its signal, with the reason of that', async () => {
    const caller = new AbortController();
    const then = (): Promise<unknown> => {
      caller.abort(new Error('hung up'));
      return Promise.resolve();
    };

    await expect(put({ then, signal: caller.signal })).rejects.toThrow('hung up');
  });

  it('reports an unreachable storage, and leaves the content unread', async () => {
    const { url } = receiver;
    await receiver[Symbol.asyncDispose]();

    await expect(put({ url })).rejects.toThrow(UpstreamUnavailableError);
    expect(content).not.toBe('read');
    receiver = await HttpReceiver.start();
  });
});
