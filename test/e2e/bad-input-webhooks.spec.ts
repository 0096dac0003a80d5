import { World } from '../../src/world';
import { type RawAnswer, send } from '../support/raw-http';
import { expectProblem, opening } from '../support/refusals';

const RECEIVER = 'https://receiver.example/hooks';
const CONTROLS = '\u0001\t\n\r\u001b\u007f\u0085';

let world: World;
let webhookId: string;
let before: unknown;

beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
  const answer = await create({ url: RECEIVER });
  ({ id: webhookId } = JSON.parse(answer.body) as { id: string });
  before = await state();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});
afterEach(async () => {
  expect(await state()).toEqual(before);
});

async function state(): Promise<unknown> {
  return JSON.parse((await send(world.url, { path: '/v1/webhooks' })).body);
}

function create(body: unknown): Promise<RawAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return send(world.url, { ...opening(text), path: '/v1/webhooks' });
}

function change(below: string, body: unknown, method = 'POST'): Promise<RawAnswer> {
  const request = { ...opening(JSON.stringify(body)), method };
  return send(world.url, { ...request, path: `/v1/webhooks/${webhookId}${below}` });
}

function errorsIn(answer: RawAnswer): string[] {
  const { errors = [] } = expectProblem(answer, 400, 'validation-failed');
  expect(errors.every(({ detail }) => detail.length > 0)).toBe(true);
  return errors.map(({ pointer, code }) => `${pointer} ${code}`);
}

/** Sends settings that must be refused, in a registration and in a change, and returns the errors of both. */
async function refusalsOf(settings: object): Promise<string[]> {
  const created = errorsIn(await create({ url: RECEIVER, ...settings }));
  expect(errorsIn(await change('', settings, 'PATCH'))).toEqual(created);
  return created;
}

/** Registers a webhook that must be accepted, and deletes it. */
async function accepted(settings: object): Promise<Record<string, unknown>> {
  const answer = await create({ url: RECEIVER, ...settings });
  expect([answer.status, answer.body]).toEqual([201, expect.any(String)]);
  const webhook = JSON.parse(answer.body) as Record<string, unknown>;
  await send(world.url, { method: 'DELETE', path: `/v1/webhooks/${String(webhook['id'])}` });
  return webhook;
}

describe('the URL of a webhook', () => {
  it('is required', async () => {
    expect(errorsIn(await create({}))).toEqual(['#/url required']);
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'type'],
    ['a number', 7, 'type'],
    ['a list', [RECEIVER], 'type'],
    ['an object', { href: RECEIVER }, 'type'],
    ['of 2,049 characters', `${RECEIVER}?${'a'.repeat(2_048 - RECEIVER.length)}`, 'too-long'],
  ])('is refused when it is %s', async (_, url, code) => {
    expect(await refusalsOf({ url })).toEqual([`#/url ${code}`]);
  });

  it.each([
    '',
    ' ',
    'receiver.example',
    '//receiver.example/',
    '/hooks',
    'https:receiver.example',
    'https:///receiver.example',
    'https://',
    'https://?a=b',
    'http://receiver.example/',
    'HTTP://receiver.example/',
    'ftp://receiver.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/plain,a',
    'wss://receiver.example/',
    'https://receiver.example:99999/',
    'https://receiver.example:port/',
    'https://[::1/',
    'https://a b.example/',
    'https://rece%69ver.example/',
    'https://user@receiver.example/',
    'https://user:canary-secret@receiver.example/',
    'https://:canary-secret@receiver.example/',
    'https://receiver.example@127.0.0.1/',
    'https://receiver.example\\@127.0.0.1/',
    'https://127.0.0.1\\@receiver.example/',
    'https://receiver.example/#fragment',
    'https://receiver.example/?a=b#',
    'https://receiver.example/ ',
    ' https://receiver.example/',
    'https://receiver.example/a b',
    'https://receiver.example/\u202egpj',
    'https://receiver.example/\u2028',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.0.0.1/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://127.0.1/',
    'https://127.0.0.1./',
    'https://127.0.0.256/',
    'https://１２７.0.0.1/',
    'https://①②⑦.0.0.1/',
  ])('is refused when it is no plain URL of a receiver: %j', async (url) => {
    expect(await refusalsOf({ url })).toEqual(['#/url invalid-url']);
    expect((await create({ url })).body).not.toContain('canary');
  });

  it.each([...CONTROLS])('is refused with the control character %j', async (control) => {
    for (const url of [
      `https://receiver${control}.example/`,
      `${RECEIVER}${control}`,
      `${RECEIVER}/${control}a`,
    ])
      expect(await refusalsOf({ url })).toEqual(['#/url invalid-url']);
  });

  it.each([
    'https://localhost/',
    'https://LOCALHOST/',
    'https://localhost./',
    'https://hooks.localhost/',
    'https://localhost:8443/hooks',
    'https://127.0.0.1/',
    'https://127.255.255.254/',
    'https://0.0.0.0/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://192.0.0.1/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[64:ff9b:1::808:808]/',
    'https://[2002:7f00:1::]/',
    'https://[fc00::1]/',
    'https://[fd12:3456:789a::1]/',
    'https://[fe80::1]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
  ])('is refused when it leads nowhere public: %s', async (url) => {
    for (const answer of [await create({ url }), await change('', { url }, 'PATCH')]) {
      const { detail } = expectProblem(answer, 422, 'webhook-url-refused');
      expect(detail).toBe('The URL must lead to a globally routable address.');
    }
  });

  it.each([
    'https://receiver.example',
    'HTTPS://Receiver.Example:8443/Hooks?team=a&team=b',
    'https://bücher.example/',
    'https://receiver.example/%00%0a',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    `${RECEIVER}?${'a'.repeat(2_047 - RECEIVER.length)}`,
  ])('may be %s', async (url) => {
    expect(await accepted({ url })).toMatchObject({ url, status: 'unverified' });
  });
});

