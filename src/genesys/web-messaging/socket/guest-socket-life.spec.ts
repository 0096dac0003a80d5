import { RecordingLog } from '../../../audit/recording-log.fake';
import {
  UpstreamForbiddenError,
  UpstreamThrottledError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { ECHO_TRACING_ID } from '../frames/client-frame';
import { GuestSocket } from './guest-socket';
import { GuestSocketWorld, NOW, SIGNAL } from './guest-socket-world.fake';

let log: RecordingLog;
let world: GuestSocketWorld;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  world = new GuestSocketWorld();
});
afterEach(async () => {
  await world.close();
  jest.useRealTimers();
});

const DISCONNECT = { eventType: 'Presence', presence: { type: 'Disconnect' } };

describe(`${GuestSocket.name} as long as it lives`, () => {
  it.each([
    ['SessionExpiredEvent', {}, {}, 'expired'],
    ['SessionClearedEvent', {}, {}, 'cleared'],
    ['LogoutEvent', {}, {}, 'logged-out'],
    ['ConnectionClosedEvent', { reason: 'signedIn' }, {}, 'signed-in-elsewhere'],
    ['string', 'session expired', { code: 4006 }, 'expired'],
    ['string', 'session not found', { code: 4007 }, 'gone'],
    [
      'StructuredMessage',
      { type: 'Event', direction: 'Outbound', metadata: { readOnly: 'true' }, events: [DISCONNECT] },
      {},
      'agent-ended',
    ],
  ])('is over by %s %j', async (name, body, rest, reason) => {
    await world.open();
    world.server.last.say(name, body, rest);
    await world.pass(120_000);

    expect(world.listener.reasons).toEqual([reason]);
    expect(world.socket.reason).toBe(reason);
    expect(world.server.connections).toHaveLength(1);
    expect(world.server.last.isOpen).toBe(false);
  });

  it('goes on when the agent has left a conversation that takes more messages', async () => {
    await world.open();
    world.server.last.say('StructuredMessage', { id: 'd', type: 'Event', events: [DISCONNECT] });
    await world.pass(1_000);

    expect(world.socket.state).toBe('live');
    expect(world.listener.messages).toEqual([expect.objectContaining({ id: 'd' })]);
  });

  it.each([1000, 1001, 1006, 1011, 1013])(
    'connects again with the same token after a close with %d',
    async (code) => {
      await world.open();
      world.server.last.cut(code);
      expect(world.socket.state).toBe('live');
      await world.pass(10_000);

      expect(world.listener.states).toEqual(['live', 'reconnecting', 'live']);
      expect(world.server.of('configureSession').map(({ token }) => token)).toEqual([
        'guest-token',
        'guest-token',
      ]);
      expect(world.server.of('configureSession')[1]).toMatchObject({ startNew: false });
    },
  );

  it.each([1002, 1007, 1008, 1009])('is refused, with an alarm, by a close with %d', async (code) => {
    await world.open();
    world.server.last.cut(code);
    await world.pass(60_000);

    expect(world.listener.reasons).toEqual(['refused']);
    expect(world.server.connections).toHaveLength(1);
    expect(log.at('error')).toHaveLength(1);
  });

  it('does not continue with a new session of the server, and closes it', async () => {
    await world.open();
    world.server.sessions.push({ newSession: true });
    world.server.last.cut();
    await world.pass(10_000);

    expect(world.listener.reasons).toEqual(['gone']);
    expect(world.server.of('closeSession')).toHaveLength(1);
  });

  it.each([
    [{ clearedExistingSession: true }, 'cleared'],
    [{ connected: false }, 'refused'],
  ])('ends when the server describes the session as %j', async (facts, reason) => {
    await world.open();
    world.server.sessions.push(facts);
    world.server.last.cut();
    await world.pass(10_000);

    expect(world.listener.reasons).toEqual([reason]);
  });

  it('backfills the last messages of the agent before it ends', async () => {
    await world.open();
    world.server.last.cut();
    world.server.write('Good-bye', 'last');
    world.server.sessions.push({ readOnly: true });
    await world.pass(10_000);

    expect(world.listener.texts).toEqual(['Good-bye']);
    expect(world.listener.reasons).toEqual(['agent-ended']);
  });

  it('does not fight another holder of the session', async () => {
    await world.open();
    world.server.last.say('ConnectionClosedEvent', {});
    world.server.last.cut(1000);
    await world.pass(59_000);
    expect(world.server.connections).toHaveLength(1);

    await world.pass(40_000);
    expect(world.socket.state).toBe('live');
  });

  it('keeps trying for as long as the server is away, ever more slowly, and never ends for that', async () => {
    await world.open();
    world.server.refusals.push(
      ...Array.from({ length: 20 }, () => new UpstreamUnavailableError({ sent: false })),
    );
    world.server.last.cut();
    await world.pass(60_000);
    const inTheFirstMinute = world.server.connectedAt.length - 1;
    await world.pass(840_000);

    expect(inTheFirstMinute).toBeGreaterThanOrEqual(4);
    expect(inTheFirstMinute).toBeLessThanOrEqual(10);
    expect(world.socket.state).toBe('live');
  });

  it('is spared nothing that a throttled reconnect asks for', async () => {
    await world.open();
    world.server.refusals.push(new UpstreamThrottledError(20_000));
    world.server.last.cut();
    await world.pass(60_000);
    const [, refusedAt = 0, secondAt = 0] = world.server.connectedAt;

    expect(secondAt - refusedAt).toBeGreaterThanOrEqual(20_000);
  });

  it('configures no more often than the platform allows a session', async () => {
    await world.open();
    for (let cuts = 0; cuts < 200; cuts += 1) {
      if (world.server.last.isOpen) world.server.last.cut(1006);
      await world.pass(1_000);
    }
    const at = world.server.connections.flatMap(({ sent }) =>
      sent.filter(({ frame }) => frame.action === 'configureSession').map((entry) => entry.at),
    );

    expect(at.length).toBeGreaterThan(5);
    expect(
      Math.max(...at.map((from) => at.filter((time) => time >= from && time < from + 60_000).length)),
    ).toBeLessThanOrEqual(60);
  });

  it('warns of its expiry once, also over several connections', async () => {
    await world.open();
    const { expiresAt = 0 } = world.socket;
    await world.pass(expiresAt - 300_000 - Date.now() - 1);
    expect(world.listener.warnings).toEqual([]);
    await world.pass(1);
    expect(world.listener.warnings).toEqual([expiresAt]);
    world.server.last.cut();
    await world.pass(60_000);
    expect(world.listener.warnings).toHaveLength(1);
  });

  it('warns of no expiry once it is over', async () => {
    await world.open();
    world.socket.leave();
    await world.pass(4_000_000);

    expect(world.listener.warnings).toEqual([]);
  });

  it('moves the expiry with messages and with echoes', async () => {
    await world.open();
    const { expiresAt = 0 } = world.socket;
    world.server.write('Hello');
    expect(world.socket.expiresAt).toBe(Date.now() + 3_600_000);
    expect(world.socket.expiresAt).toBeGreaterThan(expiresAt);

    const expirationDate = Math.floor(Date.now() / 1000) + 90;
    world.server.next('echo', ({ tracingId }, connection) => {
      const metadata = { durationSeconds: '3600', expirationDate: String(expirationDate) };
      connection.say('StructuredMessage', { type: 'Text', text: 'ping', metadata }, { tracingId });
    });
    await world.socket.echo(SIGNAL);
    expect(world.listener.expiries.at(-1)).toBe(expirationDate * 1000);
  });

  it('resumes a session of another process', async () => {
    world.server.write('earlier', 'm-1');
    await world.resume();

    expect(world.socket.state).toBe('live');
    expect(world.listener.texts).toEqual(['earlier']);
    expect(world.server.of('onMessage')).toEqual([]);
  });

  it('is gone when the session of another process no longer exists', async () => {
    world.socket.resume();
    await world.pass(1_000);

    expect(world.socket.reason).toBe('gone');
  });

  it('is refused when a resumption is forbidden', async () => {
    world.server.refusals.push(new UpstreamForbiddenError());
    await world.resume();

    expect(world.listener.reasons).toEqual(['refused']);
  });

  it('looks at every event of a frame: typing that is over does not hide the end', async () => {
    await world.open();
    world.server.last.say('StructuredMessage', {
      type: 'Event',
      direction: 'Outbound',
      metadata: { readOnly: 'true' },
      events: [
        { eventType: 'Typing', typing: { type: 'Off' } },
        { eventType: 'Presence', presence: { type: 'Disconnect' } },
      ],
    });
    await world.pass(1_000);

    expect(world.listener.typing).toEqual([false]);
    expect(world.socket.reason).toBe('agent-ended');
  });

  it('reports typing, and keeps it out of the messages', async () => {
    await world.open();
    const typing = (type: string): void => {
      world.server.last.say('StructuredMessage', {
        type: 'Event',
        direction: 'Outbound',
        events: [{ eventType: 'Typing', typing: { type } }],
      });
    };
    typing('On');
    typing('Off');
    await world.pass(1_000);

    expect(world.listener.typing).toEqual([true, false]);
    expect(world.listener.messages).toEqual([]);
  });

  it("does not take the guest's own typing for the agent's", async () => {
    await world.open();
    const events = [{ eventType: 'Typing', typing: { type: 'On' } }];
    world.server.last.say('StructuredMessage', { type: 'Event', direction: 'Inbound', events });
    await world.pass(1_000);

    expect([world.listener.typing, world.listener.messages]).toEqual([[], []]);
  });

  it('ignores unsolicited frames, and sends the next message', async () => {
    await world.open();
    const presence = (type: string): object => ({ eventType: 'Presence', presence: { type } });
    const unsolicited: [name: string, body: unknown, rest?: object][] = [
      ['SessionResponse', { connected: true, newSession: false }],
      ['JwtResponse', { jwt: 'unasked', exp: 1666289700 }],
      ['ResumeTokenResponse', { resumeToken: 'unasked', exp: 1795595381 }],
      ['PresignedUrlResponse', { attachmentId: 'a', headers: {}, url: 'https://up.example' }],
      ['GenerateUrlError', { attachmentId: 'a', errorCode: 4001, errorMessage: 'x' }],
      ['UploadSuccessEvent', { attachmentId: 'a', downloadUrl: 'https://down', timestamp: 'some_time' }],
      ['UploadFailureEvent', { attachmentId: 'a', errorCode: 4001, errorMessage: 'x' }],
      ['AttachmentDeletedResponse', { attachmentId: 'a' }],
      ['GetConfigurationResponse', { allowedMedia: {}, blockedExtensions: [], maxCustomDataBytes: 2048 }],
      ['TooManyRequestsErrorMessage', { retryAfter: 3, errorCode: 4029 }, { code: 429 }],
      ['string', 'Request failed.', { code: 400 }],
      ['string', 'HTTP authorization error', { code: 403, tracingId: 'of nothing' }],
      ['Error', { errorCode: 5000 }, { code: 400 }],
      ['ErrorMessage', { errorCode: 4011 }, { code: 400 }],
      ['StructuredMessage', { text: 'ping', type: 'Text' }, { tracingId: ECHO_TRACING_ID }],
      ['StructuredMessage', { type: 'Event', direction: 'Outbound', events: [presence('Join')] }],
      ['StructuredMessage', { type: 'Event', direction: 'Outbound', events: [] }],
      ['Unknown', {}],
      ['SomethingNew', { of: 'the year' }],
    ];
    for (const [name, body, rest] of unsolicited)
      world.server.last.say(name, body, { type: 'message', ...rest });
    const sent = world.socket.send({ text: 'Hi' }, { reference: 'r', isRepeatable: false }, SIGNAL);
    await world.pass(1_000);

    expect((await sent).metadata['id']).toBe('r');
    expect([world.socket.state, world.server.connections.length]).toEqual(['live', 1]);
    expect(world.listener.texts.filter((text) => text !== undefined)).toEqual(['Hi']);
  });

  it('continues when its listener throws', async () => {
    world.listener.onMessage = () => {
      throw new Error('listener');
    };
    await world.open();
    world.server.write('Hello');
    await world.pass(1_000);

    expect(world.socket.state).toBe('live');
    expect(log.at('error')).toHaveLength(1);
  });

  it('logs no token', async () => {
    await world.open();
    world.server.last.cut();
    await world.pass(10_000);
    world.server.last.say('SessionExpiredEvent', {});

    expect(JSON.stringify(log.lines)).not.toContain('guest-token');
  });
});

