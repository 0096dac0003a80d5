import { Drain } from '../../src/common/lifecycle/drain';
import { PinnedSessions } from '../../src/session/forwarding/pinned-sessions';
import type { World } from '../../src/world';
import type { ApiClient } from '../support/api-client';
import { EventClient } from '../support/event-client';
import { CALLERS, ReplicaPair } from '../support/replica-pair';
import { until } from '../support/until';
import { describeForwarding } from './forwarding.contract';

describe('two replicas on one PostgreSQL', () => {
  let pair: ReplicaPair;
  let world: World;
  let here: ApiClient;
  let there: ApiClient;

  beforeAll(async () => {
    pair = await ReplicaPair.start();
    ({ world, here, there } = pair);
  });

  afterAll(async () => {
    await pair[Symbol.asyncDispose]();
  });

  const opened = (): ReturnType<ReplicaPair['opened']> => pair.opened();

  /**
   * Returns the ephemeral events that a client received of a session, from the first typing event on: a connection
   * event may have come before.
   */
  const told = ({ events }: EventClient, id: string): unknown[] => {
    const ofSession = events.filter(({ data }) => data['conversationId'] === id);
    const first = ofSession.findIndex(({ name }) => name === 'typing');
    return first < 0 ? [] : ofSession.slice(first).map(({ name, data }) => data[name]);
  };

  const listed = async (id: string): Promise<unknown[]> =>
    ((await here.request('GET', `/v1/sessions/${id}/messages`)).body['items'] as { text: string }[]).map(
      ({ text }) => text,
    );

  it('send messages of either replica over the one socket', async () => {
    const { id, guest } = await opened();
    const path = `/v1/sessions/${id}/messages`;
    const key = { 'idempotency-key': 'once' };
    const first = await there.request('POST', path, { text: 'from there' }, key);
    const again = await here.request('POST', path, { text: 'from there' }, key);
    const typing = await there.request('POST', `/v1/sessions/${id}/typing`);
    world.genesys.webMessaging.agent.say(guest.token, 'and back');
    await until(async () => (await listed(id)).length === 2);

    expect([first.status, again.status, typing.status]).toEqual([201, 201, 202]);
    expect(again.body).toEqual(first.body);
    expect(await listed(id)).toEqual(['from there', 'and back']);
    expect([guest.connections.size, guest.configures, guest.sessions]).toEqual([1, 1, 1]);
    expect((await here.end(id)).body).toMatchObject({ state: 'terminated' });
  });

  it("pass on the holder's refusals unchanged", async () => {
    const { id } = await opened();
    const { status, body, headers } = await there.request('POST', `/v1/sessions/${id}/messages`, {});

    expect([status, body['code']]).toEqual([400, 'validation-failed']);
    expect(headers.get('content-type')).toContain('application/problem+json');
    await here.end(id);
  });

  it('end sessions for each other, by their holder', async () => {
    const { id, guest } = await opened();
    const json = { 'content-type': 'application/json' };
    const { status, body } = await there.request('DELETE', `/v1/sessions/${id}`, undefined, json);

    expect([status, body['state'], body['endReason']]).toEqual([200, 'terminated', 'requested']);
    expect(guest.connections.size).toBe(0);
    expect(guest.configures).toBe(1);
    await until(() => world.crm.eventsOf(id).length === 2);
  });

  it("stream the other one's events live", async () => {
    const { id, guest } = await opened();
    world.genesys.webMessaging.agent.say(guest.token, 'heard here');
    await until(async () => (await listed(id)).length === 1);
    const { body } = await there.request('GET', `/v1/sessions/${id}/messages`);

    expect(body['items']).toMatchObject([{ text: 'heard here', direction: 'outbound' }]);
    await here.end(id);
  });

  it("stream the holder's ephemeral events at either replica, once each and in order", async () => {
    const { id, guest } = await opened();
    await until(() => guest.connections.size === 1);
    const clients = await Promise.all(
      [`/v1/sessions/${id}/events?types=typing,connection`, '/v1/events?types=typing,connection'].flatMap(
        (path) => [
          EventClient.open(there.url + path, CALLERS.operator.headers),
          EventClient.open(here.url + path, CALLERS.operator.headers),
        ],
      ),
    );
    world.genesys.webMessaging.agent.type(guest.token);
    await until(() => clients.every((client) => told(client, id).length >= 1));
    world.genesys.webMessaging.agent.type(guest.token, 'Off');
    world.genesys.webMessaging.agent.cut(guest.token, 1001);
    await until(() => clients.every((client) => told(client, id).length >= 4));
    world.genesys.webMessaging.agent.type(guest.token);
    await until(() => clients.every((client) => told(client, id).length >= 5));
    for (const client of clients) client.close();

    const isOn = expect.objectContaining({ isOn: true }) as object;
    for (const client of clients)
      expect(told(client, id)).toEqual([isOn, { isOn: false }, 'reconnecting', 'live', isOn]);
    await here.end(id);
  });

  it('warn at either replica, once, of the expiry of a session with a guest socket at one of them', async () => {
    const clients = await Promise.all(
      [there, here].map(({ url }) =>
        EventClient.open(`${url}/v1/events?types=session,typing`, CALLERS.operator.headers),
      ),
    );
    const { id, guest } = await opened();
    const of = ({ events }: EventClient, name: string): unknown[] =>
      events.filter((event) => event.name === name && event.data['conversationId'] === id);
    await until(() => clients.every((client) => of(client, 'session.expiring').length >= 1));
    // Ephemeral events are in order: a second warning would precede this one.
    world.genesys.webMessaging.agent.type(guest.token);
    await until(() => clients.every((client) => of(client, 'typing').length === 1));
    for (const client of clients) client.close();

    const warning = {
      conversationId: id,
      at: expect.any(String),
      session: { expiresAt: expect.any(String) },
    };
    for (const client of clients)
      expect(of(client, 'session.expiring')).toEqual([expect.objectContaining({ data: warning })]);
    expect([guest.connections.size, guest.configures]).toEqual([1, 1]);
    await here.end(id);
  });

  describeForwarding(() => pair);

  it("claim a draining replica's sessions once its pending messages are answered", async () => {
    const { id, guest } = await opened();
    world.genesys.webMessaging.faults.add({
      match: { bodyContains: 'under way' },
      fault: { kind: 'delay', ms: 1_500 },
      times: 1,
    });
    const path = `/v1/sessions/${id}/messages`;
    const underWay = here.request('POST', path, { text: 'under way' });
    await until(() => world.app.get(PinnedSessions).isPinned(id));
    world.app.get(Drain).announce();
    await until(async () => (await here.request('GET', '/health/ready')).status === 503);
    const said = await Promise.all([
      underWay,
      here.request('POST', path, { text: 'by the one that stops' }),
      there.request('POST', path, { text: 'by the one that stays' }),
    ]);
    await until(() => guest.configures === 2 && guest.connections.size === 1);
    const afterwards = await here.request('POST', path, { text: 'handed on' });
    const opening = await here.open();

    expect([...said, afterwards, opening].map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(afterwards.headers.get('connection')).toBe('close');
    expect((await listed(id)).sort()).toEqual([
      'by the one that stays',
      'by the one that stops',
      'handed on',
      'under way',
    ]);
    expect([guest.configures, guest.sessions]).toEqual([2, 1]);
    await there.end(id);
    await there.end(String(opening.body['conversationId']));
  });

  it("continue the other one's sessions when that stops", async () => {
    const { id, guest } = await opened();
    await until(() => guest.echoes >= 1);
    const { status } = await there.open();
    expect(status).toBe(201);
    await world.restart();
    await until(() => guest.configures >= 2 && guest.connections.size === 1);
    const said = await there.request('POST', `/v1/sessions/${id}/messages`, { text: 'still there' });

    expect(said.status).toBe(201);
    expect([guest.sessions, await there.stateOf(id)]).toEqual([1, 'active']);
  });
});
