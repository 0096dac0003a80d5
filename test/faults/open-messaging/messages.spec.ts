import { randomUUID } from 'node:crypto';
import type { Fault } from '../../../src/simulator/fault';
import { followLoopTime } from '../../support/loop-time';
import { expectRow, type OpenRow, OpenWorld, OpenWorlds } from '../../support/open-messaging-matrix';
import { until } from '../../support/until';
import { GZIP_BOMB, LEAK, status } from '../../support/upstream-matrix';

const worlds = new OpenWorlds();

// Pauses between attempts are seconds.
followLoopTime(3);

/** Whether the spoiled attempt had an effect upstream, and the number of spoiled requests. */
type Row = [what: string, fault: Fault, answer: string, effect: 'before' | 'after', requests?: number];

const after = (fault: Fault): Fault => ({ ...fault, effect: 'after' }) as Fault;

const FAILURES: Row[] = [
  ['400', status(400), '502 upstream-rejected', 'before'],
  ['401, whatever the token', status(401), '502 upstream-unauthorized', 'before', 2],
  ['403', status(403), '502 upstream-forbidden', 'before'],
  ['404', status(404), '502 upstream-rejected', 'before'],
  ['409', status(409), '502 upstream-rejected', 'before'],
  ['413', status(413), '422 message-refused', 'before'],
  ['500', status(500), '502 upstream-error', 'before'],
  ['500 after the fact', after(status(500)), '502 upstream-error', 'after'],
  ['503', status(503), '502 upstream-error', 'before'],
  ['HTML after the fact', after({ kind: 'garbage' }), '502 upstream-invalid-response', 'after'],
  ['an empty body', after({ kind: 'empty' }), '502 upstream-invalid-response', 'after'],
  ['truncated JSON', after({ kind: 'truncated-json' }), '502 upstream-invalid-response', 'after'],
  [
    'a redirect',
    { kind: 'redirect', location: 'http://127.0.0.1:9/' },
    '502 upstream-invalid-response',
    'before',
  ],
  ['100 MB', { kind: 'huge', bytes: 100_000_000 }, '502 upstream-invalid-response', 'before'],
  ['a gzip bomb', after(GZIP_BOMB), '502 upstream-invalid-response', 'after'],
  ['resets, each time', { kind: 'reset' }, '503 upstream-unavailable', 'before', 3],
];

const TIMEOUTS: Row[] = [
  ['silence', { kind: 'hang-before-headers' }, '504 upstream-timeout', 'before'],
  ['silence after the fact', after({ kind: 'hang-before-headers' }), '504 upstream-timeout', 'after'],
  ['silence after the headers', after({ kind: 'hang-after-headers' }), '504 upstream-timeout', 'after'],
];

/** Number of requests of a message that succeeds after one spoiled answer, and of those with an effect. */
const RECOVERIES: [what: string, fault: Fault, requests: number, posts: number][] = [
  ['a 401 for an old token', status(401), 2, 1],
  ['a reset before the fact', { kind: 'reset' }, 2, 1],
  ['a reset after the fact', after({ kind: 'reset' }), 2, 2],
  ['a reset in mid-body after the fact', after({ kind: 'reset-mid-body' }), 2, 2],
  ['an answer 300 ms late', { kind: 'delay', ms: 300 }, 1, 1],
];

const SIGNALS: [what: string, fault: Fault][] = [
  ['400', status(400)],
  ['403', status(403)],
  ['404', status(404)],
  ['500', status(500)],
  ['HTML', { kind: 'garbage' }],
  ['silence', { kind: 'hang-before-headers' }],
];

const LINKED = { attachments: [{ url: 'https://files.example/a.png', mime: 'image/png' }] };

const OFFER = {
  text: 'Done?',
  content: [{ contentType: 'QuickReply', quickReply: { text: 'Yes', payload: 'yes', action: 'Message' } }],
};

const patient = (): Promise<OpenWorld> => worlds.get('patient');
const hasty = (): Promise<OpenWorld> => worlds.get('hasty', { environment: { UPSTREAM_TIMEOUT_MS: '4000' } });

