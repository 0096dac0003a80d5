import type { Fault } from '../../../src/simulator/fault';
import type { DeploymentOptions } from '../../../src/simulator/web-messaging/deployment';
import type { SocketFault } from '../../../src/simulator/web-messaging/socket-fault';
import { followLoopTime } from '../../support/loop-time';
import { expectState, SocketWorld, tooMany } from '../../support/socket-matrix';

// Pauses between attempts are seconds.
followLoopTime(3);

const UPGRADE = '^/v1$';
const CONFIG = 'config[.]json$';

/** The fault, the number of times that it is played (default: unlimited), and the time-out of the opening. */
interface Trouble {
  readonly upgrade?: Fault;
  readonly config?: Fault;
  readonly configure?: SocketFault;
  readonly answer?: SocketFault;
  readonly deployment?: DeploymentOptions;
  readonly environment?: Readonly<Record<string, string>>;
  readonly times?: number;
  readonly deadlineMs?: number;
}

type Counts = Readonly<Record<string, number>>;

function status(code: number, retryAfter?: string): Fault {
  return { kind: 'status', status: code, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function refused(code: number): SocketFault {
  return { kind: 'answer', code };
}

function altered(body: Readonly<Record<string, unknown>>): SocketFault {
  return { kind: 'alter', body };
}

/** Long enough to reach the fault on a busy machine. */
const DEADLINE = { deadlineMs: 5_000 };
const ONCE = { times: 1 };
const REFUSED = { ws_refused_total: 1 };
const OURS = { 'ws_closed_total ours': 1 };
const NO = { ...REFUSED, ...OURS };

/** The opening had no effect: nothing has to be undone, and a caller may repeat it with its key. */
const FAILURES: [what: string, trouble: Trouble, answer: string, counts?: Counts][] = [
  ['a 403 to the connection', { upgrade: status(403) }, '502 upstream-forbidden', REFUSED],
  ['a 429 with no hint', { upgrade: status(429) }, '503 upstream-throttled'],
  ['a 429 for ten years', { upgrade: status(429, '315360000') }, '503 upstream-throttled'],
  ['a 500 to the connection', { upgrade: status(500) }, '502 upstream-error'],
  ['a redirect', { upgrade: status(302) }, '502 upstream-invalid-response'],
  ['HTML in place of a WebSocket', { upgrade: { kind: 'garbage' } }, '502 upstream-invalid-response'],
  ['a connection that is reset', { upgrade: { kind: 'reset' } }, '503 upstream-unavailable'],
  ['a mail server', { upgrade: { kind: 'not-http' } }, '503 upstream-unavailable'],
  [
    'a refused port',
    { environment: { GENESYS_MESSAGING_URL: 'ws://127.0.0.1:1' } },
    '503 upstream-unavailable',
  ],
  ['401 to configure', { configure: refused(401) }, '502 upstream-unauthorized', NO],
  ['403 to configure', { configure: refused(403) }, '502 upstream-forbidden', NO],
  ['4006 to configure', { configure: refused(4006) }, '502 upstream-rejected', OURS],
  ['4007 to configure', { configure: refused(4007) }, '502 upstream-rejected', OURS],
  ['4017 to configure', { configure: refused(4017) }, '502 upstream-rejected', OURS],
  ['4029 for an hour', { configure: tooMany(3_600) }, '503 upstream-throttled', OURS],
  ['connected: false', { answer: altered({ connected: false }) }, '502 upstream-rejected', NO],
  ['a description of the deployment with 500', { config: status(500) }, '502 upstream-error'],
  ['a description with 404', { config: status(404) }, '502 upstream-rejected'],
  ['a description that is HTML', { config: { kind: 'garbage' } }, '502 upstream-invalid-response'],
  [
    'a description that never comes',
    { config: { kind: 'hang-before-headers' }, environment: { UPSTREAM_TIMEOUT_MS: '300' } },
    '504 upstream-timeout',
  ],
  ['an inactive deployment', { deployment: { status: 'Inactive' } }, '502 upstream-forbidden'],
];

/** The server may have the session: it is closed in the background. */
const DOUBTS: [what: string, trouble: Trouble, answer: string][] = [
  // Well before the time-out of the handshake, which does not follow the faster clock.
  ['a black hole', { upgrade: { kind: 'hang-before-headers' }, deadlineMs: 2_000 }, '504 upstream-timeout'],
  ['5000 to configure', { configure: refused(5000) }, '502 upstream-error'],
  [
    'no answer to configure',
    { configure: { kind: 'no-answer', effect: 'after' }, ...DEADLINE },
    '504 upstream-timeout',
  ],
  [
    'a connection that breaks with each configure',
    { configure: { kind: 'close', code: 1006, effect: 'after' } },
    '503 upstream-unavailable',
  ],
  ['close 1008 to configure', { configure: { kind: 'close', code: 1008 } }, '502 upstream-rejected'],
  ['a conversation that stays read-only', { answer: altered({ readOnly: true }) }, '502 upstream-rejected'],
];

/** The opening succeeds, possibly with another attempt, and the session was started once. */
const SUCCESSES: [what: string, trouble: Trouble, counts?: Counts][] = [
  ['a 429 for a second', { upgrade: status(429, '1'), ...ONCE }],
  ['a 503 to the first connection', { upgrade: status(503), ...ONCE }],
  ['a first connection that leads nowhere', { upgrade: { kind: 'hang-before-headers' }, ...ONCE }],
  ['a slow accept', { upgrade: { kind: 'delay', ms: 400 } }],
  ['4029 for a second', { configure: tooMany(1), ...ONCE }, OURS],
  ['500 to the first configure', { configure: refused(500), ...ONCE }, OURS],
  [
    'a connection that breaks with configure',
    { configure: { kind: 'close', code: 1006, effect: 'after' }, ...ONCE },
    { 'ws_closed_total 1006': 1 },
  ],
  [
    'close 1011 to configure',
    { configure: { kind: 'close', code: 1011 }, ...ONCE },
    { 'ws_closed_total 1011': 1 },
  ],
  [
    'an answer that says nothing',
    { answer: { kind: 'alter', without: ['connected'] }, ...ONCE },
    { ...OURS, 'upstream_malformed_total SessionResponse': 1 },
  ],
  ['a binary answer', { answer: { kind: 'binary' }, ...ONCE }, { 'ws_closed_total garbage': 1 }],
  ['garbage before the answer', { answer: { kind: 'garbage' }, ...ONCE }, { 'ws_closed_total garbage': 1 }],
  ['10 MB before the answer', { answer: { kind: 'huge' }, ...ONCE }, { 'ws_closed_total garbage': 1 }],
  ['readOnly: true', { answer: altered({ readOnly: true }), ...ONCE }],
  ['unknown fields', { answer: altered({ surprise: { of: ['the', 'year'] } }) }],
  ['an answer of another class before it', { answer: { kind: 'duplicate' } }],
  ['an expiry in the past', { answer: altered({ expirationDate: 1_000 }) }],
  ['an expiry as a text', { answer: altered({ expirationDate: 'tomorrow' }) }],
  ['an expiry in milliseconds', { answer: altered({ expirationDate: 1_900_000_000_000 }) }],
];

async function troubled(trouble: Trouble): Promise<SocketWorld> {
  const { upgrade, config, configure, answer, times = Number.MAX_SAFE_INTEGER } = trouble;
  const { deployment = {}, environment = {}, deadlineMs = 120_000 } = trouble;
  const world = await SocketWorld.start({
    deployment,
    environment: {
      SESSION_OPEN_DEADLINE_MS: String(deadlineMs),
      // The deployment's description would be cached before the fault is added.
      GENESYS_SIGN_IN_AT_START: 'false',
      ...environment,
    },
  });
  if (upgrade !== undefined) world.spoilHttp(UPGRADE, upgrade, times);
  if (config !== undefined) world.spoilHttp(CONFIG, config, times);
  if (configure !== undefined) world.spoil(configure, { action: 'configureSession' }, times);
  if (answer !== undefined) world.spoil(answer, { class: 'SessionResponse' }, times);
  return world;
}

function codeIn(answer: string): string {
  return answer.split(' ')[1] ?? '';
}

describe('opening a session over the guest WebSocket', () => {
  it.concurrent.each(FAILURES)(
    'that meets %s fails without an upstream effect',
    async (_what, trouble, answer, counts = {}) => {
      await using world = await troubled(trouble);
      expect(await world.open()).toBe(answer);
      await expectState(world, {
        session: 'failed open-failed',
        crm: [],
        feed: ['failed'],
        counts: { [`sessions_created_total ${codeIn(answer)}`]: 1, ...counts },
      });
    },
  );

  it.concurrent.each(DOUBTS)(
    'that meets %s fails, and closes the session that it may have started',
    async (_what, trouble, answer) => {
      await using world = await troubled(trouble);
      expect(await world.open()).toBe(answer);
      await expectState(world, { session: 'failed open-failed pending', crm: [], feed: ['failed'] });
      expect((await world.counts())[`sessions_created_total ${codeIn(answer)}`]).toBe(1);
    },
  );

  it.concurrent.each(SUCCESSES)(
    'that meets %s succeeds, and starts one session',
    async (_what, trouble, counts = {}) => {
      await using world = await troubled(trouble);
      expect(await world.open()).toBe('201');
      await expectState(world, {
        session: 'active',
        crm: ['connected'],
        feed: ['active'],
        counts: { 'sessions_created_total ok': 1, ...counts },
      });
      expect(world.guest.sessions).toBe(1);
      const { expiresAt, startedAt } = (await world.api.get(world.conversationId)).body;
      expect(Date.parse(String(expiresAt)) - Date.parse(String(startedAt))).toBeGreaterThan(60_000);
    },
  );

  it.concurrent('starts the conversation once, also when the server confirms it late', async () => {
    await using world = await SocketWorld.start({ deployment: { autoStart: true, greeting: 'Welcome' } });
    world.spoil({ kind: 'delay', ms: 400 }, { class: 'StructuredMessage', bodyContains: 'Join' });
    await world.opened();
    await expectState(world, { session: 'active', feed: ['active', 'outbound: Welcome'] });
    expect(world.guest.joins).toBe(1);
  });
});
