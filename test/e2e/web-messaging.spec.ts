import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { DeliveriesApi } from '../support/deliveries-api';
import { LogCapture } from '../support/log-capture';
import { EventClient } from '../support/event-client';
import { until } from '../support/until';

/**
 * A deployment in which an agent's end keeps the session writable, with an expiry warning one second after the last
 * message.
 */
const DEPLOYMENT = {
  conversationDisconnect: { enabled: true, type: 'Send' },
  sessionDurationSeconds: 86_401,
} as const;

describe('a session on the channel web-messaging', () => {
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      webMessaging: true,
      genesys: { webMessaging: { deployments: [DEPLOYMENT] } },
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        SESSION_EXPIRY_WARNING_SECONDS: '86400',
        HEARTBEAT_MAX_INTERVAL_MS: '1000',
        HEARTBEAT_MIN_INTERVAL_MS: '200',
      },
    });
    api = new ApiClient(world.url);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  async function opened(): Promise<{ id: string; guest: GuestSession }> {
    const { status, body } = await api.open();
    expect(status).toBe(201);
    const guest = world.genesys.webMessaging.session(String(body['guestIdToken']));
    if (guest === undefined) throw new Error('The guest is not known upstream.');
    return { id: String(body['conversationId']), guest };
  }

  it('is opened, kept alive by an echo, and ended upstream and for the CRM', async () => {
    const { id, guest } = await opened();
    expect((await api.get(id)).body).toMatchObject({ channel: 'web-messaging', state: 'active' });
    await until(() => guest.echoes === 1);

    const { status, body } = await api.end(id);

    expect([status, body['state'], body['endReason']]).toEqual([200, 'terminated', 'requested']);
    await until(() => world.crm.eventsOf(id).length === 2);
    expect(guest.connections.size).toBe(0);
    expect(guest.sessions).toBe(1);
  });

  it('reconnects after a broken connection, as the same session', async () => {
    const { id, guest } = await opened();
    await until(() => guest.connections.size === 1);
    expect(world.genesys.webMessaging.agent.cut(guest.token, 1001)).toBe(1);

    await until(() => guest.configures === 2 && guest.connections.size === 1);

    expect(guest.sessions).toBe(1);
    expect(await api.stateOf(id)).toBe('active');
    await api.end(id);
  });

  it('is resumed after a restart with its token, without a new session', async () => {
    const { id, guest } = await opened();
    await world.restart();
    api = new ApiClient(world.url);

    await until(() => guest.configures === 2 && guest.connections.size === 1);

    expect(guest.sessions).toBe(1);
    expect(await api.stateOf(id)).toBe('active');
    expect((await api.end(id)).status).toBe(200);
  });

  it('ends when the server ends it', async () => {
    const { id, guest } = await opened();
    await until(() => guest.echoes === 1);
    const client = await EventClient.open(`${world.url}/v1/sessions/${id}/events`);
    expect(world.genesys.webMessaging.agent.expire(guest.token)).toBe(true);

    await until(async () => (await api.stateOf(id)) === 'disconnected');

    const ending = { endReason: 'expired', endCause: 'SessionExpiredEvent' };
    expect((await api.get(id)).body).toMatchObject(ending);
    await until(() => world.crm.eventsOf(id).length === 2);
    expect(world.crm.eventsOf(id)[1]).toMatchObject({ body: { metadata: ending } });
    expect((await new DeliveriesApi(world.url).of(id))[1]?.event).toMatchObject(ending);
    await until(() => client.names.includes('session.disconnected'));
    expect(client.events.at(-1)?.data).toMatchObject({ session: ending });
    client.close();
  });

  it("stays active after an agent's end that keeps it writable, and streams report the activities", async () => {
    const { id, guest } = await opened();
    const client = await EventClient.open(`${world.url}/v1/sessions/${id}/events`);
    const { agent } = world.genesys.webMessaging;
    expect((await api.get(id)).body).toMatchObject({ endDetection: 'event' });
    expect((await api.request('POST', `/v1/sessions/${id}/messages`, { text: 'Hi' })).status).toBe(201);

    expect(agent.disconnect(guest.token)).toBe(true);
    const offer = { type: 'Offering', sessionId: 's', sessionJoinToken: 'secret' };
    const typing = { eventType: 'Typing', typing: { type: 'On' } };
    agent.notify(guest.token, [typing, { eventType: 'CoBrowse', coBrowse: offer }]);

    const activities = (): unknown[] => client.events.flatMap(({ data }) => data['activity'] ?? []);
    await until(() => activities().length === 2 && client.names.includes('typing'));
    expect(activities()).toMatchObject([
      { type: 'agent-ended', direction: 'outbound', isReadOnly: false },
      { type: 'co-browse', offer: 'offered' },
    ]);
    expect(JSON.stringify(client.events)).not.toContain('secret');
    expect((await api.request('POST', `/v1/sessions/${id}/messages`, { text: 'Again' })).status).toBe(201);
    await until(() => client.names.includes('session.expiring'));
    expect(client.events.find(({ name }) => name === 'session.expiring')?.data).toEqual({
      conversationId: id,
      at: expect.any(String),
      session: { expiresAt: expect.any(String) },
    });
    expect(await api.stateOf(id)).toBe('active');
    client.close();
    await api.end(id);
  });

  it('is selected by the request, as is the other channel', async () => {
    const { status, body } = await api.open({ channel: 'conversations-messaging' });

    expect([status, body['channel']]).toEqual([201, 'conversations-messaging']);
    await api.end(String(body['conversationId']));
  });
});
