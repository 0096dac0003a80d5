import { HttpService } from '@nestjs/axios';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { OutboundHttpModule } from '../../../common/http/outbound-http.module';
import { Environment } from '../../../config/environment';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { HttpReceiver } from '../../../crm/http-receiver.fake';
import { PresignedStorage } from './presigned-storage';

const TEXT = 'some bytes of a file';

let testing: TestingModule;
let receiver: HttpReceiver;
/** What became of the content: read to its end, or left before. */
let content: 'unread' | 'read' | 'left';

beforeAll(async () => {
  testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(4)] }).compile();
});
afterAll(() => testing.close());
beforeEach(async () => {
  content = 'unread';
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

function put(
  given: { url?: string; then?: () => Promise<unknown>; signal?: AbortSignal } = {},
  settings: object = {},
): Promise<void> {
  const environment = { GENESYS_MESSAGING_URL: 'ws://x', UPSTREAM_TIMEOUT_MS: 5_000, ...settings };
  const config = new WebMessagingConfig(Object.assign(new Environment(), environment));
  const storage = new PresignedStorage(testing.get(HttpService, { strict: false }), config);
  const { url = `${receiver.url}/bucket/key?signature=secret`, signal = new AbortController().signal } =
    given;
  const headers = { 'X-Amz-Tagging': 'a=b', 'Content-Length': '1' };
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
  ])('tells that the storage answered with %i, and follows it nowhere', async (status, expected) => {
    receiver.nextStatus(status, 'secret', { location: `${receiver.url}/elsewhere` });
    const error: unknown = await put().catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(expected);
    expect(String(error)).not.toContain('secret');
    expect(receiver.received).toHaveLength(1);
  });

  it.each(['http://127.0.0.1/x', 'ftp://127.0.0.1/x', 'file:///etc/passwd', 'nonsense', ''])(
    'sends nothing without encryption to a real platform: %j',
    async (url) => {
      await expect(put({ url }, { GENESYS_MESSAGING_URL: 'wss://x' })).rejects.toThrow(
        UpstreamInvalidResponseError,
      );
      expect(content).toBe('unread');
    },
  );

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

  it('tells that there is no storage, and leaves the content in peace', async () => {
    const { url } = receiver;
    await receiver[Symbol.asyncDispose]();

    await expect(put({ url })).rejects.toThrow(UpstreamUnavailableError);
    expect(content).not.toBe('read');
    receiver = await HttpReceiver.start();
  });
});
