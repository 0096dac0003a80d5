import type { SocketFault } from '../../../src/simulator/web-messaging/socket-fault';
import { followLoopTime } from '../../support/loop-time';
import { expectState, SocketWorld, tooMany } from '../../support/socket-matrix';
import { until } from '../../support/until';

// These tests wait for pauses, pings and time-outs of seconds.
followLoopTime(4);

/** Time on the faster clock: two pings. */
const OBSERVED_WITHIN_MS = 150_000;

type Counts = Readonly<Record<string, number>>;
type Act = (world: SocketWorld) => unknown;

const OPEN = { 'sessions_created_total ok': 1 };
const OURS = { 'ws_closed_total ours': 1 };

function ended(reason: string): Counts {
  return { [`terminations_total ${reason}`]: 1, 'heartbeats_total gone': 1 };
}

function raw(data: string | Buffer): Act {
  return ({ agent, guest }) => agent.sendRaw(guest.token, data);
}

function frame(name: string, body: unknown): Act {
  return raw(JSON.stringify({ type: 'message', class: name, code: 200, body }));
}

function cut(code: number): Act {
  return ({ agent, guest }) => agent.cut(guest.token, code);
}

/** The connection breaks, and one request on the next one is spoiled. */
function spoiledResume(fault: SocketFault): Act {
  return (world) => {
    world.spoil(
      fault,
      'code' in fault || fault.kind === 'no-answer'
        ? { action: 'configureSession' }
        : { class: 'SessionResponse' },
    );
    cut(1006)(world);
  };
}

/** The service connects again with the same session, and only metrics show it. */
const RECONNECTIONS: [what: string, act: Act, counts: Counts, configures?: number][] = [
  ...[1000, 1001, 1006, 1011, 1012, 1013].map((code): [string, Act, Counts] => [
    `close ${code}`,
    cut(code),
    { [`ws_closed_total ${code}`]: 1 },
  ]),
  ['a close code of its own', cut(4321), { 'ws_closed_total other': 1 }],
  ['a silent connection', ({ agent, guest }) => agent.silence(guest.token), { 'ws_closed_total silent': 1 }],
  ['HTML', raw('<html></html>'), { 'ws_closed_total garbage': 1 }],
  [
    'three malformed frames in a row',
    (world) => {
      for (const text of ['[]', '{}', '{"class":"JwtResponse"}']) raw(text)(world);
    },
    {
      'upstream_malformed_total none': 2,
      'upstream_malformed_total JwtResponse': 1,
      'ws_closed_total garbage': 1,
    },
  ],
  ['a binary frame', raw(Buffer.from('{}')), { 'ws_closed_total garbage': 1 }],
  [
    'text that is not UTF-8',
    ({ agent, guest }) => agent.sendBytesAsText(guest.token, Buffer.from([0x22, 0xff, 0xfe, 0x22])),
    { 'ws_closed_total garbage': 1 },
  ],
  ['10 MB', raw(`"${'a'.repeat(10_000_000)}"`), { 'ws_closed_total garbage': 1 }],
  [
    'no answer to the next configure',
    spoiledResume({ kind: 'no-answer' }),
    { 'ws_closed_total 1006': 1, ...OURS },
  ],
  ['4029 to the next configure', spoiledResume(tooMany(2)), { 'ws_closed_total 1006': 1, ...OURS }],
  [
    '500 to the next configure',
    spoiledResume({ kind: 'answer', code: 500 }),
    { 'ws_closed_total 1006': 1, ...OURS },
  ],
  [
    'garbage before the next answer',
    spoiledResume({ kind: 'garbage' }),
    { 'ws_closed_total 1006': 1, 'ws_closed_total garbage': 1 },
  ],
];

