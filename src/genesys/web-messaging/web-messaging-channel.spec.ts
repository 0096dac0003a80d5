import { RecordingLog } from '../../audit/recording-log.fake';
import { UpstreamForbiddenError, UpstreamUnavailableError } from '../../common/errors/upstream.errors';
import { anActiveSession } from '../../session/domain/session.builder';
import { anAnswer } from '../transport/genesys-http-client.fake';
import { WebMessagingChannel } from './web-messaging-channel';
import { WebMessagingWorld } from './web-messaging-world.fake';

const NOW = 1_800_000_000_000;
const SIGNAL = new AbortController().signal;
const { snapshot } = anActiveSession();

let world: WebMessagingWorld;
let http: WebMessagingWorld['http'];
let server: WebMessagingWorld['server'];
let sockets: WebMessagingWorld['sockets'];
let channel: WebMessagingWorld['channel'];

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  world = new WebMessagingWorld();
  ({ http, server, sockets, channel } = world);
});
afterEach(async () => {
  await world.close();
  jest.useRealTimers();
});

function describeDeployment(conversations: object): void {
  http.next(anAnswer(200, { status: 'Active', messenger: { apps: { conversations } } }));
}

const outcomeOf = <T>(call: Promise<T>): Promise<T | Error> => world.outcomeOf(call);
const open = (): Promise<unknown> => outcomeOf(channel.open(snapshot, performance.now() + 30_000, SIGNAL));
const beat = (): Promise<unknown> => outcomeOf(channel.beat(snapshot, 1, SIGNAL));
const disconnect = (): Promise<unknown> => outcomeOf(channel.disconnect(snapshot, SIGNAL));