describe('the description of a webhook', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'type'],
    ['a number', 7, 'type'],
    ['a list', ['Orders'], 'type'],
    ['with a line break', 'Orders\nof the shop', 'format'],
    ['with a terminal escape', 'Orders\u001b[31m', 'format'],
    ['with a right-to-left override', 'Orders\u202egpj.exe', 'format'],
    ['of 257 characters', 'a'.repeat(257), 'too-long'],
  ])('is refused when it is %s', async (_, description, code) => {
    expect(await refusalsOf({ description })).toEqual([`#/description ${code}`]);
  });

  it.each([
    ['NUL', '\\u0000'],
    ['a high surrogate without its other half', '\\ud83d'],
    ['a low surrogate without its other half', '\\ude00'],
  ])('is refused with %s', async (_, escape) => {
    for (const part of [`"description":"a${escape}"`, `"types":["${escape}"]`, `"a${escape}":1`])
      expectProblem(await create(`{"url":"${RECEIVER}",${part}}`), 400, 'malformed-json');
    expectProblem(await create(`{"url":"${RECEIVER}${escape}"}`), 400, 'malformed-json');
  });

  it.each(['', 'a'.repeat(256), "'); DROP TABLE webhook; --", '<script>alert(1)</script>', '💥'])(
    'may be %j',
    async (description) => {
      expect(await accepted({ description })).toMatchObject({ description });
    },
  );
});

describe('the types of a webhook', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'type'],
    ['a text', 'session.*', 'type'],
    ['an object', { 0: 'session.*', length: 1 }, 'type'],
    ['empty', [], 'required'],
    ['unknown', ['session.opened'], 'out-of-range'],
    ['of an unknown family', ['guest.*'], 'out-of-range'],
    ['of all families', ['*'], 'out-of-range'],
    ['in another case', ['Session.*'], 'out-of-range'],
    ['not to be subscribed to', ['webhook.test'], 'out-of-range'],
    ['partly unknown', ['session.*', 'session.*x'], 'out-of-range'],
    ['the name of a default property', ['constructor'], 'out-of-range'],
    ['numbers', [1], 'out-of-range'],
    ['lists', [['session.*']], 'out-of-range'],
    ['nothing', [null], 'out-of-range'],
    ['named twice', ['session.*', 'session.*'], 'duplicate'],
    ['more than there are', Array.from({ length: 100 }, (_, at) => `type-${at}`), 'too-long'],
  ])('are refused when they are %s', async (_, types, code) => {
    expect(await refusalsOf({ types })).toEqual([`#/types ${code}`]);
  });

  it('may be a family and a type of it', async () => {
    const types = ['session.*', 'session.connected', 'message.received'];

    expect(await accepted({ types })).toMatchObject({ types });
  });
});

describe('the sessions of a webhook', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a list', ['own']],
    ['another word', 'mine'],
    ['in another case', 'Own'],
    ['empty', ''],
    ['true', true],
  ])('are refused when they are %s', async (_, sessions) => {
    expect(await refusalsOf({ sessions })).toEqual(['#/sessions out-of-range']);
  });
});

