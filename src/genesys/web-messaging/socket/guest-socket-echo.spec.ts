import { RecordingLog } from '../../../audit/recording-log.fake';
import { GuestSocket } from './guest-socket';
import { GuestSocketWorld, NOW } from './guest-socket-world.fake';

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

/** The result of an echo within the time. */
async function outcomeWithin(ms: number): Promise<unknown> {
  let outcome: unknown;
  world.socket.echo(new AbortController().signal).then(
    (answered) => (outcome = answered),
    (error: unknown) => (outcome = error),
  );
  await world.pass(ms);
  return outcome;
}

describe(`${GuestSocket.name} and its echoes`, () => {
  it('is answered', async () => {
    await world.open();

    expect(await outcomeWithin(100)).toBe(true);
    expect(world.server.of('echo')).toHaveLength(1);
  });

  it('sends an echo at the earliest 30 seconds after its predecessor, however often it is requested', async () => {
    await world.open();
    for (let count = 0; count < 200; count += 1) await outcomeWithin(1_000);
    const at = world.server.last.sent.filter(({ frame }) => frame.action === 'echo').map((entry) => entry.at);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));

    expect(gaps.length).toBeGreaterThanOrEqual(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...gaps)).toBeLessThan(33_000);
  });

  it('counts from the answer, because an echo may arrive long after it was sent', async () => {
    await world.open();
    world.server.next('echo', ({ tracingId }, connection) => {
      setTimeout(() => {
        connection.say('StructuredMessage', { type: 'Text', text: 'ping' }, { tracingId });
      }, 6_000);
    });
    expect(await outcomeWithin(6_100)).toBe(true);

    expect(await outcomeWithin(30_000)).toBeUndefined();
    await world.pass(1_000);
    expect(world.server.of('echo')).toHaveLength(2);
  });

  it('counts afresh on another connection', async () => {
    await world.open();
    await outcomeWithin(100);
    world.server.last.cut();
    await world.pass(10_000);

    expect(await outcomeWithin(100)).toBe(true);
    expect(world.server.of('echo')).toHaveLength(2);
  });

  it('is missed after ten seconds, and breaks the connection only after three in a row', async () => {
    await world.open();
    world.server.next('echo');
    world.server.next('echo');

    expect(await outcomeWithin(9_900)).toBeUndefined();
    expect(await outcomeWithin(200)).toBe(false);
    expect(await outcomeWithin(40_000)).toBe(false);
    expect(await outcomeWithin(40_000)).toBe(true);
    expect(world.server.connections).toHaveLength(1);

    for (let misses = 0; misses < 3; misses += 1) {
      world.server.next('echo');
      expect(await outcomeWithin(45_000)).toBe(false);
    }
    await world.pass(10_000);
    expect(world.server.connections).toHaveLength(2);
    expect(world.socket.state).toBe('live');
  });

  it('is refused as the server refuses it', async () => {
    await world.open();
    world.server.next('echo', ({ tracingId }, connection) => {
      connection.say(
        'TooManyRequestsErrorMessage',
        { retryAfter: 7, errorCode: 4029 },
        { tracingId, code: 429 },
      );
    });

    expect(await outcomeWithin(100)).toMatchObject({ code: 'upstream-throttled', retryAfterMs: 7_000 });
  });

  it('fails without a connection, and when the connection ends first', async () => {
    await world.open();
    // The next connection is delayed.
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    world.server.next('echo', (_frame, connection) => {
      connection.cut();
    });

    expect(await outcomeWithin(100)).toMatchObject({ code: 'upstream-unavailable' });
    expect(await outcomeWithin(0)).toMatchObject({ code: 'upstream-unavailable' });
  });

  it('ends with its signal', async () => {
    await world.open();
    world.server.next('echo');
    const stop = new AbortController();
    const echoed = world.socket.echo(stop.signal);
    stop.abort(new Error('enough'));

    await expect(echoed).rejects.toThrow('enough');
  });
});
