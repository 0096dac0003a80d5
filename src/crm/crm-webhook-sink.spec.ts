import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { Test, type TestingModule } from '@nestjs/testing';
import { Webhook } from 'standardwebhooks';
import { HttpClient } from '../common/http/http-client';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { USER_AGENT } from '../common/product';
import type { Environment } from '../config/environment';
import { anEvent } from '../sync/domain/delivery.builder';
import { ClaimLostError, DeliveryFailedError } from '../sync/domain/delivery.errors';
import { aWebhookSink } from './crm-webhook.builder';
import { CrmWebhookSink } from './crm-webhook-sink';
import { HttpReceiver } from './http-receiver.fake';

const NOW = Date.parse('2027-01-15T08:00:00.123Z');
const SECRETS = [24, 64].map((bytes) => `whsec_${Buffer.alloc(bytes, bytes).toString('base64')}`);
const EVENT = anEvent({
  id: 'event-1',
  conversationId: 'conversation-1',
  sequence: 2,
  state: 'terminated',
  occurredAt: NOW,
  metadata: { queueId: 'Größe', durationLimit: 60 },
});

let testing: TestingModule;
let receiver: HttpReceiver;
let sink: CrmWebhookSink;
let now: number;

beforeEach(async () => {
  now = NOW + 60_000;
  testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(4)] }).compile();
  receiver = await HttpReceiver.start();
  sink = sinkTo(`${receiver.url}/hook?key=1`);
});
afterEach(async () => {
  await testing.close();
  await receiver[Symbol.asyncDispose]();
});

function sinkTo(url: string, more: Partial<Environment> = {}): CrmWebhookSink {
  const environment = { CRM_WEBHOOK_URL: url, ...more };
  return aWebhookSink(testing.get(HttpClient, { strict: false }), {
    environment,
    clock: { now: () => now },
  });
}

function deliver(signal = new AbortController().signal, beforeSend = (): void => undefined): Promise<void> {
  return sink.deliver(EVENT, signal, beforeSend);
}

async function errorOf(delivery: Promise<void>): Promise<DeliveryFailedError | undefined> {
  try {
    await delivery;
  } catch (error) {
    if (error instanceof DeliveryFailedError) return error;
    throw error;
  }
  return undefined;
}

/** The message of a failed delivery. */
async function failureOf(delivery: Promise<void>): Promise<string> {
  return (await errorOf(delivery))?.message ?? 'accepted';
}

