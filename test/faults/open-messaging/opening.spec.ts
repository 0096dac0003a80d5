import type { Fault } from '../../../src/simulator/fault';
import { followLoopTime } from '../../support/loop-time';
import { expectRow, type OpenState, OpenWorld, OpenWorlds } from '../../support/open-messaging-matrix';
import { GZIP_BOMB, inAnHour, LEAK, status } from '../../support/upstream-matrix';
import { until } from '../../support/until';

const worlds = new OpenWorlds();

// Pauses between attempts are seconds.
followLoopTime(3);

/** The opening's compensation. */
type Undoing =
  /** None: Genesys Cloud refused the request or never received it. */
  | 'none'
  /** The first message is repeated, which begins or finds the conversation, and the customer is disconnected. */
  | 'closed';

/** `requests` counts the attempts of the opening; a repetition by the compensation is one more. */
type Row = [what: string, fault: Fault, answer: string, undoing: Undoing, requests?: number];

const REFUSALS: Row[] = [
  ['400', status(400), '502 upstream-rejected', 'none'],
  ['401, whatever the token', status(401), '502 upstream-unauthorized', 'none', 2],
  ['403', status(403), '502 upstream-forbidden', 'none'],
  ['404 for the integration', status(404), '502 upstream-rejected', 'none'],
  ['409', status(409), '502 upstream-rejected', 'closed'],
  ['413', status(413), '502 upstream-rejected', 'none'],
  ['500', status(500), '502 upstream-error', 'closed'],
  ['500 after the fact', { ...status(500), effect: 'after' } as Fault, '502 upstream-error', 'closed'],
  ['502', status(502), '502 upstream-error', 'closed'],
  ['503', status(503), '502 upstream-error', 'closed'],
  ['HTML', { kind: 'garbage' }, '502 upstream-invalid-response', 'closed'],
  ['HTML after the fact', { kind: 'garbage', effect: 'after' }, '502 upstream-invalid-response', 'closed'],
  ['an empty body', { kind: 'empty', effect: 'after' }, '502 upstream-invalid-response', 'closed'],
  ['truncated JSON', { kind: 'truncated-json', effect: 'after' }, '502 upstream-invalid-response', 'closed'],
  [
    'no conversationId',
    { kind: 'status', status: 200, body: { id: 'm' }, effect: 'after' },
    '502 upstream-invalid-response',
    'closed',
  ],
  [
    'a conversationId that is a number',
    { kind: 'status', status: 200, body: { conversationId: 7 }, effect: 'after' },
    '502 upstream-invalid-response',
    'closed',
  ],
  [
    'fields of other types',
    { kind: 'wrong-types', effect: 'after' },
    '502 upstream-invalid-response',
    'closed',
  ],
  [
    'a list in place of an object',
    { kind: 'status', status: 200, body: [], effect: 'after' },
    '502 upstream-invalid-response',
    'closed',
  ],
  [
    'a redirect 302',
    { kind: 'redirect', location: 'http://127.0.0.1:9/' },
    '502 upstream-invalid-response',
    'closed',
  ],
  [
    'a redirect 307',
    { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' },
    '502 upstream-invalid-response',
    'closed',
  ],
  ['100 MB', { kind: 'huge', bytes: 100_000_000 }, '502 upstream-invalid-response', 'closed'],
  ['a gzip bomb', GZIP_BOMB, '502 upstream-invalid-response', 'closed'],
  ['resets, each time', { kind: 'reset', effect: 'after' }, '503 upstream-unavailable', 'closed', 3],
];

const TIMEOUTS: Row[] = [
  ['silence', { kind: 'hang-before-headers' }, '504 upstream-timeout', 'closed'],
  [
    'silence after the fact',
    { kind: 'hang-before-headers', effect: 'after' },
    '504 upstream-timeout',
    'closed',
  ],
  ['silence after the headers', { kind: 'hang-after-headers' }, '504 upstream-timeout', 'closed'],
  ['one byte a second', { kind: 'trickle', bytesPerSecond: 1 }, '504 upstream-timeout', 'closed'],
];

/** Number of requests of an opening that succeeds after one spoiled answer, and of those with an effect. */
const RECOVERIES: [what: string, fault: Fault, requests: number, posts: number][] = [
  ['a 401 for an old token', status(401), 2, 1],
  ['a reset before the fact', { kind: 'reset' }, 2, 1],
  ['a reset after the fact', { kind: 'reset', effect: 'after' }, 2, 2],
  ['a reset in mid-body after the fact', { kind: 'reset-mid-body', effect: 'after' }, 2, 2],
  ['an answer 300 ms late', { kind: 'delay', ms: 300 }, 1, 1],
  [
    'unknown fields in the answer',
    { kind: 'status', status: 200, body: { conversationId: 'c-1', mood: { is: 'sunny' } }, effect: 'after' },
    1,
    1,
  ],
];

const THROTTLINGS: [what: string, fault: Fault, requests: number][] = [
  ['for no time', status(429, 0), 3],
  ['with no hint', status(429), 3],
  ['with a senseless hint', status(429, 'soon'), 3],
  ['until a date in an hour', status(429, inAnHour()), 1],
];

const NONE = { received: [], upstream: 'none', patches: 0 };
const AFTERWARDS: Record<Undoing, Partial<OpenState>> = {
  none: NONE,
  closed: { received: ['Hello'], upstream: 'customer', patches: 1 },
};

const patient = (): Promise<OpenWorld> => worlds.get('patient');
const hasty = (): Promise<OpenWorld> => worlds.get('hasty', { environment: { UPSTREAM_TIMEOUT_MS: '4000' } });

/** The platform's word for its refusal. */
function causeOf(fault: Fault): string[] {
  return fault.kind === 'status' && fault.status >= 400 ? [String(fault.status)] : [];
}

async function expectFailure(world: OpenWorld, [, fault, answer, undoing, requests = 1]: Row): Promise<void> {
  const row = world.guest();
  row.spoil('message', fault, requests);
  const { status: heard, body } = await world.api.open({ text: 'Hello', guestId: row.guestId });
  expect(`${heard} ${String(body['code'])}`).toBe(answer);
  expect(JSON.stringify(body)).not.toContain(LEAK);
  const repetitions = undoing === 'closed' ? 1 : 0;
  const confirmed = undoing === 'closed' ? ['confirmed'] : [];
  await expectRow(row, {
    session: ['failed open-failed', ...causeOf(fault), ...confirmed].join(' '),
    ...AFTERWARDS[undoing],
    requests: requests + repetitions,
    listed: [],
    crm: [],
  });
  expect(new Set(row.arrived('message')).size).toBe(1);
}

describe('an opening', () => {
  it.concurrent.each(REFUSALS)('that meets %s fails, and leaves no conversation', async (...row) => {
    await expectFailure(await patient(), row);
  });

  it.concurrent.each(TIMEOUTS)('that meets %s fails, and leaves no conversation', async (...row) => {
    await expectFailure(await hasty(), row);
  });

  it.concurrent.each(RECOVERIES)('succeeds despite %s', async (_what, fault, requests, posts) => {
    const row = (await patient()).guest();
    row.spoil('message', fault, 1);
    expect(await row.open()).toBe('201');
    await expectRow(row, {
      session: 'active',
      received: ['Hello'],
      upstream: 'open',
      requests,
      posts,
      repeats: posts - 1,
      crm: ['connected'],
    });
    expect(row.upstream?.received[0]?.messageId).toBe(row.id);
  });

  it.concurrent.each(THROTTLINGS)(
    'that meets a 429 %s fails, and sends nothing else',
    async (_what, fault, requests) => {
      await using world = await OpenWorld.start();
      const row = world.guest();
      row.spoil('message', fault);
      expect(await row.open()).toBe('503 upstream-throttled');
      await expectRow(row, { session: 'failed open-failed 429', ...NONE, requests, crm: [] });
    },
  );

  it.concurrent('that meets a 429 for a second succeeds with another attempt', async () => {
    await using world = await OpenWorld.start();
    const row = world.guest();
    row.spoil('message', status(429, 1), 1);
    expect(await row.open()).toBe('201');
    await expectRow(row, { session: 'active', received: ['Hello'], requests: 2, posts: 1 });
  });

  it.concurrent('that is answered with 202 succeeds', async () => {
    await using world = await OpenWorld.start({ simulator: { inboundStatus: 202 } });
    const row = await world.opened();
    expect(await row.say('More')).toBe('201');
    await expectRow(row, { session: 'active', received: ['Hello', 'More'], listed: ['inbound More'] });
  });

  it.concurrent('keeps a message of the agent that arrives before its answer', async () => {
    const early = (await patient()).guest();
    early.spoil('message', { kind: 'delay', ms: 3_000, effect: 'after' }, 1);
    const opening = early.open();
    await until(() => early.upstream !== undefined);
    early.agent.say(early.guestId, 'Welcome');
    expect(await opening).toBe('201');
    await expectRow(early, { session: 'active', listed: ['outbound Welcome'], receipts: ['Delivered'] });
  });

  it.concurrent('of a guest is refused until an earlier opening of that guest is undone', async () => {
    const row = (await patient()).guest();
    const lift = row.spoil('message', { ...status(500), effect: 'after' } as Fault);
    expect(await row.open()).toBe('502 upstream-error');
    expect(await row.open()).toBe('409 guest-in-session');
    lift();
    await expectRow(row, { session: 'failed open-failed 500 confirmed', upstream: 'customer' });
    expect(await row.open()).toBe('201');
    await expectRow(row, { session: 'active', upstream: 'open', received: ['Hello', 'Hello'] });
    expect(row.upstream?.revivals).toBe(1);
  });
});
