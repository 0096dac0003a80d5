import type { Fault } from '../../../src/simulator/fault';
import type { SocketFault } from '../../../src/simulator/web-messaging/socket-fault';
import { followLoopTime } from '../../support/loop-time';
import { expectState, SocketWorld } from '../../support/socket-matrix';

// The service waits five seconds for a lost answer.
followLoopTime(5);

const DETAILS = '/details$';
const CONVERSATION = '/api/v2/conversations/messages/[^/]+$';

function status(code: number): Fault {
  return { kind: 'status', status: code };
}

/** The end of a session where the deployment does not allow guests to clear the conversation. */
const CONFIRMED = { answer: '200', session: 'terminated requested confirmed', disconnects: 'confirmed' };
const PENDING = { answer: '202', session: 'terminating requested pending', disconnects: 'failed' };
const ENDINGS: [what: string, path: string, fault: Fault, end: typeof PENDING][] = [
  ['details with 404', DETAILS, status(404), CONFIRMED],
  ['details with 403', DETAILS, status(403), CONFIRMED],
  ['details with 500', DETAILS, status(500), PENDING],
  ['details that are HTML', DETAILS, { kind: 'garbage' }, PENDING],
  ['a disconnect with 404', CONVERSATION, status(404), CONFIRMED],
  ['a disconnect with 500', CONVERSATION, status(500), PENDING],
];

describe('an end', () => {
  it.concurrent.each(ENDINGS)(
    'that meets %s',
    async (_what, path, fault, { answer, session, disconnects }) => {
      await using world = await SocketWorld.start({ deployment: { conversationClear: false } });
      await world.opened();
      await world.say('Hello');
      world.spoilHttp(path, fault);
      expect(await world.end()).toBe(answer);
      await expectState(world, { session });
      const counts = await world.counts();
      expect(counts[`upstream_disconnects_total ${disconnects}`]).toBeGreaterThanOrEqual(1);
      expect(counts['terminations_total requested']).toBe(1);
    },
  );

  it.concurrent.each<[string, SocketFault]>([
    ['is not allowed to clear', { kind: 'answer', code: 403 }],
    ['may clear and loses the answer', { kind: 'no-answer', effect: 'after' }],
    ['may clear and loses the connection', { kind: 'close', code: 1006, effect: 'after' }],
  ])('of a guest that %s is an end', async (_what, fault) => {
    await using world = await SocketWorld.start();
    await world.opened();
    await world.say('Hello');
    world.spoil(fault, { action: 'onMessage', bodyContains: 'Clear' });
    await world.end();
    await expectState(world, {
      session: 'terminated requested confirmed',
      crm: ['connected', 'terminated'],
      feed: ['active', 'inbound: Hello', 'terminating', 'terminated'],
    });
    expect(world.guest.isLive && world.guest.isConversationOpen).toBe(false);
  });
});