describe(CrmWebhookSink.name, () => {
  it('sends nothing of an event that another replica has claimed by the time of the connection', async () => {
    const lost = (): void => {
      throw new ClaimLostError();
    };

    expect(await failureOf(deliver(undefined, lost))).toBe('no connection');
    expect(receiver.received).toEqual([]);
  });

  it('posts the event as JSON, under the same id in every attempt', async () => {
    await deliver();
    await deliver();

    const [first, second] = receiver.received;
    expect(first).toMatchObject({ method: 'POST', path: '/hook?key=1' });
    expect(JSON.parse(first?.body ?? '')).toEqual({
      id: 'event-1',
      type: 'session.terminated',
      sequence: 2,
      conversationId: 'conversation-1',
      state: 'terminated',
      timestamp: '2027-01-15T08:00:00.123Z',
      metadata: { queueId: 'Größe', durationLimit: 60 },
    });
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': 'event-1',
    });
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe('event-1');
  });

  it('adds the message of an event about one', async () => {
    const message = {
      id: 'message-1',
      direction: 'inbound',
      type: 'text',
      text: 'Where is my order?',
      content: [],
      sentAt: '2027-01-15T08:00:00.123Z',
    } as const;
    await sink.deliver(
      { ...EVENT, state: 'message-sent', message },
      new AbortController().signal,
      () => undefined,
    );

    const body: unknown = JSON.parse(receiver.received[0]?.body ?? '');
    expect(body).toMatchObject({ type: 'message.sent', state: 'message-sent', sequence: 2, message });
  });

  it('sends the user and password of its URL as HTTP Basic', async () => {
    sink = sinkTo(receiver.url.replace('http://', 'http://user:p%20w@'));
    await deliver();

    expect(receiver.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('user:p w').toString('base64')}`,
    );
  });

  it('sends the time of each attempt, and no signature without a secret', async () => {
    await deliver();
    now += 1_900;
    await deliver();

    const headers = receiver.received.map((request) => request.headers);
    expect(headers.map((sent) => sent['webhook-timestamp'])).toEqual(['1800000060', '1800000062']);
    for (const sent of headers) expect(sent).not.toHaveProperty('webhook-signature');
  });

  it('signs the exact bytes of the body and the time of the attempt', async () => {
    now = Date.now();
    sink = sinkTo(receiver.url, { CRM_WEBHOOK_SECRET: SECRETS });
    await deliver();

    const [sent] = receiver.received;
    for (const secret of SECRETS) {
      const verified = new Webhook(secret).verify(sent?.body ?? '', sent?.headers as Record<string, string>);
      expect(verified).toMatchObject({ id: 'event-1', metadata: { queueId: 'Größe' } });
    }
  });

  it.each([200, 201, 202, 204, 299])('counts %d as acceptance', async (status) => {
    receiver.nextStatus(status);

    expect(await failureOf(deliver())).toBe('accepted');
  });

  it.each([301, 304, 400, 401, 404, 409, 410, 429, 500, 503])('counts %d as a failure', async (status) => {
    receiver.nextStatus(status, 'jwt_00112233445566778899aabbccddeeff');

    expect(await failureOf(deliver())).toBe(`status ${status}`);
  });

  it.each([
    [400, false],
    [404, false],
    [410, true],
    [503, false],
  ])('tells the status %d, and whether it means that the receiver is gone: %s', async (status, isGone) => {
    receiver.nextStatus(status, '', { 'retry-after': 'soon' });

    const error = await errorOf(deliver());

    expect(error).toMatchObject({ status, isReceiverGone: isGone, retryAfterMs: undefined });
  });

  it.each([
    [429, '7', 7_000],
    [503, '7', 7_000],
    // The receiver's clock is half a minute behind: both dates are by that clock.
    [503, new Date(NOW + 90_000).toUTCString(), 60_000],
    [429, new Date(NOW - 90_000).toUTCString(), 0],
    [429, '1e3', undefined],
    [500, '7', undefined],
    [302, '7', undefined],
  ])('reports the pause that the receiver asks for: %d with Retry-After %s', async (status, value, ms) => {
    const date = new Date(NOW + 30_000).toUTCString();
    receiver.nextStatus(status, '', { 'retry-after': value, date });

    expect(await errorOf(deliver())).toMatchObject({ status, retryAfterMs: ms });
  });

  it('reports it even if the response is too long to read', async () => {
    receiver.nextStatus(503, 'x'.repeat(2 * 1024 * 1024), { 'retry-after': '7' });

    expect(await errorOf(deliver())).toMatchObject({ status: 503, retryAfterMs: 7_000 });
  });

  it('reports no pause for a receiver that did not answer', async () => {
    receiver.next((response) => {
      response.socket?.resetAndDestroy();
    });

    expect(await errorOf(deliver())).toMatchObject({
      status: undefined,
      retryAfterMs: undefined,
      isReceiverGone: false,
    });
  });

  it('follows no redirect', async () => {
    receiver.nextStatus(307, '', { location: `${receiver.url}/elsewhere` });

    expect(await failureOf(deliver())).toBe('status 307');
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook?key=1']);
  });

  it('counts a 200 as acceptance however long the response is', async () => {
    receiver.nextStatus(200, 'x'.repeat(2 * 1024 * 1024));

    expect(await failureOf(deliver())).toBe('accepted');
  });

  it('counts a 500 as a failure however long the response is', async () => {
    receiver.nextStatus(500, 'x'.repeat(2 * 1024 * 1024));

    expect(await failureOf(deliver())).toBe('status 500');
  });

  it.each([200, 500])('reads no more than it needs of a gigabyte under %d', async (status) => {
    let sent = 0;
    let closed: Promise<unknown> | undefined;
    receiver.next((response) => {
      const { socket } = response;
      closed = once(response, 'close').then(() => (sent = socket?.bytesWritten ?? 0));
      response.writeHead(status, { 'content-length': String(1024 ** 3) });
      const feed = (): void => {
        while (response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', feed);
      feed();
    });

    expect(await failureOf(deliver())).toBe(status === 200 ? 'accepted' : 'status 500');
    await closed;
    // The buffers of two sockets may already have been filled.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('decompresses no response, so that a zip bomb stays small', async () => {
    const bomb = gzipSync(Buffer.alloc(48 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(64 * 1024);
    receiver.next((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' }).end(bomb);
    });

    expect(await failureOf(deliver())).toBe('accepted');
  });

  it('fails when the connection is reset, and serves the next delivery', async () => {
    receiver.next((response) => {
      response.socket?.resetAndDestroy();
    });

    expect(await failureOf(deliver())).toBe('no connection');
    expect(await failureOf(deliver())).toBe('accepted');
  });

  it('fails when the connection is refused', async () => {
    const { url } = receiver;
    await receiver[Symbol.asyncDispose]();
    sink = sinkTo(url);

    expect(await failureOf(deliver())).toBe('no connection');
    receiver = await HttpReceiver.start();
  });

  it('ends with its signal', async () => {
    const attempt = new AbortController();
    receiver.next(() => {
      attempt.abort();
    });

    expect(await failureOf(deliver(attempt.signal))).toBe('no answer in time');
  });

  it('sends nothing if its signal has aborted before', async () => {
    expect(await failureOf(deliver(AbortSignal.abort()))).toBe('no answer in time');
    expect(receiver.received).toEqual([]);
  });
});