async function expectOnce(world: OpenWorld, [, fault, answer, effect, requests = 1]: Row): Promise<void> {
  const row = await world.opened();
  row.spoil('message', fault, requests);
  expect(await row.say('Lost?', 'key')).toBe(answer);
  const arrived = effect === 'after' ? ['Hello', 'Lost?'] : ['Hello'];
  await expectRow(row, { session: 'active', received: arrived, listed: [] });

  // The caller repeats it with its key, and twice, since an answer to the caller may be lost, too.
  expect([await row.say('Lost?', 'key'), await row.say('Lost?', 'key')]).toEqual(['201', '201']);
  await expectRow(row, {
    session: 'active',
    received: ['Hello', 'Lost?'],
    listed: ['inbound Lost?'],
    repeats: effect === 'after' ? 1 : 0,
    requests: 1 + requests + 1,
    crm: ['connected'],
  });
  expect(new Set(row.arrived('message')).size).toBe(2);
}

async function offered(row: OpenRow): Promise<object> {
  row.agent.say(row.guestId, OFFER);
  await expectRow(row, { listed: ['outbound Done?'] });
  const [offer] = await row.messages();
  const buttonResponses = [{ type: 'QuickReply', text: 'Yes', payload: 'yes' }];
  return { buttonResponses, originatingMessageId: offer?.['id'] };
}

describe('a message of the guest with a file behind a URL', () => {
  it.concurrent.each(FAILURES)('that meets %s arrives once when it is repeated', async (_what, ...rest) => {
    const [fault, answer, effect, requests = 1] = rest;
    const row = await (await patient()).opened();
    row.spoil('message', fault, requests);
    expect(await row.send(LINKED, 'key')).toBe(answer);
    expect([await row.send(LINKED, 'key'), await row.send(LINKED, 'key')]).toEqual(['201', '201']);
    await expectRow(row, {
      session: 'active',
      received: ['Hello', undefined],
      listed: ['inbound undefined'],
      repeats: effect === 'after' ? 1 : 0,
    });
    expect((await row.messages())[0]).toMatchObject({ content: [{ attachment: LINKED.attachments[0] }] });
  });

  it.concurrent('shows its URL when the platform answers with another one, or with none', async () => {
    const row = await (await patient()).opened();
    const other = [{ contentType: 'Attachment', attachment: { url: 'https://other.example/' } }];
    for (const content of [other, undefined]) {
      const body = JSON.stringify({ id: randomUUID(), channel: {}, type: 'Text', content });
      row.spoil('message', { kind: 'status', status: 200, body }, 1);
      expect(await row.send(LINKED)).toBe('201');
    }
    const [attachment] = LINKED.attachments;
    expect((await row.messages()).map(({ content }) => content)).toMatchObject([
      [{ type: 'attachment', attachment }],
      [{ type: 'attachment', attachment }],
    ]);
  });
});

