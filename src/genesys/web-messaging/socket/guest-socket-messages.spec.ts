import { RecordingLog } from '../../../audit/recording-log.fake';
import { UpstreamRejectedError, UpstreamServerError } from '../../../common/errors/upstream.errors';
import { GuestSocket } from './guest-socket';
import type { Sending } from '../messages/outgoing-messages';
import { GuestSocketWorld, NOW, SIGNAL } from './guest-socket-world.fake';

let world: GuestSocketWorld;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  world = new GuestSocketWorld();
});
afterEach(async () => {
  await world.close();
  jest.useRealTimers();
});

let sendings = 0;

function aNewSending(): Sending {
  sendings += 1;
  return { reference: `reference-${sendings}`, isRepeatable: false };
}

/** Sends a text and records the outcome: the reference under which it was acknowledged, or an error. */
function send(text: string, signal = SIGNAL): { outcome: unknown } {
  const attempt: { outcome: unknown } = { outcome: undefined };
  world.socket.send({ text }, aNewSending(), signal).then(
    (message) => (attempt.outcome = message.metadata['id'] ?? 'without an id'),
    (error: unknown) => (attempt.outcome = error),
  );
  return attempt;
}

/** The texts of the guest that the server has received. */
function arrived(): readonly (string | undefined)[] {
  return world.server.messages
    .filter(({ direction }) => direction === 'Inbound')
    .map(({ text }) => text)
    .reverse();
}