describe('a request for a webhook', () => {
  it.each(['id', 'owner', 'status', 'secret', 'secrets', 'Url', '__proto__', 'constructor', ''])(
    'is refused with the field %j',
    async (field) => {
      const text = `{"url":"${RECEIVER}","${field}":"x"}`;

      expect(errorsIn(await create(text))).toEqual([`#/${field} unknown-field`]);
    },
  );

  it.each([-1, 604_801, 0.5, 1e20, '60', null, true, [60], {}])(
    'is refused with an overlap of %j seconds',
    async (overlapSeconds) => {
      const [error, ...others] = errorsIn(await change('/rotate-secret', { overlapSeconds }));

      expect([error, others]).toEqual([expect.stringMatching(/^#\/overlapSeconds (type|out-of-range)$/), []]);
    },
  );

  it.each<[object, string]>([
    [{}, '#'],
    [{ from: '2027-01-01T00:00:00Z' }, '#'],
    [{ to: '2027-01-01T00:00:00Z' }, '#'],
    [{ from: '2027-01-02T00:00:00Z', to: '2027-01-01T00:00:00Z' }, '#'],
    [{ conversationId: 'x' }, '#/conversationId'],
    [{ conversationId: null }, '#/conversationId'],
    [{ conversationId: ['00000000-0000-4000-8000-000000000000'] }, '#/conversationId'],
    [{ from: 'yesterday', to: '2027-01-01T00:00:00Z' }, '#/from'],
    [{ from: 0, to: 1 }, '#/from'],
    [{ from: '2027-01-01', to: '2027-01-02' }, '#/from'],
    [{ webhookId: '00000000-0000-4000-8000-000000000000' }, '#/webhookId'],
  ])('is refused as a replay of %j', async (bounds, pointer) => {
    expect(errorsIn(await change('/replay', bounds))[0]).toMatch(new RegExp(`^${pointer}/?\\w* [a-z-]+$`));
  });

  it.each([
    ['limit=0', '#/limit out-of-range'],
    ['limit=201', '#/limit out-of-range'],
    ['limit=a', '#/limit type'],
    ['limit=1&limit=2', '#/limit type'],
    ['cursor=forged', '#/cursor invalid-cursor'],
    ['cursor=%00', '#/cursor invalid-cursor'],
    [`cursor=${'a'.repeat(513)}`, '#/cursor too-long'],
    ['owner=billing', '#/owner unknown-field'],
    ['__proto__=1', '#/__proto__ unknown-field'],
  ])('is refused as a list with ?%s', async (query, expected) => {
    for (const path of ['/v1/webhooks', `/v1/webhooks/${webhookId}/deliveries`])
      expect(errorsIn(await send(world.url, { path: `${path}?${query}` }))).toEqual([expected]);
  });

  it.each([
    ['status=gone', '#/status out-of-range'],
    ['status=', '#/status out-of-range'],
    ['status=DEAD', '#/status out-of-range'],
    ['status=dead&status=pending', '#/status out-of-range'],
    ['status=dead%00', '#/status out-of-range'],
    ['status=constructor', '#/status out-of-range'],
    ['conversationId=', '#/conversationId format'],
    ['conversationId=x', '#/conversationId format'],
    ['conversationId=%00', '#/conversationId format'],
    ['type=session.connected', '#/type unknown-field'],
  ])('is refused as a list of deliveries with ?%s', async (query, expected) => {
    const answer = await send(world.url, { path: `/v1/webhooks/${webhookId}/deliveries?${query}` });

    expect(errorsIn(answer)).toEqual([expected]);
  });
});

describe('the webhook URL of a session', () => {
  const open = (webhookUrl: unknown): Promise<RawAnswer> =>
    send(world.url, opening(JSON.stringify({ queueId: 'q-1', webhookUrl })));

  it.each<[unknown, string]>([
    [null, 'type'],
    [7, 'type'],
    ['', 'invalid-url'],
    ['http://receiver.example/', 'invalid-url'],
    ['https://user@receiver.example/', 'invalid-url'],
    ['https://receiver.example/#a', 'invalid-url'],
    ['https://receiver.example/\n', 'invalid-url'],
    ['https://0x7f.1/', 'invalid-url'],
    [`${RECEIVER}?${'a'.repeat(2_048)}`, 'too-long'],
  ])('is refused when it is %j', async (webhookUrl, code) => {
    expect(errorsIn(await open(webhookUrl))).toEqual([`#/webhookUrl ${code}`]);
  });

  it.each([RECEIVER, 'https://127.0.0.1/', 'https://localhost/', 'https://elsewhere.example/'])(
    'is refused without a verified webhook of its origin: %s',
    async (webhookUrl) => {
      expectProblem(await open(webhookUrl), 422, 'webhook-url-refused');
    },
  );
});
