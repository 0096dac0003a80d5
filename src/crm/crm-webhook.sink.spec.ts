import { HttpService } from '@nestjs/axios';
import { Test, type TestingModule } from '@nestjs/testing';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { USER_AGENT } from '../common/product';
import { CrmConfig } from '../config/crm.config';
import { Environment } from '../config/environment';
import { anEvent } from '../sync/domain/delivery.builder';
import { DeliveryFailedError } from '../sync/domain/delivery.errors';
import { CrmWebhookSink } from './crm-webhook.sink';
import { HttpReceiver } from './http-receiver.fake';

const NOW = Date.parse('2027-01-15T08:00:00.123Z');
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

beforeEach(async () => {
  testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(4)] }).compile();
  receiver = await HttpReceiver.start();
  sink = sinkTo(`${receiver.url}/hook?key=1`);
});
afterEach(async () => {
  await testing.close();
  await receiver[Symbol.asyncDispose]();
});

function sinkTo(url: string): CrmWebhookSink {
  const environment = Object.assign(new Environment(), { CRM_WEBHOOK_URL: url });
  return new CrmWebhookSink(testing.get(HttpService, { strict: false }), new CrmConfig(environment));
}

function deliver(signal = new AbortController().signal): Promise<void> {
  return sink.deliver(EVENT, signal);
}

/** What a delivery that fails says. */
async function failureOf(delivery: Promise<void>): Promise<unknown> {
  try {
    await delivery;
  } catch (error) {
    if (error instanceof DeliveryFailedError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe(CrmWebhookSink.name, () => {
  it('posts the event as JSON, under an id that a repeat shares', async () => {
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

  it.each([200, 201, 202, 204, 299])('takes %d for acceptance', async (status) => {
    receiver.nextStatus(status);

    expect(await failureOf(deliver())).toBe('accepted');
  });

  it.each([301, 304, 400, 401, 404, 409, 410, 429, 500, 503])('takes %d for a failure', async (status) => {
    receiver.nextStatus(status, 'jwt_00112233445566778899aabbccddeeff');

    expect(await failureOf(deliver())).toBe(`status ${status}`);
  });

  it('follows no redirect', async () => {
    receiver.nextStatus(307, '', { location: `${receiver.url}/elsewhere` });

    expect(await failureOf(deliver())).toBe('status 307');
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook?key=1']);
  });

  it('takes a 200 for acceptance however much the receiver has to say', async () => {
    receiver.nextStatus(200, 'x'.repeat(2 * 1024 * 1024));

    expect(await failureOf(deliver())).toBe('accepted');
  });

  it('takes a 500 for a failure however much the receiver has to say', async () => {
    receiver.nextStatus(500, 'x'.repeat(2 * 1024 * 1024));

    expect(await failureOf(deliver())).toBe('status 500');
  });

  it('fails when the connection is reset, and serves the next delivery', async () => {
    receiver.next((response) => {
      response.socket?.resetAndDestroy();
    });

    expect(await failureOf(deliver())).toBe('no connection');
    expect(await failureOf(deliver())).toBe('accepted');
  });

  it('fails when nobody listens', async () => {
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

  it('sends nothing when it is over before it begins', async () => {
    expect(await failureOf(deliver(AbortSignal.abort()))).toBe('no answer in time');
    expect(receiver.received).toEqual([]);
  });
});
