import { request } from 'node:http';
import { EventInbox } from './event-inbox';
import { SignatureVerifier } from './signature-verifier';
import { bodyOf, secretOf, signedHeaders } from './signing.fake';
import { MAX_BODY_BYTES, WebhookReceiver } from './webhook-receiver';

const [OLD, NEW, OTHER] = ['a', 'b', 'c'].map(secretOf) as [string, string, string];
const CONVERSATION = '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11';
const BODY = bodyOf('event-1', 1);
const HOUR_MS = 3_600_000;

describe(WebhookReceiver.name, () => {
  let inbox: EventInbox;
  let receiver: WebhookReceiver | undefined;
  let url: string;
  let applied: string[];
  let lines: string[];

  beforeEach(() => {
    applied = [];
    lines = [];
    inbox = new EventInbox(':memory:', ({ id }) => applied.push(id));
  });

  afterEach(async () => {
    await receiver?.close();
    inbox.close();
  });

  async function startWith(...secrets: string[]): Promise<void> {
    receiver = new WebhookReceiver(new SignatureVerifier(secrets), inbox, (message, fields) =>
      lines.push(JSON.stringify({ message, ...fields })),
    );
    url = `http://127.0.0.1:${await receiver.listen(0, '127.0.0.1')}/webhooks`;
  }

  async function post(body: string, headers: Record<string, string>, to = url): Promise<number> {
    const { status } = await fetch(to, { method: 'POST', body, headers });
    return status;
  }

  it('stores and applies a signed event before it answers 204', async () => {
    await startWith(OLD);

    expect(await post(BODY, signedHeaders([OLD], 'event-1', BODY))).toBe(204);

    expect(inbox.bodiesOf(CONVERSATION)).toEqual([BODY]);
    expect(applied).toEqual(['event-1']);
  });

  it.each([
    ['another secret', signedHeaders([OTHER], 'event-1', BODY)],
    ['another body', signedHeaders([OLD], 'event-1', `${BODY} `)],
    ['another id', { ...signedHeaders([OLD], 'event-1', BODY), 'webhook-id': 'event-2' }],
    ['no signature', { 'webhook-id': 'event-1', 'webhook-timestamp': '1800000000' }],
    [
      'a signature of another version',
      { ...signedHeaders([OLD], 'event-1', BODY), 'webhook-signature': 'v2' },
    ],
    ['a timestamp in the past', signedHeaders([OLD], 'event-1', BODY, Date.now() - HOUR_MS)],
    ['a timestamp in the future', signedHeaders([OLD], 'event-1', BODY, Date.now() + HOUR_MS)],
  ])('refuses a request with %s with 401 and stores nothing', async (_what, headers) => {
    await startWith(OLD);

    expect(await post(BODY, headers)).toBe(401);

    expect(inbox.bodiesOf(CONVERSATION)).toEqual([]);
  });

  it('accepts either secret of a rotation, and a request that both have signed', async () => {
    await startWith(OLD, NEW);
    const attempts = [[OLD], [OLD, NEW], [NEW]];
    const answers: number[] = [];
    for (const [index, secrets] of attempts.entries()) {
      const id = `event-${index + 1}`;
      const body = bodyOf(id, index + 1);
      answers.push(await post(body, signedHeaders(secrets, id, body)));
    }

    expect(answers).toEqual([204, 204, 204]);
    expect(applied).toEqual(['event-1', 'event-2', 'event-3']);
  });

  it('accepts a request of the overlap with one of the two secrets alone', async () => {
    await startWith(NEW);

    expect(await post(BODY, signedHeaders([OLD, NEW], 'event-1', BODY))).toBe(204);
  });

  it('answers 204 to a repeated event, and applies it once', async () => {
    await startWith(OLD);
    const later = Date.now() + 5_000;

    expect(await post(BODY, signedHeaders([OLD], 'event-1', BODY))).toBe(204);
    expect(await post(BODY, signedHeaders([OLD], 'event-1', BODY, later))).toBe(204);

    expect(inbox.bodiesOf(CONVERSATION)).toEqual([BODY]);
    expect(applied).toEqual(['event-1']);
  });

  it('answers 204 to a test of the webhook', async () => {
    await startWith(OLD);
    const data = { webhookId: '5f0c7a52-6b0e-4d0f-8c11-b8f0ac9b1f5e' };
    const body = JSON.stringify({
      id: 'test-1',
      type: 'webhook.test',
      timestamp: '2027-01-15T08:00:00Z',
      data,
    });

    expect(await post(body, signedHeaders([OLD], 'test-1', body))).toBe(204);
  });

  it('answers 503 when the event cannot be stored', async () => {
    await startWith(OLD);
    inbox.close();

    expect(await post(BODY, signedHeaders([OLD], 'event-1', BODY))).toBe(503);

    expect(lines).toEqual([expect.stringContaining('Event not stored')]);
  });

  it('answers 413 to a body beyond the limit, with and without its length', async () => {
    await startWith(OLD);
    const body = ' '.repeat(MAX_BODY_BYTES + 1);
    const headers = signedHeaders([OLD], 'event-1', body);

    expect(await post(body, headers)).toBe(413);
    expect(await postInChunks(url, headers, body)).toBe(413);
  });

  it('accepts a body at the limit', async () => {
    await startWith(OLD);
    const body = BODY.padEnd(MAX_BODY_BYTES);

    expect(await post(body, signedHeaders([OLD], 'event-1', body))).toBe(204);
  });

  it.each([
    'no JSON',
    '[]',
    'null',
    '{"sequence":1}',
    bodyOf('event-1', 0),
    bodyOf('event-1', 1, { conversationId: undefined }),
  ])('answers 400 to the signed body %s', async (body) => {
    await startWith(OLD);

    expect(await post(body, signedHeaders([OLD], 'event-1', body))).toBe(400);
  });

  it('answers 404 to everything but a POST to its path', async () => {
    await startWith(OLD);
    const headers = signedHeaders([OLD], 'event-1', BODY);

    expect(await post(BODY, headers, `${url}/other`)).toBe(404);
    const { status } = await fetch(url);
    expect(status).toBe(404);
  });

  it('logs neither bodies nor signatures', async () => {
    await startWith(OLD);
    const body = bodyOf('event-1', 1, { data: { text: 'canary' } });

    await post(body, signedHeaders([OLD], 'event-1', body));
    await post(body, signedHeaders([OTHER], 'event-1', body));

    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/canary|v1,/);
  });
});

/** Sends a body without `content-length`. */
function postInChunks(url: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sending.once('error', reject);
    sending.write(body.slice(0, body.length / 2));
    sending.end(body.slice(body.length / 2));
  });
}