/** The connection stays, and the fault has no effect. */
const NOTHINGS: [what: string, act: Act, counts: Counts][] = [
  ['an unknown class', frame('Surprise', { of: 'the year' }), { upstream_unknown_total: 1 }],
  ['JSON that is no object', raw('[]'), { 'upstream_malformed_total none': 1 }],
  [
    'a frame without a class',
    raw('{"type":"message","code":200,"body":{}}'),
    { 'upstream_malformed_total none': 1 },
  ],
  [
    'an upload that names no file',
    frame('UploadSuccessEvent', {}),
    { 'upstream_malformed_total UploadSuccessEvent': 1 },
  ],
  [
    'a malformed frame before each of its frames',
    (world) => {
      for (let count = 0; count < 4; count += 1) {
        raw('{}')(world);
        frame('JwtResponse', { jwt: 'unasked', exp: 1 })(world);
      }
    },
    { 'upstream_malformed_total none': 4 },
  ],
  ['an answer without a request', frame('JwtResponse', { jwt: 'unasked', exp: 1 }), {}],
  ['a refusal of nothing', frame('string', 'Request failed.'), {}],
  ['a session without a request', frame('SessionResponse', { connected: true, newSession: true }), {}],
];

/**
 * The service does not retry at once: the session stays active, a log line reports it, and the next beat connects
 * again.
 */
const REFUSALS: [what: string, act: Act, counts: Counts][] = [
  ...[1002, 1007, 1008, 1009].map((code): [string, Act, Counts] => [
    `close ${code}`,
    cut(code),
    { [`ws_closed_total ${code}`]: 1 },
  ]),
  ...[401, 403].map((code): [string, Act, Counts] => [
    `${code} to the next configure`,
    spoiledResume({ kind: 'answer', code }),
    { 'ws_closed_total 1006': 1, ...OURS },
  ]),
  [
    'connected: false on the next connection',
    spoiledResume({ kind: 'alter', body: { connected: false } }),
    { 'ws_closed_total 1006': 1, ...OURS },
  ],
];

const REFUSED = [
  [4006, 'expired'],
  [4007, 'gone'],
  [4017, 'signed-in-elsewhere'],
] as const;

/** The session ends upstream, for the caller and for the CRM. */
const ENDINGS: [what: string, act: Act, reason: string, counts: Counts][] = [
  ['SessionExpiredEvent', ({ agent, guest }) => agent.expire(guest.token), 'expired', OURS],
  ['SessionClearedEvent', ({ agent, guest }) => agent.clear(guest.token), 'cleared', OURS],
  ['LogoutEvent', ({ agent, guest }) => agent.logOut(guest.token), 'logged-out', OURS],
  [
    'the guest signs in elsewhere',
    ({ agent, guest }) => agent.signInElsewhere(guest.token),
    'signed-in-elsewhere',
    OURS,
  ],
  [
    '4006 out of the blue',
    raw(JSON.stringify({ type: 'response', class: 'string', code: 4006, body: 'expired' })),
    'expired',
    OURS,
  ],
  [
    '4007 out of the blue',
    raw(JSON.stringify({ type: 'response', class: 'string', code: 4007, body: 'gone' })),
    'gone',
    OURS,
  ],
  ...REFUSED.map(([code, reason]): [string, Act, string, Counts] => [
    `${code} to the next configure`,
    spoiledResume({ kind: 'answer', code }),
    reason,
    { 'ws_closed_total 1006': 1, ...OURS },
  ]),
  [
    'readOnly: true on the next connection',
    spoiledResume({ kind: 'alter', body: { readOnly: true } }),
    'agent-ended',
    { 'ws_closed_total 1006': 1, ...OURS },
  ],
  [
    'newSession: true on the next connection',
    spoiledResume({ kind: 'alter', body: { newSession: true } }),
    'gone',
    { 'ws_closed_total 1006': 1, ...OURS },
  ],
  [
    'clearedExistingSession on the next connection',
    spoiledResume({ kind: 'alter', body: { clearedExistingSession: true } }),
    'cleared',
    { 'ws_closed_total 1006': 1, ...OURS },
  ],
];

const ALIVE = { session: 'active', crm: ['connected'], feed: ['active'] };
const OVER = { crm: ['connected', 'disconnected'], feed: ['active', 'disconnected'] };

