import { GenesysSimulator } from '../genesys-simulator';
import { Frame, GuestClient } from './guest-client.fake';
import { SocketFault, SocketFaultMatch } from './socket-fault';

let simulator: GenesysSimulator;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({
    webMessaging: { limits: { echoesPerConnection: 1_000, messagesPerSession: 1_000 } },
  });
});
afterEach(() => simulator.close());

const guestOf = (token: string): Promise<GuestClient> =>
  GuestClient.connectAndConfigure(simulator.url, token);

function once(fault: SocketFault, match: SocketFaultMatch = {}): void {
  simulator.webMessaging.faults.add({ fault, match, times: 1 });
}

const texts = (frames: readonly Frame[]): unknown[] => frames.map(({ body }) => body['text']);

describe('a fault of a request', () => {
  it.each([1000, 1001, 1006, 1008, 1011])('closes with %i', async (code) => {
    const guest = await guestOf('guest-1');
    once({ kind: 'close', code }, { action: 'onMessage' });
    guest.send('onMessage', { message: { text: 'Hi', type: 'Text' } });

    expect(await guest.closed()).toEqual({ code, reason: '' });
    expect(simulator.webMessaging.session('guest-1')?.messages).toEqual([]);
  });

  it('may be played after the request has taken effect', async () => {
    const [guest, other] = [await guestOf('guest-1'), await guestOf('guest-1')];
    once({ kind: 'close', code: 1011, effect: 'after' }, { action: 'onMessage' });
    guest.send('onMessage', { message: { text: 'Hi', type: 'Text' } });

    await expect(guest.next()).rejects.toThrow('closed without a frame');
    expect(await other.next()).toMatchObject({ body: { text: 'Hi' } });
  });

  it.each(['before', 'after'] as const)('loses an echo, %s it has taken effect', async (effect) => {
    const guest = await guestOf('guest-1');
    once({ kind: 'no-answer', effect }, { action: 'echo', bodyContains: 'lost' });
    guest.send('echo', { message: { text: 'lost' } });

    expect(await guest.ask('echo', { message: { text: 'found' } })).toMatchObject({
      body: { text: 'found' },
    });
    expect(simulator.webMessaging.session('guest-1')?.echoes).toBe(effect === 'after' ? 2 : 1);
  });

  it('silences one connection, pings and notifications included', async () => {
    const [guest, other] = [await guestOf('guest-1'), await guestOf('guest-1')];
    const pongs: string[] = [];
    guest.socket.on('pong', () => pongs.push('silent'));
    once({ kind: 'silence' }, { action: 'getJwt' });
    guest.send('getJwt');
    guest.socket.ping();
    const seen = await other.settled();
    simulator.webMessaging.agent.say('guest-1', 'Hello');

    expect(texts([...seen, ...(await other.settled())])).toEqual(['Hello']);
    expect(simulator.webMessaging.session('guest-1')?.logs[0]?.sent).toHaveLength(1);
    expect(pongs).toEqual([]);
  });

  it.each<[number, object]>([
    [4006, { class: 'string', code: 4006, body: 'session expired error message' }],
    [4007, { class: 'string', code: 4007, body: 'session not found error message' }],
    [401, { class: 'string', code: 401, body: 'User is unauthorized' }],
    [
      4029,
      {
        class: 'TooManyRequestsErrorMessage',
        code: 429,
        body: { retryAfter: 3, errorCode: 4029, errorMessage: 'Message rate too high for this session' },
      },
    ],
  ])('answers %i in place of the platform', async (code, answer) => {
    const guest = await GuestClient.connect(simulator.url, 'guest-1');
    once({ kind: 'answer', code }, { token: 'guest-1', action: 'configureSession' });

    expect(await guest.configure()).toEqual({ type: 'response', tracingId: 't', ...answer });
    expect(await guest.configure()).toMatchObject({ code: 200 });
  });

  it('answers with any class and body', async () => {
    const guest = await guestOf('guest-1');
    once({ kind: 'answer', code: 200, class: 'SomethingNew', body: { a: 1 } });

    expect(await guest.ask('getJwt')).toMatchObject({ class: 'SomethingNew', body: { a: 1 } });
  });
});

