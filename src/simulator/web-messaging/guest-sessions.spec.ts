import { GenesysSimulator } from '../genesys-simulator';
import { DEMO_DEPLOYMENT_ID, DeploymentOptions } from './deployment';
import { GuestClient } from './guest-client.fake';
import { WebMessagingLimits } from './web-messaging-options';

let simulator: GenesysSimulator;
let time = 1_800_000_000_000;

async function start(
  deployment: DeploymentOptions = {},
  limits: Partial<WebMessagingLimits> = {},
): Promise<void> {
  simulator = await GenesysSimulator.start({
    now: () => time,
    webMessaging: {
      deployments: [deployment],
      limits: { echoesPerConnection: 1_000, messagesPerSession: 1_000, ...limits },
    },
  });
}
afterEach(() => simulator.close());

const guestOf = (token: string): Promise<GuestClient> =>
  GuestClient.connectAndConfigure(simulator.url, token);

describe('an upgrade', () => {
  it('is refused with 403 from a domain that is not allowed', async () => {
    await start({ allowedDomains: ['shop.example.com'] });

    const refused = await GuestClient.refusal(simulator.url, undefined, 'https://evil.example');
    expect(refused.statusCode).toBe(403);
    expect((await GuestClient.refusal(simulator.url, undefined, 'null')).statusCode).toBe(403);
    expect((await guestOf('guest-1')).socket.readyState).toBe(1);
    expect(simulator.requests.find({ path: '/v1' }).map(({ status }) => status)).toEqual([403, 403, 101]);
  });

  it('is refused with 429 beyond the connections a minute, with the time to wait', async () => {
    await start({}, { connectionsPerDeployment: 2 });
    await guestOf('guest-1');
    await guestOf('guest-2');

    const { statusCode, headers } = await GuestClient.refusal(simulator.url);

    expect([statusCode, headers['retry-after']]).toEqual([429, '60']);
    time += 60_000;
    await guestOf('guest-3');
    expect(simulator.webMessaging.openConnections).toBe(3);
  });

  it('needs a deployment and the right path', async () => {
    await start();

    expect((await GuestClient.refusal(simulator.url, '')).statusCode).toBe(400);
    expect((await GuestClient.refusal(`${simulator.url}/elsewhere`)).statusCode).toBe(404);
    expect((await fetch(`${simulator.url}/v1`)).status).toBe(426);
  });
});

describe('a session', () => {
  it('is resumed on a new socket, and nothing is replayed', async () => {
    await start();
    const first = await guestOf('guest-1');
    await first.say('one');
    simulator.webMessaging.agent.cut('guest-1');
    expect(await first.closed()).toMatchObject({ code: 1006 });
    simulator.webMessaging.agent.say('guest-1', 'not received');

    const second = await GuestClient.connect(simulator.url, 'guest-1');

    expect(await second.configure()).toMatchObject({ body: { connected: true, newSession: false } });
    expect(await second.settled()).toEqual([]);
  });

  it('starts one conversation when the guest joins, resumes or requests a new session repeatedly', async () => {
    await start({ autoStart: true, greeting: 'Welcome' });
    const guest = await guestOf('guest-1');
    const join = { eventType: 'Presence', presence: { type: 'Join' } };
    expect(simulator.webMessaging.session('guest-1')).toMatchObject({ conversationIds: [] });

    await guest.event(join);
    expect(await guest.next()).toMatchObject({ body: { text: 'Welcome', originatingEntity: 'Bot' } });
    await guest.event(join);

    expect(await guest.configure({ startNew: true })).toMatchObject({
      body: { newSession: false, autoStarted: true },
    });
    expect(simulator.webMessaging.session('guest-1')).toMatchObject({
      conversationIds: [expect.any(String)],
      joins: 2,
      sessions: 1,
    });
  });

  it('reaches all connections of the guest, and no other guest', async () => {
    await start();
    const [one, two, other] = [await guestOf('guest-1'), await guestOf('guest-1'), await guestOf('guest-2')];

    await one.say('Hi');
    simulator.webMessaging.agent.say('guest-1', 'Hello');

    const texts = async (guest: GuestClient): Promise<unknown[]> =>
      (await guest.settled()).map(({ body }) => body['text']);
    expect([await texts(one), await texts(two), await texts(other)]).toEqual([
      ['Hello'],
      ['Hi', 'Hello'],
      [],
    ]);
  });

  it('has three connections; the fourth closes the oldest', async () => {
    await start();
    const [oldest, second] = [await guestOf('guest-1'), await guestOf('guest-1')];
    await guestOf('guest-1');
    await guestOf('guest-1');

    expect(await oldest.next()).toMatchObject({ class: 'ConnectionClosedEvent', body: {} });
    expect(await oldest.closed()).toMatchObject({ code: 1000 });
    expect(await second.settled()).toEqual([]);
    expect(simulator.webMessaging.session('guest-1')?.connections.size).toBe(3);
  });

  it('notifies its expiry once, and its token starts a new one', async () => {
    await start({ sessionDurationSeconds: 60 });
    const guest = await guestOf('guest-1');
    time += 59_999;
    simulator.webMessaging.sweep();
    expect(await guest.settled()).toEqual([]);

    time += 1;
    simulator.webMessaging.sweep();
    simulator.webMessaging.sweep();

    expect(await guest.next()).toMatchObject({ class: 'SessionExpiredEvent' });
    expect(await guest.configure()).toMatchObject({ body: { newSession: true } });
  });

  it('is extended by a message, and not by an echo', async () => {
    await start({ sessionDurationSeconds: 60 });
    const guest = await guestOf('guest-1');
    time += 30_000;
    const expirationOf = async (): Promise<number> =>
      Number(((await guest.ask('echo')).body['metadata'] as { expirationDate: string }).expirationDate);
    expect(await expirationOf()).toBe((time + 30_000) / 1000);

    await guest.say('Hi');

    expect(await expirationOf()).toBe((time + 60_000) / 1000);
  });
});