describe(WebMessagingChannel.name, () => {
  describe('opening', () => {
    it("begins a session with the session's own guest token, and starts the conversation where the deployment does", async () => {
      describeDeployment({ autoStart: { enabled: true } });

      expect(await open()).toMatchObject({
        answer: { connected: true, newSession: true, durationSeconds: 3_600 },
        expiresAt: NOW + 3_600_000,
      });
      expect(server.of('configureSession')).toEqual([
        expect.objectContaining({ token: snapshot.guestToken, deploymentId: 'dep-1', startNew: false }),
      ]);
      expect(server.of('onMessage')).toHaveLength(1);
    });

    const GUEST_CONTEXT = {
      customAttributes: { order: '4711', tier: 'gold' },
      journeyContext: { customerId: 'customer-1', sessionId: 'visit-1' },
    };
    const guest = { ...snapshot, guestContext: GUEST_CONTEXT };
    const guestSessionId = snapshot.conversationId;
    const ATTRIBUTES = { ...GUEST_CONTEXT.customAttributes, guestSessionId };
    const openWithContext = (): Promise<unknown> =>
      outcomeOf(channel.open(guest, performance.now() + 30_000, SIGNAL));
    const say = (reference: string, customAttributes?: Record<string, string>): Promise<unknown> => {
      const own = customAttributes === undefined ? {} : { customAttributes };
      return outcomeOf(
        channel.messaging.send(guest, { reference, isRepeatable: false, text: 'Hi', ...own }, SIGNAL),
      );
    };
    const attributesSent = (): unknown[] =>
      server.of('onMessage').map((frame) => {
        const { channel: told } = frame['message'] as {
          channel?: { metadata: { customAttributes: unknown } };
        };
        return told?.metadata.customAttributes;
      });

    it('starts the conversation with the custom attributes of the opening, and sends them once', async () => {
      describeDeployment({ autoStart: { enabled: true } });
      await openWithContext();
      server.last.say('StructuredMessage', {
        type: 'Event',
        direction: 'Inbound',
        id: 'join-1',
        events: [{ eventType: 'Presence', presence: { type: 'Join' } }],
      });
      await say('5e0a1f9a-3b68-4c5c-9d5e-000000000001');

      expect(attributesSent()).toEqual([ATTRIBUTES, undefined]);
    });

    it('sends the custom attributes of the opening with the first message, again when that fails', async () => {
      await openWithContext();
      server.next('onMessage', ({ tracingId }, connection) => {
        connection.say('string', 'Request failed.', { code: 400, tracingId });
      });
      await say('5e0a1f9a-3b68-4c5c-9d5e-000000000002', { tier: 'silver' });
      await say('5e0a1f9a-3b68-4c5c-9d5e-000000000003');
      await say('5e0a1f9a-3b68-4c5c-9d5e-000000000004');

      expect(attributesSent()).toEqual([{ ...ATTRIBUTES, tier: 'silver' }, ATTRIBUTES, undefined]);
    });

    it.each([
      [true, undefined],
      [false, ATTRIBUTES],
    ])(
      'sends them in another process when there is no message of the guest yet: %p',
      async (hasSpoken, sent) => {
        server.begun();
        if (hasSpoken)
          server.keep({
            action: 'onMessage',
            token: '',
            tracingId: 't',
            message: { type: 'Text', text: 'Hi' },
          });
        await say('5e0a1f9a-3b68-4c5c-9d5e-000000000005');

        expect(attributesSent()).toEqual([sent]);
      },
    );

    it('sends the journey context with each configure', async () => {
      await openWithContext();
      server.last.cut();
      await jest.advanceTimersByTimeAsync(30_000);

      const journeyContext = {
        customer: { id: 'customer-1', idType: 'cookie' },
        customerSession: { id: 'visit-1', type: 'web' },
      };
      const configures = server.of('configureSession');
      expect(configures.length).toBeGreaterThan(1);
      for (const configure of configures) expect(configure).toMatchObject({ journeyContext });
    });

    it('opens nothing with a deployment that is not active', async () => {
      http.next(anAnswer(200, { status: 'Inactive' }));
      expect(await open()).toMatchObject({ code: 'upstream-forbidden', mayHaveTakenEffect: false });
    });

    it('opens nothing as long as nothing is known of the deployment', async () => {
      http.next(new UpstreamUnavailableError({ sent: false }));

      expect(await open()).toMatchObject({ code: 'upstream-unavailable', mayHaveTakenEffect: false });
      expect(server.connectedAt).toEqual([]);
    });

    it('holds no socket of a session that could not be opened', async () => {
      server.refusals.push(new UpstreamForbiddenError());

      expect(await open()).toBeInstanceOf(UpstreamForbiddenError);
      expect(sockets.size).toBe(0);
    });
  });

  describe('a beat', () => {
    it('looks the id of the conversation up once there is a message', async () => {
      const ids: string[] = [];
      world.events.subscribe({ onUpstreamId: (_conversationId, id) => ids.push(id) });
      await open();
      await beat();
      expect(http.requests.filter(({ operation }) => operation === 'details')).toEqual([]);

      server.write('Hello', 'message-1');
      http.next(anAnswer(403), anAnswer(200, { conversationId: 'theirs' }));
      await beat();
      expect(ids).toEqual([]);
      await beat();
      await beat();

      expect(ids).toEqual(['theirs']);
      expect(http.requests.filter(({ operation }) => operation === 'details')).toHaveLength(2);
    });

    it.each(['x'.repeat(129), 'with a space', '', 7])(
      'overlooks %p as the id of a conversation',
      async (conversationId) => {
        const onUpstreamId = jest.fn();
        world.events.subscribe({ onUpstreamId });
        await open();
        server.write('Hello', 'message-1');
        http.next(anAnswer(200, { conversationId }));
        await beat();

        expect(http.requests.filter(({ operation }) => operation === 'details')).toHaveLength(1);
        expect(onUpstreamId).not.toHaveBeenCalled();
      },
    );

    it('asks at most three times for the id of a conversation', async () => {
      await open();
      server.write('Hello', 'message-1');
      http.next(...Array.from({ length: 5 }, () => anAnswer(403)));
      for (let beats = 0; beats < 5; beats += 1) await beat();

      expect(http.requests.filter(({ operation }) => operation === 'details')).toHaveLength(3);
    });

    it('is an echo', async () => {
      await open();

      expect(await beat()).toEqual({ kind: 'ok' });
      expect(server.of('echo')).toHaveLength(1);
    });

    it('counts nothing against the conversation when the echo is missed', async () => {
      await open();
      server.next('echo');

      expect(await beat()).toEqual({ kind: 'postponed', cause: 'echo-missed' });
    });

    it('is postponed while the socket reconnects, and succeeds over the next connection', async () => {
      await open();
      server.refusals.push(...Array.from({ length: 4 }, () => new UpstreamUnavailableError({ sent: false })));
      server.last.cut();
      await jest.advanceTimersByTimeAsync(0);

      expect(await beat()).toMatchObject({ kind: 'postponed', cause: 'reconnecting' });
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await beat()).toEqual({ kind: 'ok' });
    });

    it('hands on how long the server asks to be spared', async () => {
      await open();
      server.next('echo', ({ tracingId }, connection) => {
        connection.say(
          'TooManyRequestsErrorMessage',
          { retryAfter: 7, errorCode: 4029 },
          { tracingId, code: 429 },
        );
      });

      expect(await beat()).toEqual({ kind: 'postponed', cause: 'throttled', retryAfterMs: 7_000 });
    });

    it('goes on with a session that another process has begun', async () => {
      server.begun();

      expect(await beat()).toEqual({ kind: 'ok' });
      expect(server.of('onMessage')).toEqual([]);
      expect(await beat()).toEqual({ kind: 'ok' });
      expect(server.connections).toHaveLength(1);
    });

    it('reports a session as gone when the server begins a new one', async () => {
      expect(await beat()).toEqual({ kind: 'gone', reason: 'gone', endCause: 'newSession' });
      expect(sockets.size).toBe(0);
    });

    it.each([
      ['SessionExpiredEvent', 'expired'],
      ['SessionClearedEvent', 'cleared'],
      ['LogoutEvent', 'logged-out'],
    ])('reports the end by a %s', async (name, reason) => {
      await open();
      server.last.say(name, {});

      expect(await beat()).toEqual({ kind: 'gone', reason, endCause: name });
    });

    it('neither ends nor insists when the socket is refused, and finds out with the next beat', async () => {
      await open();
      server.last.cut(1008);

      expect(await beat()).toEqual({ kind: 'postponed', cause: 'refused', retryAfterMs: 30_000 });
      expect(await beat()).toEqual({ kind: 'ok' });
    });
  });

  describe('disconnecting', () => {
    it('clears the conversation where the deployment lets guests do so', async () => {
      describeDeployment({ conversationClear: { enabled: true } });
      await open();

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'clear' });
      expect(server.of('onMessage')[0]).toMatchObject({
        message: { events: [{ presence: { type: 'Clear' } }] },
      });
      expect(sockets.size).toBe(0);
    });

    it('asks the platform when guests may not, by the conversation of some message', async () => {
      await open();
      server.write('Hello', 'm-1');
      http.next(anAnswer(200, { conversationId: 'theirs' }), anAnswer(202));

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'disconnect' });
      expect(http.requests.slice(1)).toEqual([
        expect.objectContaining({
          operation: 'details',
          method: 'GET',
          url: 'http://api.test/api/v2/conversations/messages/m-1/details',
        }),
        expect.objectContaining({
          operation: 'disconnect',
          method: 'PATCH',
          url: 'http://api.test/api/v2/conversations/messages/theirs',
          body: '{"state":"disconnected"}',
        }),
      ]);
      expect(server.of('closeSession')).toEqual([]);
    });

    it('uses the platform API when the deployment allows less than it states', async () => {
      describeDeployment({ conversationClear: { enabled: true } });
      await open();
      server.write('Hello', 'm-1');
      server.next('onMessage', ({ tracingId }, connection) => {
        connection.say('string', 'not supported', { code: 403, tracingId });
      });
      http.next(anAnswer(200, { conversationId: 'theirs' }), anAnswer(202));

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'disconnect' });
      expect(http.requests.at(-1)).toMatchObject({ operation: 'disconnect' });
    });

    it.each([
      ['nothing was said', undefined],
      ['the platform knows no such message', anAnswer(404)],
      ['the OAuth client may not', anAnswer(403)],
    ])('closes the session when %s', async (_what, answer) => {
      await open();
      if (answer !== undefined) {
        server.write('Hello', 'm-1');
        http.next(answer);
      }

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'close' });
      expect(server.of('closeSession')).toHaveLength(1);
    });

    it('reports `gone` when the session ends before it is closed', async () => {
      await open();
      const events = [{ eventType: 'Presence', presence: { type: 'Disconnect' } }];
      const body = { type: 'Event', direction: 'Outbound', metadata: { readOnly: 'true' }, events };
      server.next('closeSession', ({ tracingId }, connection) => {
        connection.say('StructuredMessage', body, { type: 'message', tracingId });
      });

      expect(await disconnect()).toEqual({ kind: 'gone' });
      expect(sockets.size).toBe(0);
    });

    it('is tried again when the platform fails', async () => {
      await open();
      server.write('Hello', 'm-1');
      http.next(anAnswer(503));

      expect(await disconnect()).toMatchObject({ code: 'upstream-error' });
      expect(sockets.size).toBe(1);
    });

    it('ends a session of another process, found by its history', async () => {
      server.begun();
      server.write('Hello', 'm-1');
      http.next(anAnswer(200, {}), anAnswer(200, { conversationId: 'theirs' }), anAnswer(202));

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'disconnect' });
      expect(http.requests.at(-1)).toMatchObject({ url: expect.stringMatching(/messages\/theirs$/) });
      expect(server.of('closeSession')).toEqual([]);
    });

    it('reports `gone` when the server begins a new session', async () => {
      expect(await disconnect()).toEqual({ kind: 'gone' });
      expect(sockets.size).toBe(0);
    });

    it('ends by its time-out without a connection', async () => {
      await open();
      server.refusals.push(
        ...Array.from({ length: 20 }, () => new UpstreamUnavailableError({ sent: false })),
      );
      server.last.cut();

      expect(await disconnect()).toMatchObject({ code: 'upstream-timeout' });
    });
  });
});