describe('a fault of a frame', () => {
  async function afterThree(fault: SocketFault): Promise<unknown[]> {
    const guest = await guestOf('guest-1');
    once(fault, { class: 'StructuredMessage', bodyContains: 'one' });
    for (const text of ['one', 'two', 'three']) simulator.webMessaging.agent.say('guest-1', text);
    return texts(await guest.settled());
  }

  it('drops it', async () => {
    expect(await afterThree({ kind: 'drop' })).toEqual(['two', 'three']);
  });

  it('sends it twice', async () => {
    expect(await afterThree({ kind: 'duplicate' })).toEqual(['one', 'one', 'two', 'three']);
  });

  it('sends it after the next one', async () => {
    expect(await afterThree({ kind: 'reorder' })).toEqual(['two', 'one', 'three']);
  });

  it('sends it later', async () => {
    const guest = await guestOf('guest-1');
    once({ kind: 'delay', ms: 20 }, { bodyContains: 'one' });
    for (const text of ['one', 'two']) simulator.webMessaging.agent.say('guest-1', text);

    expect(texts([await guest.next(), await guest.next()])).toEqual(['two', 'one']);
  });

  it('changes, adds and removes fields of it', async () => {
    const guest = await GuestClient.connect(simulator.url, 'guest-1');
    once({
      kind: 'alter',
      frame: { extra: true },
      body: { connected: false, newSession: true, colour: 'red' },
      without: ['durationSeconds', 'expirationDate'],
    });

    const frame = await guest.configure();

    expect(frame).toMatchObject({ extra: true, body: { connected: false, colour: 'red' } });
    expect(Object.keys(frame.body)).not.toContain('expirationDate');
  });

  it('sends data that is not a frame before it', async () => {
    const guest = await GuestClient.connect(simulator.url, 'guest-1');
    once({ kind: 'garbage' });
    await guest.configure();

    expect(String((await guest.nextRaw()).data)).toMatch(/^<html>/);
    expect(String((await guest.nextRaw()).data)).toMatch(/SessionResponse/);
  });

  it('sends it as a binary one', async () => {
    const guest = await GuestClient.connect(simulator.url, 'guest-1');
    once({ kind: 'binary' });
    guest.send('getJwt');

    expect(await guest.nextRaw()).toMatchObject({ isBinary: true });
  });

  it('sends 10 MB before it', async () => {
    const guest = await GuestClient.connect(simulator.url, 'guest-1');
    once({ kind: 'huge' });
    await guest.configure();

    expect((await guest.nextRaw()).data).toHaveLength(10 * 1024 * 1024);
  });

  it('applies to one guest, after a number of matches, a number of times', async () => {
    const [one, two] = [await guestOf('guest-1'), await guestOf('guest-2')];
    simulator.webMessaging.faults.add({
      fault: { kind: 'drop' },
      match: { token: 'guest-1', class: 'StructuredMessage' },
      after: 1,
      times: 1,
    });
    for (const guest of ['guest-1', 'guest-2']) {
      for (const text of ['a', 'b', 'c']) simulator.webMessaging.agent.say(guest, text);
    }

    expect([texts(await one.settled()), texts(await two.settled())]).toEqual([
      ['a', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(simulator.webMessaging.faults.list()).toMatchObject([{ applied: 1, after: 1, times: 1 }]);
  });
});

describe('a fault of an upgrade', () => {
  it.each([403, 429, 503])('answers %i', async (status) => {
    simulator.faults.add({
      match: { path: '^/v1$' },
      fault: { kind: 'status', status, retryAfter: 7 },
      times: 1,
    });

    const response = await GuestClient.refusal(simulator.url);

    expect([response.statusCode, response.headers['retry-after']]).toEqual([status, '7']);
    await guestOf('guest-1');
  });

  it('accepts slowly', async () => {
    simulator.faults.add({ match: { path: '^/v1$' }, fault: { kind: 'delay', ms: 20 } });

    expect((await guestOf('guest-1')).socket.readyState).toBe(1);
    expect(simulator.faults.list()).toMatchObject([{ applied: 1 }]);
  });

  it.each<SocketFaultlessKind>(['reset', 'hang-up', 'not-http'])('%s breaks it', async (kind) => {
    simulator.faults.add({ match: { path: '^/v1$' }, fault: { kind } });

    await expect(guestOf('guest-1')).rejects.toThrow();
  });
});

type SocketFaultlessKind = 'reset' | 'hang-up' | 'not-http';

describe('the control route of socket faults', () => {
  async function send(method: string, path: string, body?: object): Promise<[number, unknown]> {
    const response = await fetch(`${simulator.url}/_sim/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return [response.status, text === '' ? undefined : JSON.parse(text)];
  }

  it('adds, lists, removes and clears', async () => {
    const rule = { match: { action: 'echo' }, fault: { kind: 'no-answer' }, times: 1 };

    expect(await send('POST', 'socket-faults', rule)).toEqual([201, { id: 'socket-fault-1' }]);
    expect(await send('GET', 'socket-faults')).toMatchObject([200, [{ ...rule, applied: 0 }]]);
    expect((await send('DELETE', 'socket-faults/socket-fault-1'))[0]).toBe(204);
    expect((await send('DELETE', 'socket-faults/socket-fault-1'))[0]).toBe(404);
    expect((await send('DELETE', 'socket-faults'))[0]).toBe(204);
    expect((await send('PUT', 'socket-faults'))[0]).toBe(405);
  });

  it.each([
    [{ fault: { kind: 'explode' } }, /fault.kind/],
    [{ fault: { kind: 'close', code: 1005 } }, /fault.code/],
    [{ fault: { kind: 'drop', ms: 1 } }, /fault.ms is not known/],
    [{ fault: { kind: 'drop' }, match: { action: 'echo' } }, /match.action means nothing to drop/],
    [{ fault: { kind: 'silence' }, match: { class: 'JwtResponse' } }, /match.class means nothing/],
    [{ fault: { kind: 'drop' }, times: 0 }, /rule.times/],
  ])('refuses %j', async (rule, message) => {
    expect(await send('POST', 'socket-faults', rule)).toEqual([
      400,
      { error: expect.stringMatching(message) },
    ]);
  });
});
