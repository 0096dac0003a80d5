import { BrokenHost } from '../../support/broken-hosts';
import { followLoopTime } from '../../support/loop-time';
import { MatrixWorld } from '../../support/upstream-matrix';

// A time-out here applies to this process with everything in it.
followLoopTime();

/** The unreachable address of Genesys Cloud. */
type Host = 'GENESYS_LOGIN_URL' | 'GENESYS_API_URL';

const LOGIN = 'GENESYS_LOGIN_URL';
const API = 'GENESYS_API_URL';
const TIMED_OUT = '504 upstream-timeout';
const UNREACHABLE = '503 upstream-unavailable';

/** Long enough for a slow resolver. */
const LONG_TIMEOUTS = { UPSTREAM_TIMEOUT_MS: '3000', SESSION_OPEN_DEADLINE_MS: '15000' };

/** `undoing` tells whether a conversation may have been opened. */
type Row = [
  where: string,
  host: Host,
  make: () => Promise<BrokenHost>,
  answer: string,
  undoing: 'none' | 'pending',
];

const ROWS: Row[] = [
  ['a refused port', API, () => BrokenHost.refusedPort(), UNREACHABLE, 'none'],
  ['a refused port', LOGIN, () => BrokenHost.refusedPort(), UNREACHABLE, 'none'],
  [
    'a port that every address of a name refuses',
    API,
    () => BrokenHost.refusedPort('localhost'),
    UNREACHABLE,
    'none',
  ],
  ['an unknown name', API, () => BrokenHost.unknownName(), UNREACHABLE, 'none'],
  ['an unknown name', LOGIN, () => BrokenHost.unknownName(), UNREACHABLE, 'none'],
  ['a black hole', API, () => BrokenHost.blackHole(), TIMED_OUT, 'pending'],
  ['a black hole', LOGIN, () => BrokenHost.blackHole(), TIMED_OUT, 'none'],
  ['a server that hangs up', API, () => BrokenHost.hangingUp(), UNREACHABLE, 'pending'],
  ['a server that hangs up', LOGIN, () => BrokenHost.hangingUp(), UNREACHABLE, 'none'],
  ['a mail server', API, () => BrokenHost.anotherProtocol('http'), UNREACHABLE, 'pending'],
  ['a mail server, with TLS', API, () => BrokenHost.anotherProtocol('https'), UNREACHABLE, 'none'],
  ['a mail server', LOGIN, () => BrokenHost.anotherProtocol('http'), UNREACHABLE, 'none'],
  ['a self-signed certificate', API, () => BrokenHost.selfSigned(), UNREACHABLE, 'none'],
  ['a self-signed certificate', LOGIN, () => BrokenHost.selfSigned(), UNREACHABLE, 'none'],
];

describe('an unreachable network', () => {
  it.concurrent.each(ROWS)(
    'to %s for %s fails the opening with a problem',
    async (_where, host, make, answer, undoing) => {
      await using brokenHost = await make();
      await using matrix = await MatrixWorld.start({ ...LONG_TIMEOUTS, [host]: brokenHost.url });
      const { status: heard, body } = await matrix.api.open();
      const [, code = ''] = answer.split(' ');
      expect(`${heard} ${String(body['code'])}`).toBe(answer);
      const session = await matrix.session();
      expect(session).toMatchObject({ state: 'failed', endReason: 'open-failed' });
      expect(session['disconnect'] ?? 'none').toBe(undoing);
      const tokens = host === LOGIN ? 0 : 1;
      expect(matrix.arrivals).toEqual({ posts: 0, beats: 0, disconnects: 0, tokens });
      expect(await matrix.created).toEqual({ [code]: 1 });
      expect(await matrix.audit()).toEqual([`SESSION_FAILED ${code}`]);
      expect(await matrix.slotsInUse()).toBe(0);
    },
  );

  it.concurrent('in the middle of a session postpones its beats, and its end waits', async () => {
    await using matrix = await MatrixWorld.beating();
    const id = await matrix.api.opened();
    await matrix.counted('heartbeats', 'ok');
    await matrix.world.genesys.close();
    await matrix.counted('heartbeats', 'postponed', 5);
    expect(await matrix.heartbeats).toEqual({ ok: expect.any(Number), postponed: expect.any(Number) });
    expect(await matrix.session(id)).toMatchObject({ state: 'active' });
    const { status: heard, body } = await matrix.api.end(id);
    expect({ heard, body }).toMatchObject({ heard: 202, body: { disconnect: 'pending' } });
    expect((await matrix.disconnects)['failed']).toBeGreaterThanOrEqual(1);
    expect(await matrix.slotsInUse()).toBe(0);
  });
});
