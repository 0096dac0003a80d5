import { FakeTokenEndpoint } from '../../../auth/ports/token-endpoint.fake';
import {
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { Environment } from '../../../config/environment';
import { GenesysConfig } from '../../../config/genesys.config';
import { anAnswer, FakeGenesysHttpClient } from '../../transport/genesys-http-client.fake';
import { CreationPendingError } from './creation-pending.errors';
import { IntegrationAdmin } from './integration-admin';

const URL_OF_ALL = 'http://api.test/api/v2/conversations/messaging/integrations/open';
const SETTINGS = { name: 'Guests', webhookUrl: 'https://guests.test/x', secret: 'a-secret-of-the-webhook' };
const { signal } = new AbortController();

let http: FakeGenesysHttpClient;
let tokens: FakeTokenEndpoint;
let admin: IntegrationAdmin;

beforeEach(() => {
  jest.useFakeTimers();
  http = new FakeGenesysHttpClient();
  tokens = new FakeTokenEndpoint();
  const environment = Object.assign(new Environment(), {
    GENESYS_API_URL: 'http://api.test',
    GENESYS_CLIENTS: [
      { id: 'first', secret: 'x' },
      { id: 'second', secret: 'y' },
    ],
  });
  admin = new IntegrationAdmin(http, tokens, new GenesysConfig(environment));
});
afterEach(() => {
  jest.useRealTimers();
});

function withStatus(createStatus: string, facts: object = {}): ReturnType<typeof anAnswer> {
  return anAnswer(200, { id: 'new', name: 'Guests', createStatus, ...facts });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return error;
  }
}

describe(IntegrationAdmin.name, () => {
  it('calls the API as the first OAuth client, with one token', async () => {
    http.next(withStatus('Initiated'), withStatus('Completed'));
    await admin.create(SETTINGS, signal);
    await admin.change('a/b', { name: 'Guests' }, signal);

    expect(tokens.requests).toEqual(['first']);
    expect(
      http.requests.map(({ method, url, body }) => [method, url, JSON.parse(body ?? '') as unknown]),
    ).toEqual([
      [
        'POST',
        URL_OF_ALL,
        {
          name: 'Guests',
          outboundNotificationWebhookUrl: SETTINGS.webhookUrl,
          outboundNotificationWebhookSignatureSecretToken: SETTINGS.secret,
        },
      ],
      ['PATCH', `${URL_OF_ALL}/a%2Fb`, { name: 'Guests' }],
    ]);
    expect(http.requests[0]?.headers['authorization']).toBe('Bearer token-1-of-first');
  });

  it('returns neither secrets nor text that may hold one', async () => {
    http.next(
      withStatus('Error', {
        createError: { code: 'bad.request', message: 'a-secret' },
        outboundNotificationWebhookUrl: 'https://user:a-secret@guests.test/path?token=a-secret',
        outboundNotificationWebhookSignatureSecretToken: 'a-secret',
        webhookHeaders: { authorization: 'a-secret' },
        status: 'a-secret\u001b[2J',
        recipient: { id: 'recipient-1' },
      }),
    );

    expect(await admin.get('new', signal)).toEqual({
      id: 'new',
      name: 'Guests',
      status: undefined,
      createStatus: 'Error',
      createError: 'bad.request',
      webhookUrl: 'https://guests.test/path',
      recipientId: 'recipient-1',
    });
  });

  it('lists the integrations of all pages', async () => {
    http.next(
      anAnswer(200, { entities: [{ id: 'a' }], pageCount: 2 }),
      anAnswer(200, { entities: [{ id: 'b' }], pageCount: 2 }),
    );

    expect((await admin.list(signal)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(http.requests.map(({ url }) => url)).toEqual([
      `${URL_OF_ALL}?pageSize=100&pageNumber=1`,
      `${URL_OF_ALL}?pageSize=100&pageNumber=2`,
    ]);
  });

  it('waits for the end of a creation through failures that pass', async () => {
    http.next(
      anAnswer(404),
      anAnswer(503),
      anAnswer(429),
      new UpstreamUnavailableError(),
      withStatus('Initiated'),
      withStatus('Completed'),
    );
    const created = admin.created('new', signal);
    await jest.advanceTimersByTimeAsync(5_000);

    expect((await created).createStatus).toBe('Completed');
    expect(http.requests).toHaveLength(6);
  });

  it('ends the wait with a creation that failed or a refusal', async () => {
    http.next(withStatus('Error'), anAnswer(403));

    expect((await admin.created('new', signal)).createStatus).toBe('Error');
    await expect(admin.created('new', signal)).rejects.toThrow(UpstreamForbiddenError);
  });

  it('ends the wait after two minutes, or at once on an abort', async () => {
    http.next(...Array.from({ length: 200 }, () => withStatus('Initiated')));
    const pending = failureOf(admin.created('new', signal));
    await jest.advanceTimersByTimeAsync(120_000);
    const interrupt = new AbortController();
    const interrupted = failureOf(admin.created('new', interrupt.signal));
    await jest.advanceTimersByTimeAsync(1_500);
    interrupt.abort(new Error('Interrupted.'));

    expect(await pending).toBeInstanceOf(CreationPendingError);
    expect(await interrupted).toBe(interrupt.signal.reason);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('refuses an answer without an id', async () => {
    http.next(anAnswer(200, { name: 'Guests' }));

    await expect(admin.create(SETTINGS, signal)).rejects.toThrow(UpstreamInvalidResponseError);
  });
});
