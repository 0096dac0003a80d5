import * as auditCursor from '../../src/audit/audit-cursor';
import * as messagesCursor from '../../src/messages/messages-cursor';
import * as sessionCursor from '../../src/session/session-cursor';
import * as deliveriesCursor from '../../src/sync/deliveries-cursor';
import * as webhookDeliveriesCursor from '../../src/webhooks/webhook-deliveries-cursor';
import * as webhooksCursor from '../../src/webhooks/webhooks-cursor';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { send } from '../support/raw-http';
import { footprint } from '../support/refusals';
import { until } from '../support/until';

/** Forged values of a number in a cursor, wrong types included; JSON has no others. */
const NUMBERS: readonly unknown[] = [
  -1,
  0.5,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 63,
  1e300,
  -(2 ** 63),
  null,
  '1',
  'NaN',
  true,
  [1],
  { valueOf: 1 },
];
const TEXTS: readonly unknown[] = [
  '',
  '\u0000',
  'a\u0000',
  '\uD800',
  "' or 1=1--",
  '💥'.repeat(40),
  'a'.repeat(300),
  7,
  null,
  ['a'],
];
const ID = '00000000-0000-4000-8000-000000000001';

/** Invalid times; times before 1970 are valid. */
const MOMENTS = NUMBERS.filter((value) => value !== -1 && value !== 2 ** 31 && value !== 2 ** 32);

