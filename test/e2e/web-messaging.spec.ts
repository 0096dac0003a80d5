import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

describe('a session on the channel web-messaging', () => {
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      webMessaging: true,
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        HEARTBEAT_MAX_INTERVAL_MS: '1000',
        HEARTBEAT_MIN_INTERVAL_MS: '200',
      },
    });
    api = new ApiClient(world.url);
  }, 120_000);

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

  it('connects again when its line breaks, as the same session', async () => {
    const { id, guest } = await opened();
    await until(() => guest.connections.size === 1);
    expect(world.genesys.webMessaging.agent.cut(guest.token, 1001)).toBe(1);

    await until(() => guest.configures === 2 && guest.connections.size === 1);

    expect(guest.sessions).toBe(1);
    expect(await api.stateOf(id)).toBe('active');
    await api.end(id);
  });

  it('is resumed after a restart, with its token and never begun anew', async () => {
    const { id, guest } = await opened();
    await world.restart();
    api = new ApiClient(world.url);

    await until(() => guest.configures === 2 && guest.connections.size === 1);

    expect(guest.sessions).toBe(1);
    expect(await api.stateOf(id)).toBe('active');
    expect((await api.end(id)).status).toBe(200);
  });

  it('is over when the server says that it is', async () => {
    const { id, guest } = await opened();
    await until(() => guest.echoes === 1);
    expect(world.genesys.webMessaging.agent.expire(guest.token)).toBe(true);

    await until(async () => (await api.stateOf(id)) === 'disconnected');

    expect((await api.get(id)).body).toMatchObject({ endReason: 'expired' });
    await until(() => world.crm.eventsOf(id).length === 2);
  });

  it('may be chosen by a request, and the other channel too', async () => {
    const { status, body } = await api.open({ channel: 'conversations-messaging' });

    expect([status, body['channel']]).toEqual([201, 'conversations-messaging']);
    await api.end(String(body['conversationId']));
  });
});
