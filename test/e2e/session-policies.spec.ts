import { FakeGuestChannel } from '../../src/session/ports/guest-channel.fake';
import { GuestChannels } from '../../src/session/ports/guest-channels';
import { type RequestedSession, SessionPolicy } from '../../src/session/ports/session-policy';
import { SessionPolicies } from '../../src/session/ports/session-policies';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

/** Allows every queue except those with a fault. */
class TroubledPolicy extends SessionPolicy {
  readonly name = 'troubled';

  check({ queueId }: RequestedSession): void | Promise<void> {
    if (queueId === 'broken') throw new Error('canary');
    if (queueId === 'stuck') return new Promise(() => undefined);
  }
}

describe('a failing policy', () => {
  let world: World;
  let api: ApiClient;
  const logs = new LogCapture();

  beforeAll(async () => {
    const environment = { GENESYS_SIGN_IN_AT_START: 'false' };
    world = await World.start({ logOutput: logs, environment });
    world.app.get(SessionPolicies).add(new TroubledPolicy());
    api = new ApiClient(world.url);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it.each([
    ['fails', 'broken', 'failed'],
    ['does not answer', 'stuck', 'timed-out'],
  ])(
    'that %s refuses the opening before any upstream request, and is logged for operators',
    async (_, queueId, reason) => {
      const { status, headers, body } = await api.open({ queueId });

      expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '5' });
      expect(body).toMatchObject({
        type: '/problems/policy-unavailable',
        code: 'policy-unavailable',
        policy: 'troubled',
        reason,
      });
      expect(JSON.stringify(body)).not.toContain('canary');
      expect(world.genesys.requests.total).toBe(0);
      expect((await api.list()).body).toMatchObject({ items: [] });
      expect(logs.lines).toContainEqual(
        expect.objectContaining({ level: 'error', context: 'Session', policy: 'troubled', reason }),
      );
    },
  );

  it('does not affect the openings that it allows', async () => {
    expect((await api.open({ queueId: 'support' })).status).toBe(201);
  });

  it('is among the problems in the API description', async () => {
    const { body } = await api.request('GET', '/openapi.json');

    expect(body).toMatchObject({
      paths: {
        '/v1/sessions': {
          post: {
            responses: {
              403: { description: expect.stringContaining('session-refused') },
              503: { description: expect.stringContaining('policy-unavailable') },
            },
          },
        },
      },
    });
  });
});

describe('a channel that a module has added', () => {
  let world: World;
  let api: ApiClient;
  const sms = new FakeGuestChannel('sms');

  beforeAll(async () => {
    world = await World.start({ environment: { GENESYS_SIGN_IN_AT_START: 'false' } });
    world.app.get(GuestChannels).add(sms);
    api = new ApiClient(world.url);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('holds the sessions that requests choose it for, and no others', async () => {
    const { status, body } = await api.open({ queueId: 'support', channel: 'sms' });
    await api.open({ queueId: 'support' });

    expect([status, body]).toEqual([201, expect.objectContaining({ channel: 'sms' })]);
    const { conversationId } = body as { conversationId: string };
    expect(sms.called('open')).toEqual([conversationId]);
    expect((await api.end(conversationId)).status).toBe(200);
    await until(() => sms.called('disconnect').includes(conversationId));
  });

  it('is among the names that a refusal lists', async () => {
    const { status, body } = await api.open({ queueId: 'support', channel: 'pigeon' });

    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('must be one of: conversations-messaging, sms');
  });
});