async function opened(): Promise<SocketWorld> {
  const world = await SocketWorld.start();
  await world.opened();
  return world;
}

describe('the connection of a session', () => {
  it.concurrent.each(RECONNECTIONS)('that meets %s is replaced', async (_what, act, counts) => {
    await using world = await opened();
    act(world);
    await until(() => world.guest.configures >= 2 && world.guest.connections.size === 1, OBSERVED_WITHIN_MS);
    await expectState(world, { ...ALIVE, counts: { ...OPEN, ...counts } });
    expect(world.guest.sessions).toBe(1);
    expect(await world.say('still here')).toBe('201');
  });

  it.concurrent.each(NOTHINGS)('that meets %s stays open', async (_what, act, counts) => {
    await using world = await opened();
    act(world);
    expect(await world.say('still here')).toBe('201');
    await expectState(world, {
      session: 'active',
      crm: ['connected'],
      feed: ['active', 'inbound: still here'],
      counts: { ...OPEN, 'messages_sent_total ok': 1, ...counts },
    });
    expect(world.guest.sessions).toBe(1);
  });

  it.concurrent.each(REFUSALS)('that meets %s is not replaced immediately', async (_what, act, counts) => {
    await using world = await opened();
    act(world);
    await expectState(world, { ...ALIVE, counts: { ...OPEN, ws_refused_total: 1, ...counts } });
    await until(() => world.guest.connections.size === 0);
  });

  it.concurrent.each(ENDINGS)(
    'that meets %s ends, and so does the session',
    async (_what, act, reason, counts) => {
      await using world = await opened();
      act(world);
      await expectState(world, {
        ...OVER,
        session: `disconnected ${reason}`,
        counts: { ...OPEN, ...ended(reason), ...counts },
      });
      await until(() => world.guest.connections.size === 0);
    },
  );

  it.concurrent(
    "ends when the agent ends the conversation permanently, after the agent's messages",
    async () => {
      await using world = await opened();
      world.agent.say(world.guest.token, 'Bye');
      world.agent.disconnect(world.guest.token);
      await expectState(world, {
        session: 'disconnected agent-ended',
        crm: ['connected', 'disconnected'],
        feed: ['active', 'outbound: Bye', 'disconnected'],
        counts: { ...OPEN, ...OURS, ...ended('agent-ended') },
      });
    },
  );

  it.concurrent('stays open when the agent ends a conversation that the guest may resume', async () => {
    await using world = await SocketWorld.start({
      deployment: { conversationDisconnect: { enabled: true, type: 'Send' } },
    });
    await world.opened();
    world.agent.say(world.guest.token, 'Bye');
    world.agent.disconnect(world.guest.token);
    await expectState(world, { feed: ['active', 'outbound: Bye'] });
    expect(await world.say('One more thing')).toBe('201');
    await expectState(world, {
      session: 'active',
      feed: ['active', 'outbound: Bye', 'inbound: One more thing'],
    });
  });

  it.concurrent('that another client has replaced waits for a minute', async () => {
    await using world = await opened();
    frame('ConnectionClosedEvent', {})(world);
    cut(1000)(world);
    await until(async () => (await world.waitedSeconds()) >= 60);
    await expectState(world, { ...ALIVE, counts: { ...OPEN, 'ws_closed_total 1000': 1 } });
    expect(world.guest.sessions).toBe(1);
  });

  it.concurrent('is replaced for each of many sessions when all break at once', async () => {
    await using world = await SocketWorld.start();
    for (let count = 0; count < 20; count += 1) await world.opened();
    const { sessions } = world.world.genesys.webMessaging;
    for (const { token } of sessions) world.agent.cut(token);
    await until(() =>
      sessions.every(({ configures, connections }) => configures === 2 && connections.size === 1),
    );
    await expectState(world, { counts: { 'sessions_created_total ok': 20, 'ws_closed_total 1006': 20 } });
    expect(sessions.map((session) => session.sessions)).toEqual(Array.from({ length: 20 }, () => 1));
  });
});
