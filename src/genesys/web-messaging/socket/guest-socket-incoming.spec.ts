import { RecordingLog } from '../../../audit/recording-log.fake';
import { UpstreamServerError } from '../../../common/errors/upstream.errors';
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

describe(`${GuestSocket.name} and messages to the guest`, () => {
  it('hands over a message once, however often it comes', async () => {
    await world.open();
    world.server.write('Hello', 'm-1');
    world.server.write('Hello', 'm-1');
    await world.pass(1_000);
    world.server.write('Hello', 'm-1');
    await world.pass(1_000);

    expect(world.listener.texts).toEqual(['Hello']);
  });

  it('orders messages that arrive together', async () => {
    await world.open();
    const now = Date.now();
    world.server.write('second', 'b', now + 2);
    world.server.write('first', 'a', now + 1);
    world.server.write('third', 'c', now + 3);
    await world.pass(1_000);

    expect(world.listener.texts).toEqual(['first', 'second', 'third']);
  });

  it('backfills the messages between two connections, over as many pages as necessary', async () => {
    await world.open();
    world.server.write('before', 'before');
    await world.pass(1_000);
    world.server.last.cut();
    for (let number = 0; number < 60; number += 1)
      world.server.write(`m-${number}`, `m-${number}`, NOW + 60_000 + number);
    await world.pass(10_000);

    expect(world.listener.texts).toEqual([
      'before',
      ...Array.from({ length: 60 }, (_, number) => `m-${number}`),
    ]);
    expect(world.history.pages.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('hands over the messages of the new connection after the backfill', async () => {
    await world.open();
    world.server.last.cut();
    world.server.write('missed', 'missed', NOW + 60_000);
    world.server.next('getJwt', ({ tracingId }, connection) => {
      world.server.write('new', 'new', NOW + 61_000);
      setTimeout(() => {
        connection.say('JwtResponse', { jwt: 'signed' }, { tracingId });
      }, 3_000);
    });
    await world.pass(10_000);

    expect(world.listener.texts).toEqual(['missed', 'new']);
  });

  it('hands over the messages of a resumed session after the backfill', async () => {
    world.server.write('earlier', 'earlier', NOW - 1_000);
    world.server.next('getJwt', ({ tracingId }, connection) => {
      world.server.write('new', 'new', NOW);
      setTimeout(() => {
        connection.say('JwtResponse', { jwt: 'signed' }, { tracingId });
      }, 3_000);
    });
    await world.resume();
    await world.pass(10_000);

    expect(world.listener.texts).toEqual(['earlier', 'new']);
  });

  it('holds nothing back while the history cannot be read, and backfills it later', async () => {
    await world.open();
    world.server.last.cut();
    world.server.write('missed', 'missed');
    world.history.failures.push(new UpstreamServerError(503));
    await world.pass(3_000);
    world.server.write('new', 'new');
    await world.pass(500);
    expect(world.listener.texts).toEqual(['new']);

    await world.pass(10_000);
    expect(world.listener.texts).toEqual(['new', 'missed']);
  });

  it('reads no more pages than the platform allows a session', async () => {
    await world.open();
    for (let round = 0; round < 2; round += 1) {
      world.server.last.cut();
      for (let number = 0; number < 170; number += 1) world.server.write('x', `m-${round}-${number}`);
      await world.pass(10_000);
    }
    await world.pass(180_000);
    const at = world.history.pages.map((page) => page.at);
    const inAMinute = at.map((from) => at.filter((time) => time >= from && time < from + 60_000).length);

    expect(at.length).toBeGreaterThan(10);
    expect(Math.max(...inAMinute)).toBeLessThanOrEqual(10);
    expect(world.listener.messages).toHaveLength(340);
  });
});
