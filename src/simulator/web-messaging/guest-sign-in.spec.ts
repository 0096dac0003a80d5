import type { Answered } from './call-json.fake';
import { DEMO_DEPLOYMENT_ID } from './deployment';
import { GuestClient } from './guest-client.fake';
import { ServedGuest } from './served-guest.fake';

const served = ServedGuest.forEachTest();

describe('a guest that signs in', () => {
  const PATH = '/api/v2/webdeployments/token';
  const exchange = (code: string): Promise<Answered> =>
    served.call('POST', `${PATH}/oauthcodegrantjwtexchange`, '', {
      deploymentId: DEMO_DEPLOYMENT_ID,
      oauth: { code, redirectUri: 'https://shop.example.com', codeVerifier: 'v' },
    });
  const tokensOf = async (code: string): Promise<{ jwt: string; refreshToken: string }> =>
    (await exchange(code)).body as { jwt: string; refreshToken: string };
  const configure = (jwt: string, client = served.guest): ReturnType<GuestClient['ask']> =>
    client.ask('configureAuthenticatedSession', {
      deploymentId: DEMO_DEPLOYMENT_ID,
      data: { code: jwt },
    });

  it('keeps its session, is greeted by name, and its other devices are disconnected', async () => {
    const other = await GuestClient.connectAndConfigure(served.simulator.url, 'guest-1');
    const { jwt } = await tokensOf('jane.doe:1');

    expect(await configure(jwt)).toMatchObject({
      class: 'SessionResponse',
      body: { newSession: false, clearedExistingSession: false },
    });
    expect((await served.guest.next()).body).toMatchObject({
      type: 'Event',
      channel: { from: { firstName: 'Jane', lastName: 'Doe' } },
      events: [{ eventType: 'Presence', presence: { type: 'SignIn' } }],
    });
    expect(await other.next()).toMatchObject({
      body: { reason: 'signedIn', reasonCode: 'signedIn' },
    });
    await other.closed();
    expect(await configure(jwt)).toMatchObject({ body: { newSession: false } });
    expect(await served.guest.configure()).toMatchObject({ code: 4017 });
  });

  it('replaces the session it has elsewhere', async () => {
    const elsewhere = await GuestClient.connect(served.simulator.url, 'guest-2');
    await configure((await tokensOf('jane.doe:1')).jwt, elsewhere);

    expect(await configure((await tokensOf('jane.doe:2')).jwt)).toMatchObject({
      body: { clearedExistingSession: true },
    });
    expect(await elsewhere.next()).toMatchObject({
      body: { reason: 'signedIn', reasonCode: 'signedIn' },
    });
    await elsewhere.closed();
  });

  it('renews a token that has run out', async () => {
    const { jwt, refreshToken } = await tokensOf('jane.doe:1');
    served.pass(900_000);
    expect(await configure(jwt)).toMatchObject({ code: 401, body: 'User is unauthorized' });

    const renewed = await served.call('POST', `${PATH}/refresh`, '', { refreshToken });

    expect(await configure(String(renewed.body['jwt']))).toMatchObject({ code: 200 });
    expect((await served.call('POST', `${PATH}/refresh`, '', { refreshToken: jwt })).status).toBe(401);
  });

  it('is notified on every socket when it logs out, and its tokens become invalid', async () => {
    const { jwt, refreshToken } = await tokensOf('jane.doe:1');
    await configure(jwt);
    await served.guest.next();

    expect((await served.call('DELETE', `${PATH}/revoke`, jwt)).status).toBe(204);

    expect(await served.guest.next()).toEqual({ type: 'message', class: 'LogoutEvent', code: 200, body: {} });
    expect(await served.guest.say('Hi')).toMatchObject({ code: 401 });
    expect((await served.call('POST', `${PATH}/refresh`, '', { refreshToken })).status).toBe(401);
    expect((await served.call('DELETE', `${PATH}/revoke`, jwt)).status).toBe(401);
  });

  it('may sign in with an ID token', async () => {
    const claims = { sub: 'u-1', given_name: 'Max', family_name: 'Muster' };
    const idToken = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
    const body = { deploymentId: DEMO_DEPLOYMENT_ID, oauth: { idToken, nonce: 'n' } };
    const flat = { deploymentId: DEMO_DEPLOYMENT_ID, idToken, nonce: 'n' };
    expect((await served.call('POST', `${PATH}/oauthcodegrantjwtexchange`, '', flat)).status).toBe(400);
    const { jwt } = (await served.call('POST', `${PATH}/oauthcodegrantjwtexchange`, '', body)).body;
    await configure(String(jwt));

    expect((await served.guest.next()).body).toMatchObject({ channel: { from: { firstName: 'Max' } } });
  });

  it.each([
    [{ nonce: 'n', maxAge: 3600, iss: 'https://login.shop.example' }, 200],
    [{ maxAge: 0 }, 200],
    [{ redirectUri: undefined }, 400],
    [{ maxAge: '3600' }, 400],
    [{ maxAge: -1 }, 400],
    [{ iss: 7 }, 400],
    [{ nonce: {} }, 400],
  ])('may send with its code the fields of the schema: %j is answered with %d', async (more, status) => {
    const oauth = { code: 'jane.doe:9', redirectUri: 'https://shop.example.com', ...more };
    const body = { deploymentId: DEMO_DEPLOYMENT_ID, oauth };

    expect((await served.call('POST', `${PATH}/oauthcodegrantjwtexchange`, '', body)).status).toBe(status);
  });

  it('is refused with a code that is used, refused or missing', async () => {
    await exchange('jane.doe:1');

    expect((await exchange('jane.doe:1')).status).toBe(401);
    expect((await exchange('refused:1')).status).toBe(401);
    expect((await exchange('')).status).toBe(400);
    expect((await served.call('POST', `${PATH}/elsewhere`)).status).toBe(404);
  });
});