describe('the end of a conversation', () => {
  it('makes the session read-only, and closing and starting again begins another one', async () => {
    await start();
    const [guest, other] = [await guestOf('guest-1'), await guestOf('guest-1')];
    await guest.say('Hi');
    simulator.webMessaging.agent.disconnect('guest-1');
    await guest.next();
    expect(await guest.configure()).toMatchObject({ body: { newSession: false, readOnly: true } });

    expect(await guest.ask('closeSession', { closeAllConnections: true })).toEqual({
      type: 'response',
      class: 'SessionResponse',
      code: 200,
      body: { connected: false, readOnly: true },
      tracingId: 't',
    });
    await other.closed();
    expect(await guest.configure({ startNew: true })).toMatchObject({
      body: { newSession: true, readOnly: false },
    });
    await guest.say('again');
    expect(simulator.webMessaging.session('guest-1')?.conversationIds).toHaveLength(2);
  });

  it('keeps the session writable where the deployment is configured so', async () => {
    await start({ conversationDisconnect: { enabled: true, type: 'Send' } });
    const guest = await guestOf('guest-1');
    await guest.say('Hi');
    simulator.webMessaging.agent.disconnect('guest-1');

    expect((await guest.next()).body).not.toHaveProperty('metadata');
    expect(await guest.say('again')).toMatchObject({ code: 200 });
    expect(simulator.webMessaging.session('guest-1')?.conversationIds).toHaveLength(1);
  });

  it('sends no event where the deployment disables it, and accepts the next message', async () => {
    await start({ conversationDisconnect: { enabled: false, type: 'ReadOnly' } });
    const guest = await guestOf('guest-1');
    await guest.say('Hi');

    expect(simulator.webMessaging.agent.disconnect('guest-1')).toBe(true);
    expect(await guest.say('again')).toMatchObject({ code: 200, body: { text: 'again' } });
  });

  it('does not follow from the end of a socket', async () => {
    await start();
    const guest = await guestOf('guest-1');
    await guest.say('Hi');
    guest.socket.close();
    await guest.closed();

    expect(simulator.webMessaging.session('guest-1')).toMatchObject({ isConversationOpen: true });
  });
});

describe('the summary of a guest', () => {
  it('shows frames in both directions, configures and times of echoes for each connection', async () => {
    await start();
    const guest = await guestOf('guest-1');
    await guest.ask('echo');
    simulator.webMessaging.agent.cut('guest-1', 1001);
    await guest.closed();
    await guestOf('guest-1');

    const looked = await fetch(`${simulator.url}/_sim/sessions/guest-1`);

    expect(await looked.json()).toMatchObject({
      state: 'live',
      connections: 1,
      configures: 2,
      log: [
        {
          closeCode: 1001,
          configures: 1,
          echoTimes: [time],
          received: [{ frame: { action: 'configureSession' } }, { frame: { action: 'echo' } }],
          sent: [{ frame: { class: 'SessionResponse' } }, { frame: { class: 'StructuredMessage' } }],
        },
        { closeCode: null, configures: 1, echoTimes: [] },
      ],
    });
    const state = (await (await fetch(`${simulator.url}/_sim/state`)).json()) as object;
    expect(state).toMatchObject({ webMessaging: { sessions: 1, live: 1, acceptedConnections: 2 } });
  });

  it('is gone after a reset, which breaks the sockets', async () => {
    await start();
    const guest = await guestOf('guest-1');

    simulator.reset();

    expect(await guest.closed()).toMatchObject({ code: 1006 });
    expect(simulator.webMessaging.sessions).toEqual([]);
    const again = await GuestClient.connect(simulator.url, 'guest-1');
    expect(await again.configure({ deploymentId: DEMO_DEPLOYMENT_ID })).toMatchObject({
      body: { newSession: true },
    });
  });
});
