import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageUnavailableError } from '../../../src/common/errors/storage-unavailable.errors';
import { OPEN_INTEGRATION } from '../../../src/open-messaging-environment';
import { MessageIntake } from '../../../src/session/ports/message-intake';
import type { ReceiptStatus } from '../../../src/simulator/open-messaging/open-messaging-options';
import { EventClient } from '../../support/event-client';
import { followLoopTime } from '../../support/loop-time';
import { expectRow, OpenWorld, OpenWorlds } from '../../support/open-messaging-matrix';
import { createDatabase } from '../../support/postgres';
import { until } from '../../support/until';
import { status } from '../../support/upstream-matrix';

const worlds = new OpenWorlds();

followLoopTime(3);

const NEXT_SECRET = 'the-next-secret-of-the-webhook';
const STATUSES: ReceiptStatus[] = ['Sent', 'Delivered', 'Failed', 'Published', 'Removed'];

/** Bodies of which the service can use nothing: they are taken, so that they are not sent again. */
const USELESS: [what: string, body: string, outcome: string][] = [
  ['an empty body', '', 'malformed'],
  ['no JSON', 'no JSON', 'malformed'],
  ['truncated JSON', '{"id":"m","channel":', 'malformed'],
  ['a list', '[]', 'malformed'],
  ['null', 'null', 'malformed'],
  ['a text', '"hello"', 'malformed'],
  ['deep JSON', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'malformed'],
  ['an empty object', '{}', 'unknown-type'],
  ['a channel that is a list', '{"type":"Text","text":"x","channel":[]}', 'unknown-guest'],
  ['a guest that is a number', '{"type":"Text","text":"x","channel":{"to":{"id":7}}}', 'unknown-guest'],
  ['an unknown guest', '{"type":"Text","text":"x","channel":{"to":{"id":"unknown-guest"}}}', 'unknown-guest'],
  ['a guest with NUL', '{"type":"Text","text":"x","channel":{"to":{"id":"a\\u0000b"}}}', 'unknown-guest'],
  [
    'typing of an unknown guest',
    '{"type":"Event","events":[{"eventType":"Typing"}],"channel":{"to":{"id":"unknown-guest"}}}',
    'unknown-guest',
  ],
  [
    'an unknown event',
    '{"type":"Event","events":[{"eventType":"Wave"}],"channel":{"to":{"id":"g"}}}',
    'unknown-type',
  ],
];

/** Messages that are stored, with the text that the API lists. */
const STORED: [what: string, fields: Readonly<Record<string, unknown>>, text: unknown][] = [
  ['200 kB of text', { text: 'x'.repeat(200_000) }, 'x'.repeat(200_000)],
  ['thousands of contents', { text: 'many', content: contents(3_000) }, 'many'],
  ['contents of other types', { text: 'odd', content: [null, 7, 'a', [], {}] }, 'odd'],
  ['deep contents', { text: 'deep', content: [{ contentType: 'X', a: nested(60) }] }, 'deep'],
  ['no time', { text: 'timeless', time: 'never' }, 'timeless'],
  ['unknown fields', { text: 'more', mood: { is: 'sunny' }, conversationId: 7 }, 'more'],
  ['an unknown type', { text: 'typed', type: 'Poem' }, 'typed'],
  ['characters outside the basic plane', { text: '\u{1f600} \u202e' }, '\u{1f600} \u202e'],
  ['an id that is a number', { id: 7, text: 'numbered' }, 'numbered'],
];

/** Texts that no PostgreSQL column can hold. */
const UNSTORABLE: [what: string, text: string][] = [
  ['NUL', 'a\u0000b'],
  ['a lone surrogate', 'a\ud800b'],
];

const calm = (): Promise<OpenWorld> => worlds.get('calm');
const databases: (() => Promise<void>)[] = [];
const files: string[] = [];

afterAll(async () => {
  for (const drop of databases) await drop();
  for (const path of files) await rm(path, { force: true });
});