describe('a message of the guest', () => {
  it.concurrent.each(FAILURES)(
    'with a key that meets %s arrives once when it is repeated',
    async (...row) => {
      await expectOnce(await patient(), row);
    },
  );

  it.concurrent.each(TIMEOUTS)(
    'with a key that meets %s arrives once when it is repeated',
    async (...row) => {
      await expectOnce(await hasty(), row);
    },
  );

  it.concurrent.each(RECOVERIES)(
    'without a key arrives once despite %s',
    async (_what, fault, requests, posts) => {
      const row = await (await patient()).opened();
      row.spoil('message', fault, 1);
      expect(await row.say('Once')).toBe('201');
      await expectRow(row, {
        session: 'active',
        received: ['Hello', 'Once'],
        listed: ['inbound Once'],
        requests: 1 + requests,
        posts: 1 + posts,
        repeats: posts - 1,
      });
    },
  );

  it.concurrent.each<[string, Fault, string[]]>([
    ['500', status(500), ['Hello', 'Again']],
    ['500 after the fact', after(status(500)), ['Hello', 'Again', 'Again']],
  ])('without a key that meets %s is another message when it is repeated', async (_what, fault, received) => {
    const row = await (await patient()).opened();
    row.spoil('message', fault, 1);
    expect([await row.say('Again'), await row.say('Again')]).toEqual(['502 upstream-error', '201']);
    await expectRow(row, { session: 'active', received, listed: ['inbound Again'], repeats: 0 });
  });

  it.concurrent('that meets a refusal gets no text of the platform', async () => {
    const world = await patient();
    const row = await world.opened();
    row.spoil('message', status(400), 1);
    const { body } = await world.api.request('POST', `/v1/sessions/${row.id}/messages`, { text: 'Hello' });
    expect(JSON.stringify(body)).not.toContain(LEAK);
  });

  it.concurrent.each<[string, Fault, string, number]>([
    ['until a date that is far away', status(429, 3_600), '503 upstream-throttled', 1],
    ['for no time, each time', status(429, 0), '503 upstream-throttled', 3],
  ])('that meets a 429 %s fails, and the session stays active', async (_what, fault, answer, requests) => {
    await using world = await OpenWorld.start();
    const row = await world.opened();
    row.spoil('message', fault);
    expect(await row.say('Too much')).toBe(answer);
    await expectRow(row, { session: 'active', received: ['Hello'], listed: [], requests: 1 + requests });
  });

  it.concurrent('that meets a 429 for a second arrives with another attempt', async () => {
    await using world = await OpenWorld.start();
    const row = await world.opened();
    row.spoil('message', status(429, 1), 1);
    expect(await row.say('Later')).toBe('201');
    await expectRow(row, { received: ['Hello', 'Later'], listed: ['inbound Later'], requests: 3 });
  });

  it.concurrent('with a key and another text is refused, and nothing is sent', async () => {
    const row = await (await patient()).opened();
    expect([await row.say('One', 'same'), await row.say('Two', 'same')]).toEqual([
      '201',
      '422 idempotency-key-reused',
    ]);
    await expectRow(row, { received: ['Hello', 'One'], listed: ['inbound One'], requests: 2 });
  });

  it.concurrent('keeps its order behind a slow one', async () => {
    const row = await (await patient()).opened();
    row.spoil('message', { kind: 'delay', ms: 600 }, 1);
    const first = row.say('First');
    await until(() => row.arrived('message').length === 2);
    expect(await Promise.all([first, row.say('Second')])).toEqual(['201', '201']);
    await expectRow(row, { received: ['Hello', 'First', 'Second'] });
  });

  it.concurrent('of a session that is over is refused, and nothing is sent', async () => {
    const row = await (await patient()).opened();
    expect(await row.end()).toBe('200');
    expect(await row.say('Too late')).toBe('409 session-not-active');
    await expectRow(row, { session: 'terminated requested confirmed', received: ['Hello'], requests: 1 });
  });
});

describe('a choice of the guest', () => {
  it.concurrent.each<[string, Fault, string]>([
    ['400', status(400), '502 upstream-rejected'],
    ['404', status(404), '502 upstream-rejected'],
    ['500', status(500), '502 upstream-error'],
    ['500 after the fact', after(status(500)), '502 upstream-error'],
  ])('that meets %s arrives once when it is repeated with its key', async (_what, fault, answer) => {
    const row = await (await patient()).opened();
    const choice = await offered(row);
    row.spoil('structured/response', fault, 1);
    expect([await row.send(choice, 'choice'), await row.send(choice, 'choice')]).toEqual([answer, '201']);
    await expectRow(row, { session: 'active', received: ['Hello', 'Yes'] });
    expect(new Set(row.arrived('structured/response')).size).toBe(1);
  });
});

describe('typing of the guest', () => {
  it.concurrent.each(SIGNALS)('that meets %s is lost silently', async (_what, fault) => {
    const row = await (await hasty()).opened();
    row.spoil('event', fault, 1);
    expect(await row.type()).toBe('202');
    await until(() => row.arrived('event').length === 1);
    expect(await row.say('Still here')).toBe('201');
    await expectRow(row, { session: 'active', received: ['Hello', 'Still here'], crm: ['connected'] });
    expect(row.upstream?.typings).toBe(0);
  });
});
