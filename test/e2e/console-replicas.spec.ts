import { ApiClient } from '../support/api-client';
import { ConsoleClient } from '../support/console-client';
import { CALLERS, ReplicaPair } from '../support/replica-pair';

describe('a session of the console on two replicas', () => {
  let pair: ReplicaPair;

  beforeAll(async () => {
    pair = await ReplicaPair.start();
  });
  afterAll(async () => {
    await pair[Symbol.asyncDispose]();
  });

  function atOther({ cookie, csrfToken }: ConsoleClient): ConsoleClient {
    return Object.assign(new ConsoleClient(pair.there.url), { cookie, csrfToken });
  }

  it('is known to both, and ended by a logout on both at once', async () => {
    const client = await ConsoleClient.loggedIn(pair.here.url, CALLERS.operator.key);
    const copy = atOther(client);
    expect((await copy.session()).body).toEqual((await client.session()).body);

    expect((await client.logOut()).status).toBe(204);
    expect((await copy.session()).status).toBe(401);
    expect((await copy.request('GET', '/v1/sessions')).status).toBe(401);
    expect((await new ApiClient(pair.here.url, { cookie: client.cookie }).list()).status).toBe(401);
  });

  it('sends requests to the holder of a session, which asks for no CSRF token again', async () => {
    const { id } = await pair.opened();
    const client = atOther(await ConsoleClient.loggedIn(pair.here.url, CALLERS.operator.key));
    const message = { text: 'from the console' };
    const refused = await client.request('POST', `/v1/sessions/${id}/messages`, message, {
      'x-csrf-token': '',
    });
    const sent = await client.request('POST', `/v1/sessions/${id}/messages`, message);

    expect([refused.status, refused.body['code']]).toEqual([403, 'csrf-token-invalid']);
    expect(sent.status).toBe(201);
  });
});
