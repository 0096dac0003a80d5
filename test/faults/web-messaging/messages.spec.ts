import type { Fault } from '../../../src/simulator/fault';
import type { SocketFault } from '../../../src/simulator/web-messaging/socket-fault';
import { followLoopTime } from '../../support/loop-time';
import { expectState, SocketWorld, type SocketWorldOptions, tooMany } from '../../support/socket-matrix';
import { until } from '../../support/until';

// These tests wait for acknowledgements, echoes and histories: for up to half a minute. `guest-socket-echo.spec.ts`
// tests an echo that is lost three times, which takes more than a minute.
followLoopTime(4);

/** Time on the faster clock. */
const OBSERVED_WITHIN_MS = 240_000;

type Counts = Readonly<Record<string, number>>;

const OPEN = { 'sessions_created_total ok': 1 };
const SENT = { 'messages_sent_total ok': 1 };
const HISTORY = '/api/v2/webmessaging/messages';

function status(code: number, retryAfter?: string): Fault {
  return { kind: 'status', status: code, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

async function opened(options?: SocketWorldOptions): Promise<SocketWorld> {
  const world = await SocketWorld.start(options);
  await world.opened();
  return world;
}

/** The message is in the conversation once, whether it was acknowledged or not. */
const DELIVERIES: [what: string, fault: SocketFault, counts?: Counts][] = [
  ['whose acknowledgement is lost', { kind: 'no-answer', effect: 'after' }],
  ['that is lost itself', { kind: 'no-answer' }],
  ['that comes too early', tooMany(2)],
  ['with which the connection breaks', { kind: 'close', code: 1006 }, { 'ws_closed_total 1006': 1 }],
  [
    'whose acknowledgement is lost with the connection',
    { kind: 'close', code: 1006, effect: 'after' },
    { 'ws_closed_total 1006': 1 },
  ],
  ['with which the server goes away', { kind: 'close', code: 1011 }, { 'ws_closed_total 1011': 1 }],
];

/** Faults of a server that does not return metadata. */
const UNNAMED: [what: string, spoil: (world: SocketWorld) => void, configures: number][] = [
  ['that comes back', () => undefined, 1],
  [
    'whose acknowledgement is lost with the connection',
    (world) => {
      world.spoil({ kind: 'close', code: 1006, effect: 'after' }, { action: 'onMessage' });
    },
    2,
  ],
];

/** The message is refused, and the session stays active. */
const REFUSALS: [code: number, answer: string][] = [
  [409, '422 message-refused'],
  [4000, '422 message-refused'],
  [4011, '422 message-refused'],
  [4013, '422 message-refused'],
  [400, '502 upstream-rejected'],
  [401, '502 upstream-unauthorized'],
  [403, '502 upstream-forbidden'],
  [500, '502 upstream-error'],
  [5000, '502 upstream-error'],
];

/** Messages during a connection loss are received once, as soon as the history can be read. */
const HISTORIES: [what: string, spoil: (world: SocketWorld) => void][] = [
  [
    '401',
    (world) => {
      world.spoilHttp(HISTORY, status(401), 1);
    },
  ],
  [
    '429',
    (world) => {
      world.spoilHttp(HISTORY, status(429, '1'), 1);
    },
  ],
  [
    '500',
    (world) => {
      world.spoilHttp(HISTORY, status(500), 1);
    },
  ],
  [
    'HTML',
    (world) => {
      world.spoilHttp(HISTORY, { kind: 'garbage' }, 1);
    },
  ],
  [
    'truncated JSON',
    (world) => {
      world.spoilHttp(HISTORY, { kind: 'truncated-json' }, 1);
    },
  ],
  [
    'a reset',
    (world) => {
      world.spoilHttp(HISTORY, { kind: 'reset' }, 1);
    },
  ],
  [
    'no token to read it with',
    (world) => {
      world.spoil({ kind: 'no-answer' }, { action: 'getJwt' });
    },
  ],
  [
    'a refused token',
    (world) => {
      world.spoil({ kind: 'answer', code: 400 }, { action: 'getJwt' });
    },
  ],
];

const BEATING = { HEARTBEAT_MAX_INTERVAL_MS: '1000', HEARTBEAT_MIN_INTERVAL_MS: '1000' };

describe('a message of the guest', () => {
  it.concurrent.each(DELIVERIES)('%s arrives once', async (_what, fault, counts = {}) => {
    await using world = await opened();
    world.spoil(fault, { action: 'onMessage' });
    expect(await world.say('Hello')).toBe('201');
    await expectState(world, {
      session: 'active',
      feed: ['active', 'inbound: Hello'],
      counts: { ...OPEN, ...SENT, ...counts },
    });
    expect(world.guest.messages).toHaveLength(1);
  });

  it.concurrent.each(UNNAMED)(
    '%s gets its reference by the tracing id alone',
    async (_what, spoil, configures) => {
      await using world = await opened({ deployment: { keepsMetadata: false } });
      spoil(world);
      const path = `/v1/sessions/${world.conversationId}/messages`;
      const { status, body } = await world.api.request('POST', path, { text: 'Hello' });
      const { body: listed } = await world.api.request('GET', path);
      const [message] = world.guest.messages;

      expect([status, message?.content.metadata, world.guest.configures]).toEqual([
        201,
        undefined,
        configures,
      ]);
      expect(body).toMatchObject({
        text: 'Hello',
        reference: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      });
      expect(listed['items']).toEqual([body]);
      expect(world.guest.messages).toHaveLength(1);
    },
  );

  it.concurrent.each(REFUSALS)(
    'that meets %d is refused, and the session stays active',
    async (code, answer) => {
      await using world = await opened();
      world.spoil({ kind: 'answer', code }, { action: 'onMessage' });
      expect(await world.say('Hello')).toBe(answer);
      expect(await world.say('Again')).toBe('201');
      const [, label = ''] = answer.split(' ');
      await expectState(world, {
        session: 'active',
        crm: ['connected'],
        feed: ['active', 'inbound: Again'],
        counts: { ...OPEN, ...SENT, [`messages_sent_total ${label}`]: 1 },
      });
    },
  );

  it.concurrent.each([
    [4006, 'expired'],
    [4007, 'gone'],
  ])('that meets %d ends the session', async (code, reason) => {
    await using world = await opened();
    world.spoil({ kind: 'answer', code }, { action: 'onMessage' });
    expect(await world.say('Hello')).toBe('502 upstream-rejected');
    await expectState(world, {
      session: `disconnected ${reason}`,
      crm: ['connected', 'disconnected'],
      feed: ['active', 'disconnected'],
      counts: {
        ...OPEN,
        'messages_sent_total upstream-rejected': 1,
        'heartbeats_total gone': 1,
        [`terminations_total ${reason}`]: 1,
        'ws_closed_total ours': 1,
      },
    });
  });
});

describe('a message of the other side', () => {
  it.concurrent('is received once, also when it is sent repeatedly', async () => {
    await using world = await opened();
    world.spoil({ kind: 'duplicate' }, { class: 'StructuredMessage' });
    world.agent.say(world.guest.token, 'One');
    world.agent.say(world.guest.token, 'Two');
    await expectState(world, {
      session: 'active',
      feed: ['active', 'outbound: One', 'outbound: Two'],
      counts: OPEN,
    });
  });

  it.concurrent('is received in its order', async () => {
    await using world = await opened();
    world.spoil({ kind: 'reorder' }, { class: 'StructuredMessage' });
    world.agent.say(world.guest.token, 'One');
    world.agent.say(world.guest.token, 'Two');
    await expectState(world, { feed: ['active', 'outbound: One', 'outbound: Two'] });
  });

  it.concurrent('is received without unknown fields', async () => {
    await using world = await opened();
    world.spoil(
      { kind: 'alter', body: { mood: 'sunny' }, frame: { weight: 3 } },
      { class: 'StructuredMessage' },
    );
    world.agent.say(world.guest.token, 'One');
    await expectState(world, { feed: ['active', 'outbound: One'], counts: OPEN });
  });

  it.concurrent('is received although its frame was invalid', async () => {
    await using world = await opened();
    world.spoil({ kind: 'binary' }, { class: 'StructuredMessage' });
    world.agent.say(world.guest.token, 'One');
    await expectState(world, {
      session: 'active',
      feed: ['active', 'outbound: One'],
      counts: { ...OPEN, 'ws_closed_total garbage': 1 },
    });
  });

  it.concurrent.each(HISTORIES)(
    'during a connection loss is received once, although the history meets %s',
    async (_what, spoil) => {
      await using world = await opened();
      world.agent.cut(world.guest.token);
      await until(() => world.guest.connections.size === 0, OBSERVED_WITHIN_MS);
      world.agent.say(world.guest.token, 'Are you there?');
      spoil(world);
      await expectState(world, {
        session: 'active',
        feed: ['active', 'outbound: Are you there?'],
        counts: { ...OPEN, 'ws_closed_total 1006': 1 },
      });
    },
  );
});

describe('a heartbeat', () => {
  it.concurrent('that is lost is postponed, and the next one is sent', async () => {
    await using world = await opened({ environment: BEATING });
    world.spoil({ kind: 'no-answer' }, { action: 'echo' });
    await expectState(world, {
      session: 'active',
      counts: { ...OPEN, 'heartbeats_total postponed': 1, 'heartbeats_total ok': 1 },
    });
  });

  it.concurrent('that is throttled is postponed, and the next one is sent', async () => {
    await using world = await opened({ environment: BEATING });
    world.spoil(tooMany(2), { action: 'echo' });
    await expectState(world, {
      session: 'active',
      counts: { ...OPEN, 'heartbeats_total postponed': 1, 'heartbeats_total ok': 1 },
    });
  });
});