/** Replaces a part of the position in a cursor, counted from its end. */
function forged(cursor: string, fromEnd: number, value: unknown): string {
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
  parts[parts.length - fromEnd] = value;
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

describe.each(['sqlite', 'postgres'])('forged positions and ids, on %s', (kind) => {
  let world: World;
  let api: ApiClient;
  let database: TestDatabase | undefined;
  let conversationId: string;
  let webhookId: string;

  beforeAll(async () => {
    database = kind === 'postgres' ? await createDatabase() : undefined;
    const storage = database === undefined ? {} : { DATABASE_URL: database.url };
    world = await World.start({ environment: { LOG_LEVEL: 'error', ...storage } });
    api = new ApiClient(world.url);
    conversationId = await api.opened();
    const { body } = await api.request('POST', '/v1/webhooks', { url: 'https://receiver.example/hooks' });
    webhookId = String(body['id']);
    await until(async () => (await auditTrailOf(world)).length === 3);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await database?.drop();
  });

  /** The lists, each with a valid cursor and the forged values of each part of its position. */
  function lists(): { path: string; good: string; parts: readonly (readonly unknown[])[] }[] {
    return [
      {
        path: '/v1/audit',
        good: auditCursor.encodeCursor({ at: Date.now(), chain: 3, seq: 1 }, {}),
        parts: [MOMENTS, NUMBERS, [...MOMENTS, -1, 0]],
      },
      {
        path: '/v1/sessions',
        good: sessionCursor.encodeCursor({ createdAt: Date.now(), conversationId: ID }, {}),
        parts: [MOMENTS, TEXTS],
      },
      {
        path: '/v1/deliveries',
        good: deliveriesCursor.encodeCursor({ queuedAt: Date.now(), sink: 'crm', eventId: ID }, {}),
        parts: [MOMENTS, TEXTS],
      },
      {
        path: '/v1/webhooks',
        good: webhooksCursor.encodeCursor({ createdAt: Date.now(), id: ID }, {}),
        parts: [MOMENTS, TEXTS],
      },
      {
        path: `/v1/webhooks/${webhookId}/deliveries`,
        good: webhookDeliveriesCursor.encodeCursor({ queuedAt: Date.now(), eventId: ID }, { webhookId }),
        parts: [MOMENTS, TEXTS],
      },
      {
        path: `/v1/sessions/${conversationId}/messages`,
        good: messagesCursor.encodeCursor({ sentAt: '2027-01-15T08:00:00.000Z', id: 'a' }, conversationId),
        // Any text that can be stored could be the id of a message of the platform.
        parts: [
          [...NUMBERS, ...TEXTS],
          ['\u0000', 'a\u0000', '\uD800', 'a'.repeat(300), 7, null, ['a']],
        ],
      },
    ];
  }

  it('are refused in the cursor of every list, and change nothing', async () => {
    const before = [await footprint(world), await auditTrailOf(world)];
    const wrong: string[] = [];
    for (const { path, good, parts } of lists()) {
      expect([path, (await api.request('GET', `${path}?cursor=${good}`)).status]).toEqual([path, 200]);
      const others = lists().filter((other) => other.path !== path);
      const cursors = [
        ...parts.flatMap((values, index) => values.map((value) => forged(good, parts.length - index, value))),
        ...others.map((other) => other.good),
      ];
      for (const cursor of cursors) {
        const { status, body } = await api.request('GET', `${path}?cursor=${cursor}`);
        const [error] = (body['errors'] ?? []) as { code: string }[];
        const isRefused = status === 400 && ['invalid-cursor', 'too-long'].includes(error?.code ?? '');
        if (!isRefused) wrong.push(`${path} ${status} ${Buffer.from(cursor, 'base64url').toString()}`);
      }
    }

    expect(wrong).toEqual([]);
    expect([await footprint(world), await auditTrailOf(world)]).toEqual(before);
  });

  it.each([
    'from=0000-01-01T00:00:00Z',
    'to=9999-12-31T23:59:59.999999999-23:59',
    'from=9999-12-31T23:59:59Z&to=0000-01-01T00:00:00Z',
  ])('are accepted at the limits of time: %s', async (query) => {
    expect((await api.request('GET', `/v1/audit?${query}`)).status).toBe(200);
  });

  it.each([
    'from=275760-09-13T00:00:00Z',
    'from=1e309',
    'to=-1',
    'from=NaN',
    'to=2027-13-01T00:00:00Z',
    'actor=%00',
    'target=a%00',
    'conversationId=%00',
    `target=${'a'.repeat(257)}`,
    'limit=2147483648',
    'limit=9007199254740993',
    'limit=1e309',
    'limit=NaN',
    'limit=-1',
  ])('are refused in a query: %s', async (query) => {
    expect((await send(world.url, { path: `/v1/audit?${query}` })).status).toBe(400);
  });

  it.each([
    ['half of a surrogate pair', '%ed%a0%80'],
    ['NUL', '%00'],
    ['a text that ends in NUL', 'a%00'],
    ['a negative number', '-1'],
    ['2^31', '2147483648'],
    ['more than 2^53', '9007199254740993'],
    ['more than any number', '1e309'],
    ['no number', 'NaN'],
    ['an emoji', '%F0%9F%92%A5'],
    ['4,000 characters', 'a'.repeat(4_000)],
  ])('are not found in a path: %s', async (_, value) => {
    const paths: [method: string, path: string, body?: string][] = [
      ['GET', `/v1/sessions/${value}`],
      ['DELETE', `/v1/sessions/${value}`],
      ['GET', `/v1/sessions/${value}/messages`],
      ['POST', `/v1/sessions/${value}/typing`],
      ['DELETE', `/v1/sessions/${value}/authentication`],
      ['GET', `/v1/sessions/${value}/events`],
      ['GET', `/v1/deliveries/${value}`],
      ['GET', `/v1/deliveries/crm.${value}`],
      ['GET', `/v1/deliveries/${value}.${ID}`],
      ['POST', `/v1/deliveries/crm.${value}/retry`],
      ['GET', `/v1/sinks/${value}`],
      ['POST', `/v1/sinks/${value}/pause`],
      ['POST', `/v1/sinks/${value}/resume`],
      ['POST', `/v1/sinks/${value}/test`],
      ['POST', `/v1/guests/${value}/erase`],
      ['GET', `/v1/webhooks/${value}`],
      ['PATCH', `/v1/webhooks/${value}`, '{}'],
      ['DELETE', `/v1/webhooks/${value}`],
      ['POST', `/v1/webhooks/${value}/test`],
      ['POST', `/v1/webhooks/${value}/rotate-secret`, '{}'],
      ['POST', `/v1/webhooks/${value}/pause`],
      ['POST', `/v1/webhooks/${value}/resume`],
      ['POST', `/v1/webhooks/${value}/replay`, `{"conversationId":"${ID}"}`],
      ['GET', `/v1/webhooks/${value}/deliveries`],
      ['GET', `/v1/webhooks/${value}/deliveries/${ID}`],
      ['GET', `/v1/webhooks/${webhookId}/deliveries/${value}`],
      ['POST', `/v1/webhooks/${webhookId}/deliveries/${value}/retry`],
      ['GET', `/problems/${value}`],
    ];
    const statuses = await Promise.all(
      paths.map(async ([method, path, body]) => {
        const headers = body === undefined ? {} : { 'content-type': 'application/json' };
        return `${(await send(world.url, { method, path, headers, body })).status} ${path}`;
      }),
    );

    expect(statuses.filter((status) => !/^(404|414)/.test(status))).toEqual([]);
  });

  it.each(['-1', '2147483648', '999999999999999', '9007199254740993', '1e309', 'NaN', 'a'])(
    'start an event stream at the present: %s',
    async (lastEventId) => {
      const headers = { 'last-event-id': lastEventId };
      const { status, body } = await send(world.url, { path: '/v1/events', headers });

      expect([status, body]).toEqual([200, expect.stringContaining('event: reset')]);
    },
  );
});