describe(`${GuestSocket.name} when it ends a conversation`, () => {
  it('clears it as a guest does', async () => {
    await world.open();
    await world.socket.clear(SIGNAL);

    expect(world.server.of('onMessage')[0]).toMatchObject({
      message: { events: [{ eventType: 'Presence', presence: { type: 'Clear' } }] },
    });
    expect(world.listener.reasons).toEqual(['cleared']);
  });

  it('counts it as cleared when the event comes before the answer', async () => {
    await world.open();
    world.server.next('onMessage', (_frame, connection) => {
      connection.say('SessionClearedEvent', {});
    });
    await world.socket.clear(SIGNAL);

    expect(world.listener.reasons).toEqual(['cleared']);
  });

  it('lives on when the deployment does not let it', async () => {
    await world.open();
    world.server.next('onMessage', ({ tracingId }, connection) => {
      connection.say('string', 'Presence events Conversation Clear are not supported', {
        code: 403,
        tracingId,
      });
    });

    await expect(world.socket.clear(SIGNAL)).rejects.toBeInstanceOf(UpstreamForbiddenError);
    expect(world.socket.state).toBe('live');
  });

  it('closes the session with all its connections', async () => {
    await world.open();
    await world.socket.closeSession(SIGNAL);

    expect(world.server.of('closeSession')[0]).toMatchObject({ closeAllConnections: true });
    expect(world.listener.reasons).toEqual(['closed']);
  });

  it('leaves without a word', async () => {
    await world.open();
    const before = world.server.last.sent.length;
    world.socket.leave();
    await world.pass(60_000);

    expect(world.server.last.sent).toHaveLength(before);
    expect(world.listener.reasons).toEqual(['closed']);
  });
});