describe(`${GuestSocket.name} and messages of the guest`, () => {
  it('is acknowledged by the message that comes back, which is handed over once', async () => {
    await world.open();
    const attempt = send('Hello');
    await world.pass(1_000);

    expect(attempt.outcome).toBe(world.server.of('onMessage')[0]?.tracingId);
    expect(world.listener.texts).toEqual(['Hello']);
  });

  it('sends at most five a second, in order', async () => {
    await world.open();
    for (let number = 0; number < 20; number += 1) send(`m-${number}`);
    await world.pass(10_000);
    const at = world.server.last.sent
      .filter(({ frame }) => frame.action === 'onMessage')
      .map((sent) => sent.at);

    expect(arrived()).toEqual(Array.from({ length: 20 }, (_, number) => `m-${number}`));
    expect(
      Math.max(...at.map((from) => at.filter((time) => time >= from && time < from + 1_000).length)),
    ).toBe(5);
  });

  it('leaves room for echoes in what a connection may carry', async () => {
    await world.open();
    for (let number = 0; number < 50; number += 1) send(`m-${number}`);
    await world.pass(30_000);
    for (let number = 50; number < 100; number += 1) send(`m-${number}`);
    await world.pass(20_000);
    expect(world.server.last.sent.length).toBeLessThan(60);

    await world.pass(70_000);
    expect(arrived()).toHaveLength(100);
  });

  it('takes no more than fifty at once', async () => {
    await world.open();
    for (let number = 0; number < 50; number += 1) send('x');

    await expect(world.socket.send({ text: 'one more' }, aNewSending(), SIGNAL)).rejects.toMatchObject({
      reason: 'overload',
    });
  });

  it('sends again what never arrived, without an acknowledgement', async () => {
    await world.open();
    world.server.next('onMessage');
    const attempt = send('Hello');
    await world.pass(20_000);

    expect(arrived()).toEqual(['Hello']);
    expect(attempt.outcome).toEqual(expect.any(String));
    expect(world.listener.texts).toEqual(['Hello']);
  });

  it('looks in the history for what is answered by a frame that cannot be read, at once', async () => {
    await world.open();
    world.server.next('onMessage', (frame, connection) => {
      world.server.keep(frame);
      connection.say(undefined, {}, { tracingId: frame.tracingId });
    });
    const attempt = send('Hello');
    await world.pass(1_000);

    expect(arrived()).toEqual(['Hello']);
    expect(attempt.outcome).toEqual(expect.any(String));
    expect(world.server.connections).toHaveLength(1);
  });

  it('fails no message for a malformed frame without a tracing id', async () => {
    await world.open();
    world.server.next('onMessage', (frame, connection) => {
      connection.say('JwtResponse', {});
      connection.say(undefined, {});
      world.server.accept(frame, connection);
    });
    const attempt = send('Hello');
    await world.pass(1_000);

    expect(attempt.outcome).toBe(world.server.of('onMessage')[0]?.tracingId);
    expect(world.history.pages).toEqual([]);
  });

  it('does not send again what arrived, though the acknowledgement is lost', async () => {
    await world.open();
    world.server.next('onMessage', world.server.keep);
    const attempt = send('Hello');
    await world.pass(20_000);

    expect(arrived()).toEqual(['Hello']);
    expect(attempt.outcome).toEqual(expect.any(String));
    expect(world.listener.texts).toEqual(['Hello']);
  });

  it('recognises by its text what arrived, in a history that does not keep our ids', async () => {
    const keepWithoutId: typeof world.server.accept = (frame) => {
      world.server.keep(frame);
      world.server.messages = world.server.messages.map((message) => ({ ...message, metadata: {} }));
    };
    await world.open();
    send('yes');
    await world.pass(1_000);
    world.server.next('onMessage', keepWithoutId);
    send('yes');
    await world.pass(20_000);
    expect(arrived()).toEqual(['yes', 'yes']);

    world.server.next('onMessage');
    world.server.messages = world.server.messages.map((message) => ({ ...message, at: NOW - 3_600_000 }));
    const attempt = send('yes');
    await world.pass(20_000);
    expect(arrived()).toEqual(['yes', 'yes', 'yes']);
    expect(attempt.outcome).toEqual(expect.any(String));
  });

  describe('to a server that keeps no metadata of guests', () => {
    /** The references of the messages that were handed over. */
    const references = (): readonly unknown[] =>
      world.listener.messages.map(({ metadata }) => metadata['id']);
    const last = (): unknown => world.server.of('onMessage').at(-1)?.tracingId;
    beforeEach(async () => {
      world.server.keepsMetadata = false;
      await world.open();
    });

    it('has its reference by the tracing id, when it is answered and when it is handed over', async () => {
      const attempt = send('Hello');
      await world.pass(1_000);

      expect(attempt.outcome).toBe(last());
      expect(references()).toEqual([last()]);
    });

    it('has its reference when it comes back after the time-out of its request', async () => {
      world.history.failures.push(...Array.from({ length: 50 }, () => new UpstreamServerError(503)));
      world.server.next('onMessage', ({ tracingId }, connection) => {
        const body = { id: 'late', type: 'Text', text: 'Hello', direction: 'Inbound' };
        setTimeout(() => {
          connection.say('StructuredMessage', body, { tracingId });
        }, 15_000);
      });
      send('Hello');
      await world.pass(20_000);

      expect(references()).toEqual([last()]);
      await world.pass(60_000);
    });

    it.each([
      ['the acknowledgement is lost', (): void => undefined],
      [
        'the line breaks',
        (): void => {
          world.server.last.cut();
        },
      ],
    ])(
      'has its reference in the history when %s, and is neither doubled nor mistaken',
      async (_what, act) => {
        send('yes');
        await world.pass(1_000);
        world.server.next('onMessage', (frame) => {
          world.server.keep(frame);
          act();
        });
        const attempt = send('yes');
        await world.pass(20_000);

        expect(arrived()).toEqual(['yes', 'yes']);
        expect(attempt.outcome).toBe(last());
        expect(references()).toEqual(world.server.of('onMessage').map(({ tracingId }) => tracingId));
      },
    );

    it('recognises files that arrived without a text by their ids', async () => {
      const asKept: typeof world.server.accept = (frame) => {
        const content = [{ contentType: 'Attachment', attachment: { id: 'file-1', filename: 'a.png' } }];
        world.server.keep({ ...frame, message: { type: 'Text', content } });
      };
      world.server.next('onMessage', asKept);
      const attempt = world.socket.send({ attachmentIds: ['file-1'] }, aNewSending(), SIGNAL);
      await world.pass(20_000);

      expect((await attempt).metadata['id']).toBe(last());
      expect(world.server.of('onMessage')).toHaveLength(1);
    });

    it('restores no reference of messages over other clients, nor of events', async () => {
      const body = { type: 'Text', text: 'Hi', direction: 'Inbound' };
      world.server.last.say('StructuredMessage', { ...body, id: 'a' }, { tracingId: 'of another client' });
      world.socket.typing();
      const tracingId = last();
      const events = [{ eventType: 'Presence', presence: { type: 'Join' } }];
      world.server.last.say('StructuredMessage', { ...body, id: 'b', type: 'Event', events }, { tracingId });
      await world.pass(1_000);

      expect(references().filter((reference) => reference !== undefined)).toEqual([]);
    });
  });

  it.each([
    ['arrived', true],
    ['did not arrive', false],
  ])('neither duplicates nor loses a message that %s when the connection broke', async (_what, isKept) => {
    await world.open();
    world.server.next('onMessage', (frame, connection) => {
      if (isKept) world.server.keep(frame);
      connection.cut();
    });
    const attempt = send('first');
    send('second');
    await world.pass(20_000);

    expect(arrived()).toEqual(['first', 'second']);
    expect(attempt.outcome).toEqual(expect.any(String));
    expect(world.listener.texts).toEqual(['first', 'second']);
  });

  it('does not repeat an uncertain message while the history cannot be read, and times out after a minute', async () => {
    await world.open();
    world.history.failures.push(...Array.from({ length: 50 }, () => new UpstreamServerError(503)));
    world.server.next('onMessage', world.server.keep);
    const attempt = send('Hello');
    await world.pass(61_000);

    expect(arrived()).toEqual(['Hello']);
    expect(attempt.outcome).toMatchObject({ code: 'upstream-timeout', mayHaveTakenEffect: true });
  });

  it('waits as long as the server asks, and sends then', async () => {
    await world.open();
    world.server.next('onMessage', ({ tracingId }, connection) => {
      connection.say(
        'TooManyRequestsErrorMessage',
        { retryAfter: 3, errorCode: 4029 },
        { tracingId, code: 429 },
      );
    });
    send('Hello');
    await world.pass(2_900);
    expect(world.server.of('onMessage')).toHaveLength(1);

    await world.pass(200);
    expect(arrived()).toEqual(['Hello']);
    expect(world.history.pages).toEqual([]);
  });

  it('fails with what the server does not take, and goes on with the next', async () => {
    await world.open();
    world.server.next('onMessage', ({ tracingId }, connection) => {
      connection.say('string', 'too long', { code: 4011, tracingId });
    });
    const attempt = send('too long');
    send('next');
    await world.pass(1_000);

    expect(attempt.outcome).toBeInstanceOf(UpstreamRejectedError);
    expect(arrived()).toEqual(['next']);
  });

  it('waits for a connection, and fails with the socket', async () => {
    await world.open();
    world.server.last.cut();
    const attempt = send('Hello');
    world.socket.leave();
    await world.pass(10);

    expect(attempt.outcome).toMatchObject({ code: 'upstream-unavailable' });
  });

  it('sends typing at most every five seconds', async () => {
    await world.open();
    for (let times = 0; times < 11; times += 1) {
      world.socket.typing();
      await world.pass(1_000);
    }

    expect(world.server.of('onMessage')).toHaveLength(3);
  });

  it('does not send typing when five messages were sent within the second', async () => {
    await world.open();
    for (let count = 0; count < 5; count += 1) send(`Hello ${count}`);
    await world.pass(100);
    world.socket.typing();
    await world.pass(100);

    expect(
      world.server.of('onMessage').filter(({ message }) => (message as { type?: string }).type === 'Event'),
    ).toEqual([]);
  });

  describe('under a reference that may have been used before', () => {
    const sending = { reference: 'ref', isRepeatable: true };

    /** Adds a message of another process to the history. */
    function saidBefore(metadata: object = { id: 'ref' }): void {
      world.server.keep({
        action: 'onMessage',
        token: 'guest-token',
        tracingId: 'ref',
        message: { type: 'Text', text: 'Once', metadata },
      });
    }

    async function sayOnce(): Promise<unknown> {
      const attempt = world.socket.send({ text: 'Once' }, sending, SIGNAL).catch((error: unknown) => error);
      await world.pass(70_000);
      return attempt;
    }

    it('is sent at once by a socket that knows all of the conversation', async () => {
      await world.open();
      await sayOnce();

      expect(arrived()).toEqual(['Once']);
      expect(world.history.pages).toEqual([]);
    });

    it('is not sent again when an earlier process has sent it', async () => {
      saidBefore();
      await world.resume();

      expect(await sayOnce()).toMatchObject({ text: 'Once', metadata: { id: 'ref' } });
      expect(arrived()).toEqual(['Once']);
    });

    it('is not taken for an earlier message with the same text', async () => {
      saidBefore({});
      await world.resume();
      await sayOnce();

      expect(arrived()).toEqual(['Once', 'Once']);
    });

    it('waits for the history as long as that cannot be read', async () => {
      saidBefore();
      world.history.failures.push(...Array.from({ length: 3 }, () => new UpstreamServerError(500)));
      await world.resume();
      await sayOnce();

      expect(arrived()).toEqual(['Once']);
    });

    it('is looked for when the first attempt ended without an answer', async () => {
      await world.open();
      world.server.next('onMessage', world.server.keep);
      const hasty = new AbortController();
      const first = world.socket
        .send({ text: 'Once' }, sending, hasty.signal)
        .catch((error: unknown) => error);
      await world.pass(100);
      hasty.abort(new Error('stopped'));
      expect(await first).toBeInstanceOf(Error);

      expect(await sayOnce()).toMatchObject({ text: 'Once' });
      expect(arrived()).toEqual(['Once']);
    });
  });
});