function contents(count: number): object[] {
  return Array.from({ length: count }, () => ({ contentType: 'Unknown', value: 1 }));
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

function integrations(...secrets: string[]): string {
  return JSON.stringify([{ id: OPEN_INTEGRATION.id, secrets }]);
}

describe('a webhook', () => {
  it.concurrent.each(USELESS)('with %s is taken and has no effect', async (_what, body, outcome) => {
    const world = await calm();
    const before = await world.webhooks(outcome);
    expect(await world.webhook(body)).toBe(204);
    expect(await world.webhooks(outcome)).toBeGreaterThan(before);
  });

  it.concurrent.each(STORED)('with %s is stored', async (_what, fields, text) => {
    const world = await calm();
    const row = await world.opened();
    expect(await world.webhook(row.webhookBody(fields))).toBe(204);
    await expectRow(row, { session: 'active', listed: [`outbound ${String(text)}`] });
    expect(await row.say('Thanks')).toBe('201');
  });

  it.concurrent.each(UNSTORABLE)(
    'with %s is taken on either database, and the next one too',
    async (_what, text) => {
      const database = await createDatabase();
      databases.push(database.drop);
      await using postgres = await OpenWorld.start({ environment: { DATABASE_URL: database.url } });
      for (const world of [postgres, await calm()]) {
        const row = await world.opened();
        expect(await world.webhook(row.webhookBody({ text }))).toBe(204);
        row.agent.say(row.guestId, 'Fine');
        await until(async () => (await row.observe()).listed.includes('outbound Fine'));
        expect(row.deliveries.at(-1)?.attempts).toMatchObject([{ status: 204 }]);
        await expectRow(row, { session: 'active', upstream: 'open' });
      }
    },
  );

  it.concurrent('of 300 kB is refused unread', async () => {
    const world = await calm();
    const row = await world.opened();
    expect(await world.webhook(row.webhookBody({ text: 'x'.repeat(300_000) }))).toBe(413);
    await expectRow(row, { session: 'active', listed: [] });
  });

  it.concurrent.each<[string, { secret?: string; to?: string }]>([
    ['another secret', { secret: 'a-secret-of-another-integration' }],
    ['an unknown integration', { to: 'another' }],
    ['a name of JavaScript', { to: '__proto__' }],
  ])('with %s is refused', async (_what, options) => {
    const world = await calm();
    const row = await world.opened();
    expect(await world.webhook(row.webhookBody({ text: 'Forged' }), options)).toBe(401);
    await expectRow(row, { session: 'active', listed: [], receipts: [] });
  });

  it.concurrent('with either secret of a rotation is stored', async () => {
    const GENESYS_OPEN_INTEGRATIONS = integrations(OPEN_INTEGRATION.secret, NEXT_SECRET);
    await using world = await OpenWorld.start({ environment: { GENESYS_OPEN_INTEGRATIONS } });
    const row = await world.opened();
    expect(await world.webhook(row.webhookBody({ text: 'Old' }))).toBe(204);
    expect(await world.webhook(row.webhookBody({ text: 'New' }), { secret: NEXT_SECRET })).toBe(204);
    await until(async () => (await row.messages()).length === 2);
    await expectRow(row, { session: 'active', received: ['Hello'] });
  });

  it.concurrent('with the secret of a file is stored as soon as the file is replaced', async () => {
    const path = join(tmpdir(), `secrets-${randomUUID()}`);
    files.push(path);
    await writeFile(path, integrations(OPEN_INTEGRATION.secret));
    const environment = { GENESYS_OPEN_INTEGRATIONS: '', GENESYS_OPEN_INTEGRATIONS_FILE: path };
    await using world = await OpenWorld.start({ environment });
    const row = await world.opened();
    expect(await world.webhook(row.webhookBody({ text: 'Early' }), { secret: NEXT_SECRET })).toBe(401);
    await writeFile(path, '{"half":');
    expect(await world.webhook(row.webhookBody({ text: 'Old' }))).toBe(204);
    await writeFile(path, integrations(NEXT_SECRET));
    expect(await world.webhook(row.webhookBody({ text: 'New' }), { secret: NEXT_SECRET })).toBe(204);
    expect(await world.webhook(row.webhookBody({ text: 'Late' }))).toBe(401);
    expect((await row.messages()).map(({ text }) => text).sort()).toEqual(['New', 'Old']);
  });
});

describe('webhooks', () => {
  it.concurrent('that are sent twice and out of order are listed once, by their times', async () => {
    await using world = await OpenWorld.start({ simulator: { ordered: false } });
    const row = await world.opened();
    const { openMessaging } = world.world.genesys;
    const texts = ['One', 'Two', 'Three'];
    const bodies = texts.map((text, index) => ({
      id: randomUUID(),
      channel: { to: { id: row.guestId }, time: `2027-01-15T08:00:0${index}.000Z` },
      text,
    }));
    for (const body of [...bodies.toReversed(), ...bodies])
      openMessaging.deliverRaw(OPEN_INTEGRATION.id, body);
    await openMessaging.settled();
    await expectRow(row, { session: 'active', listed: texts.map((text) => `outbound ${text}`) });
  });

  it.concurrent('that are held for a while arrive in the session that goes on', async () => {
    await using world = await OpenWorld.start();
    const row = await world.opened();
    const { webhooks } = world.world.genesys.openMessaging;
    webhooks.hold();
    row.agent.say(row.guestId, 'Held');
    expect(await row.say('Anybody?')).toBe('201');
    webhooks.release('reversed');
    await expectRow(row, { session: 'active', received: ['Hello', 'Anybody?'], receipts: ['Delivered'] });
    expect((await row.observe()).listed.toSorted()).toEqual(['inbound Anybody?', 'outbound Held']);
  });

  it.concurrent('that met a store that is down are sent again, and stored once', async () => {
    await using world = await OpenWorld.start();
    const row = await world.opened();
    const away = new StorageUnavailableError({ cause: new Error('away') });
    const take = jest.spyOn(world.world.app.get(MessageIntake), 'take');
    take.mockRejectedValueOnce(away).mockRejectedValueOnce(away);
    row.agent.say(row.guestId, 'Despite all');
    await expectRow(row, { session: 'active', listed: ['outbound Despite all'], receipts: ['Delivered'] });
    expect(row.deliveries.at(-1)?.attempts.map((attempt) => 'status' in attempt && attempt.status)).toEqual([
      503, 503, 204,
    ]);
  });

  it.concurrent('whose typing met a store that is down are sent again', async () => {
    await using world = await OpenWorld.start();
    const row = await world.opened();
    const find = jest.spyOn(world.world.app.get(MessageIntake), 'find');
    find.mockRejectedValueOnce(new StorageUnavailableError({ cause: new Error('away') }));
    const stream = await EventClient.open(`${world.world.url}/v1/sessions/${row.id}/events`);
    row.agent.type(row.guestId);
    await until(() => stream.names.includes('typing'));
    stream.close();
    await expectRow(row, { session: 'active', listed: [] });
  });

  it.concurrent('during a restart of the service are stored after it', async () => {
    await using world = await OpenWorld.start({ simulator: { retries: 1_000 } });
    const row = await world.opened();
    const restarted = world.world.restart();
    row.agent.say(row.guestId, 'Are you there?');
    await restarted;
    const { api } = world;
    Object.assign(api, { url: world.world.url });
    await expectRow(row, { session: 'active', listed: ['outbound Are you there?'], receipts: ['Delivered'] });
  });

  it.concurrent.each(STATUSES)('with a receipt %s are taken, and end nothing', async (receipt) => {
    const row = await (await calm()).opened();
    const body = row.agent.receipt(row.guestId, row.id, receipt, [{ code: 'GeneralError' }]);
    expect(body).toBeDefined();
    await until(() => row.deliveries.at(-1)?.outcome === 'delivered');
    await expectRow(row, { session: 'active', listed: [], upstream: 'open', crm: ['connected'] });
  });

  it.concurrent.each<[string, number]>([
    ['400', 400],
    ['403', 403],
    ['404', 404],
    ['500', 500],
  ])('are stored although the receipt for them meets %s', async (_what, code) => {
    const row = await (await calm()).opened();
    row.spoil('receipt', status(code), 1);
    row.agent.say(row.guestId, 'One');
    await until(() => row.arrived('receipt').length === 1);
    row.agent.say(row.guestId, 'Two');
    await expectRow(row, {
      session: 'active',
      listed: ['outbound One', 'outbound Two'],
      receipts: ['Delivered'],
    });
  });

  it.concurrent('of a conversation without a session are taken, and begin none', async () => {
    const world = await calm();
    const row = world.guest();
    row.agent.start(OPEN_INTEGRATION.id, row.guestId, 'An offer');
    await until(() => row.deliveries.at(-1)?.outcome === 'delivered');
    expect(await row.open()).toBe('201');
    await expectRow(row, { session: 'active', listed: [], received: ['Hello'], upstream: 'open' });
  });

  it.concurrent('of a session that is over are taken, and not listed', async () => {
    const world = await calm();
    const row = await world.opened();
    expect(await row.end()).toBe('200');
    expect(await world.webhook(row.webhookBody({ text: 'Too late' }))).toBe(204);
    await expectRow(row, { session: 'terminated requested confirmed', listed: [], receipts: [] });
  });
});
