import { GenesysSimulator } from '../genesys-simulator';
import { Answered } from '../web-messaging/call-json.fake';
import { GuestClient } from '../web-messaging/guest-client.fake';
import { OpenMiddleware } from './open-middleware.fake';
import { OpenMessaging } from './open-messaging';
import { OpenMessagingOptions } from './open-messaging-options';
import { BOB, START, startOpenWorld } from './open-world.fake';

let simulator: GenesysSimulator;
let middleware: OpenMiddleware;
let open: OpenMessaging;
let id: string;
let time = START;

async function start(options: OpenMessagingOptions = {}): Promise<void> {
  ({ simulator, middleware, id } = await startOpenWorld(() => time, options));
  open = simulator.openMessaging;
}

beforeEach(async () => {
  time = START;
  await start();
});
afterEach(() => simulator.close());

describe('the details of conversations in analytics', () => {
  const details = (ids: readonly string[]): Promise<Answered> =>
    middleware.call('GET', `/api/v2/analytics/conversations/details?id=${ids.join(',')}`);

  it('show a batch with ends and reasons, and no attributes', async () => {
    const other = await middleware.say('guest-2', 'hi');
    open.agent.enqueue(id, 'queue-1');
    open.agent.alert(id, BOB);
    time += 1_000;
    open.agent.join(id, BOB);
    open.agent.end(id, 'agent');
    time += 1_000;
    open.agent.wrapUp(id, 'solved', { notes: 'fine' });
    const { body } = await details([id, 'unknown', other, id]);

    const [first, second, ...rest] = body['conversations'] as Record<string, unknown>[];
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      conversationId: id,
      conversationStart: '2026-11-22T08:00:00.000Z',
      conversationEnd: '2026-11-22T08:00:01.000Z',
      participants: [
        {
          purpose: 'customer',
          sessions: [{ mediaType: 'message', messageType: 'open', segments: [{ disconnectType: 'peer' }] }],
        },
        { purpose: 'workflow' },
        { purpose: 'acd', sessions: [{ segments: [{ disconnectType: 'transfer', queueId: 'queue-1' }] }] },
        {
          purpose: 'agent',
          userId: 'bob',
          sessions: [
            {
              segments: [
                { segmentType: 'alert' },
                { segmentType: 'interact', disconnectType: 'client' },
                { segmentType: 'wrapup', wrapUpCode: 'solved', segmentEnd: '2026-11-22T08:00:02.000Z' },
              ],
            },
          ],
        },
      ],
    });
    expect(second).toMatchObject({ conversationId: other });
    expect(second).not.toHaveProperty('conversationEnd');
  });

  it('are of 1 to 50 conversations', async () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);

    expect((await details(many(50))).body).toEqual({ conversations: [] });
    expect((await details(many(51))).status).toBe(400);
    expect((await details([])).status).toBe(400);
  });

  it('lag behind, also at the end', async () => {
    await simulator.close();
    await start({ analyticsLagMs: 1_000, analyticsSpelling: 'upper' });
    time += 999;
    expect((await details([id])).body).toEqual({ conversations: [] });
    time += 1;
    open.agent.end(id, 'inactivity');
    time += 999;
    const before = await details([id]);
    time += 1;
    const after = await details([id]);

    const [earlier] = before.body['conversations'] as object[];
    expect(earlier).toMatchObject({ conversationId: id });
    expect(earlier).not.toHaveProperty('conversationEnd');
    expect(JSON.stringify(before.body)).not.toContain('disconnectType');
    expect(JSON.stringify(after.body)).toContain('"disconnectType":"INACTIVITY"');
  });

  it('and the state cover web messaging as well', async () => {
    const guest = await GuestClient.connectAndConfigure(simulator.url, 'web-guest');
    await guest.say('Hi');
    const web = simulator.webMessaging.session('web-guest')?.conversationId ?? '';
    expect((await middleware.call('GET', `/api/v2/conversations/${web}`)).body).toMatchObject({
      id: web,
      endTime: null,
    });
    simulator.webMessaging.agent.disconnect('web-guest');

    expect((await details([web])).body).toMatchObject({
      conversations: [
        {
          conversationId: web,
          conversationEnd: '2026-11-22T08:00:00.000Z',
          participants: [{ sessions: [{ messageType: 'webmessaging' }] }, {}],
        },
      ],
    });
    expect((await middleware.call('GET', `/api/v2/conversations/messages/${web}`)).status).toBe(200);
  });
});
