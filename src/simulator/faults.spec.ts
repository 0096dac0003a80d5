import { once } from 'node:events';
import { Agent, ClientRequest, IncomingMessage, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { CrmSimulator } from './crm-simulator';
import { Fault } from './fault';

const EVENT = JSON.stringify({ conversationId: 'c-1', state: 'connected' });

let crm: CrmSimulator;
const agent = new Agent({ keepAlive: false });

beforeEach(async () => {
  crm = await CrmSimulator.start();
});
afterEach(() => crm.close());

interface Seen {
  readonly status?: number | undefined;
  readonly headers?: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly chunks: number;
  /** Returns the client's error when the answer breaks off. */
  readonly error?: string | undefined;
}

function send(): ClientRequest {
  const headers = { 'content-type': 'application/json' };
  // Node reports a reset after the headers on the request and on the response; this test reads the latter.
  return request(crm.url, { method: 'POST', agent, headers })
    .on('error', () => undefined)
    .end(EVENT);
}

async function post(): Promise<Seen> {
  const chunks: Buffer[] = [];
  let response: IncomingMessage | undefined;
  const answered = (error?: string): Seen => ({
    status: response?.statusCode,
    ...(response && { headers: response.headers }),
    body: Buffer.concat(chunks),
    chunks: chunks.length,
    error,
  });
  try {
    [response] = (await once(send(), 'response')) as [IncomingMessage];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return answered();
  } catch (error) {
    return answered((error as NodeJS.ErrnoException).code);
  }
}

function whatIsSeen(fault: Fault): Promise<Seen> {
  crm.faults.add({ fault, times: 1 });
  return post();
}

/** Resolves when the simulator has read the request; each iteration is a full round trip through its port. */
async function arrived(): Promise<void> {
  while (crm.requests.total === 0) await fetch(`${crm.origin}/_sim/state`);
}

describe('a fault that answers', () => {
  it.each<[Fault, number, string, RegExp]>([
    [{ kind: 'status', status: 503 }, 503, 'application/json', /^\{"error":"error 503"\}$/],
    [{ kind: 'status', status: 418, body: 'teapot' }, 418, 'text/plain', /^teapot$/],
    [{ kind: 'status', status: 400, body: { a: 1 } }, 400, 'application/json', /^\{"a":1\}$/],
    [{ kind: 'garbage' }, 200, 'text/html; charset=utf-8', /^<!doctype html>/],
    [{ kind: 'wrong-types' }, 200, 'application/json', /"id":42/],
    [{ kind: 'truncated-json' }, 200, 'application/json', /^\{"note":"[^"]+$/],
    [{ kind: 'delay', ms: 5 }, 200, 'application/json', /^\{"ok":true\}$/],
    [{ kind: 'trickle', bytesPerSecond: 10_000 }, 200, 'application/json', /^\{"note":.*"\}$/],
  ])('%j', async (fault, status, type, body) => {
    const seen = await whatIsSeen(fault);

    expect(seen.error).toBeUndefined();
    expect(seen.status).toBe(status);
    expect(seen.headers?.['content-type']).toBe(type);
    expect(seen.body.toString()).toMatch(body);
    expect(crm.requests.find()).toMatchObject([{ status }]);
    expect((await post()).body.toString()).toBe('{"ok":true}');
  });

  it('empty sends a 200 without a body', async () => {
    expect(await whatIsSeen({ kind: 'empty' })).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  });

  it('redirect sends the location of another address', async () => {
    const seen = await whatIsSeen({ kind: 'redirect', location: 'http://elsewhere.test/', status: 307 });

    expect(seen).toMatchObject({ status: 307, headers: { location: 'http://elsewhere.test/' } });
  });

  it.each([7, 'Wed, 21 Oct 2026 07:28:00 GMT', 'soon'])(
    'status sends Retry-After %j verbatim',
    async (retryAfter) => {
      const seen = await whatIsSeen({
        kind: 'status',
        status: 429,
        retryAfter,
        headers: { 'X-Extra': 'yes' },
      });

      expect(seen).toMatchObject({
        status: 429,
        headers: { 'retry-after': String(retryAfter), 'x-extra': 'yes' },
      });
    },
  );

  it('trickle sends the answer in small pieces', async () => {
    const seen = await whatIsSeen({ kind: 'trickle', bytesPerSecond: 200, effect: 'after' });

    expect(seen.body.toString()).toBe('{"ok":true}');
    expect(seen.chunks).toBeGreaterThan(1);
  });

  it('huge sends exactly the given number of bytes of JSON', async () => {
    const seen = await whatIsSeen({ kind: 'huge', bytes: 300_001 });

    expect(seen.body).toHaveLength(300_001);
    expect(JSON.parse(seen.body.toString())).toHaveLength(299_999);
  });

  it('gzip-bomb sends a small body that decompresses to a large one', async () => {
    const seen = await whatIsSeen({ kind: 'gzip-bomb', bytes: 1_000_000 });

    expect(seen.headers?.['content-encoding']).toBe('gzip');
    expect(seen.body.length).toBeLessThan(10_000);
    expect(gunzipSync(seen.body)).toHaveLength(1_000_000);
  });
});

describe('a fault that breaks the connection', () => {
  it('reset breaks it before the answer', async () => {
    expect(await whatIsSeen({ kind: 'reset' })).toMatchObject({ status: undefined, error: 'ECONNRESET' });
    expect(crm.requests.find()).toMatchObject([{ status: null }]);
  });

  it('reset-mid-body breaks it in the middle of the answer', async () => {
    const seen = await whatIsSeen({ kind: 'reset-mid-body' });

    expect(seen).toMatchObject({ status: 200, error: 'ECONNRESET' });
    expect(seen.body.length).toBeGreaterThan(0);
    expect(seen.body.length).toBeLessThan(Number(seen.headers?.['content-length']));
  });
});

describe('a fault that hangs', () => {
  it.each<[Fault, unknown]>([
    [{ kind: 'black-hole' }, null],
    [{ kind: 'hang-before-headers' }, JSON.parse(EVENT)],
    [{ kind: 'delay', ms: 3_600_000 }, JSON.parse(EVENT)],
  ])('%j leaves the request without an answer', async (fault, body) => {
    crm.faults.add({ fault });
    const outcome = post();
    await arrived();

    expect(crm.requests.find()).toMatchObject([{ status: null, body }]);
    await crm.close();
    expect(await outcome).toMatchObject({ status: undefined, error: 'ECONNRESET' });
  });

  it.each<[Fault, string]>([
    [{ kind: 'hang-after-headers' }, ''],
    [{ kind: 'trickle' }, '{'],
  ])('%j sends headers and only a part of the body', async (fault, start) => {
    crm.faults.add({ fault });
    const [response] = (await once(send(), 'response')) as [IncomingMessage];
    let text = '';
    const broken = new Promise((resolve) => {
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', resolve);
    });
    while (text !== start) await fetch(`${crm.origin}/_sim/state`);
    await crm.close();

    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
    expect(response).toMatchObject({ statusCode: 200, complete: false });
    expect(text).toBe(start);
  });

  it.each<Fault>([
    { kind: 'huge', bytes: 10 ** 12 },
    { kind: 'gzip-bomb', bytes: 10 ** 12 },
  ])('%j ends when the client disconnects', async (fault) => {
    crm.faults.add({ fault, times: 1 });
    const [response] = (await once(send(), 'response')) as [IncomingMessage];
    await once(response, 'data');
    response.destroy();

    expect((await post()).status).toBe(200);
  });
});

describe('the effect of a spoiled request', () => {
  it.each<Fault>([
    { kind: 'status', status: 500, effect: 'after' },
    { kind: 'reset', effect: 'after' },
    { kind: 'garbage', effect: 'after' },
    { kind: 'reset-mid-body', effect: 'after' },
    { kind: 'truncated-json', effect: 'after' },
  ])('happens once with %j', async (fault) => {
    await whatIsSeen(fault);

    expect(crm.eventsOf('c-1')).toHaveLength(1);
  });

  it.each<Fault>([
    { kind: 'status', status: 500 },
    { kind: 'reset' },
    { kind: 'garbage' },
    { kind: 'reset-mid-body' },
  ])('does not happen with %j', async (fault) => {
    await whatIsSeen(fault);

    expect(crm.received).toEqual([]);
  });
});
