import { StorageUnavailableError } from '../../src/common/errors/storage-unavailable.errors';
import { FactIntake } from '../../src/session/ports/fact-intake';
import type { OpenConversation } from '../../src/simulator/open-messaging/open-conversation';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { EventClient } from '../support/event-client';
import { LogCapture } from '../support/log-capture';
import { storedText } from '../support/stored-text';
import { until } from '../support/until';

const PATH = '/v1/genesys/events';
const SECRETS = ['canary-secret-of-eventbridge', 'canary-secret-of-a-workflow'];
const AGENT = 'a1a1a1a1-0000-4000-8000-000000000001';

interface Event {
  readonly suffix: string;
  readonly participantId?: string;
  readonly at?: number;
  readonly fields?: object;
}

describe('events of Genesys Cloud', () => {
  let world: World;
  let api: ApiClient;
  const logs = new LogCapture();

  beforeAll(async () => {
    world = await World.start({
      logOutput: logs,
      openMessaging: true,
      environment: {
        GENESYS_CHANNEL: 'open-messaging',
        GENESYS_EVENTS_SECRET: SECRETS.join(),
        // The first beat is at a random time in the interval: in a day, none occurs during the test.
        HEARTBEAT_MAX_INTERVAL_MS: '86400000',
        HEARTBEAT_MIN_INTERVAL_MS: '86400000',
      },
    });
    api = new ApiClient(world.url);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  async function opened(): Promise<{ readonly id: string; readonly upstream: OpenConversation }> {
    const { body } = await api.open({ text: 'Where is my order?' });
    const id = String(body['conversationId']);
    const theirs = (await api.get(id)).body['genesysConversationId'];
    const upstream = world.genesys.openMessaging.conversation(String(theirs));
    if (upstream === undefined) throw new Error('The conversation is not known upstream.');
    return { id, upstream };
  }

  function envelope(theirs: string, { suffix, participantId, at = Date.now(), fields }: Event): object {
    const common = { eventTime: at, conversationId: theirs, mediaType: 'MESSAGE', messageType: 'OPEN' };
    return {
      topicName: `v2.detail.events.conversation.${theirs}.${suffix}`,
      version: '2',
      eventBody: { ...common, participantId: participantId ?? `${suffix}-part`, ...fields },
      metadata: { CorrelationId: 'c' },
    };
  }

  const bridged = (theirs: string, event: Event): object => ({
    version: '0',
    id: 'e',
    'detail-type': `v2.detail.events.conversation.{id}.${event.suffix}`,
    source: 'aws.partner/genesys.com/cloud/org/suffix',
    time: new Date().toISOString(),
    detail: envelope(theirs, event),
  });

  async function post(
    value: object | string,
    headers: Record<string, string> = { 'x-api-key': SECRETS[0] ?? '' },
  ): Promise<{ readonly status: number; readonly code: unknown }> {
    const response = await fetch(world.url + PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof value === 'string' ? value : JSON.stringify(value),
    });
    const text = await response.text();
    const { code } = (text === '' ? {} : JSON.parse(text)) as { readonly code?: string };
    return { status: response.status, code };
  }

  const crmTypes = (id: string): unknown[] =>
    world.crm.received
      .map(({ body }) => body as { readonly conversationId: string; readonly type: string })
      .filter(({ conversationId }) => conversationId === id)
      .map(({ type }) => type);

  it('tell callers, streams and sinks which party serves the conversation, in any form of delivery', async () => {
    const { id, upstream } = await opened();
    const stream = await EventClient.open(`${world.url}/v1/sessions/${id}/events`);
    const at = Date.now();
    const statuses = [
      await post(bridged(upstream.id, { suffix: 'acd.start', at, fields: { queueId: 'queue-1' } })),
      await post(
        envelope(upstream.id, {
          suffix: 'user.start',
          at: at + 1,
          fields: { userId: AGENT, queueId: 'queue-1' },
        }),
        {
          authorization: `Bearer ${SECRETS[1] ?? ''}`,
        },
      ),
      await post(bridged(upstream.id, { suffix: 'acd.start', at, fields: { queueId: 'queue-1' } })),
    ];
    const { body } = await api.get(id);

    expect(statuses.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(body['assignment']).toEqual({
      state: 'agent',
      since: new Date(at + 1).toISOString(),
      queueId: 'queue-1',
      userId: AGENT,
    });
    await until(() => stream.names.filter((name) => name.startsWith('assignment.')).length === 2);
    expect(stream.names.filter((name) => name.startsWith('assignment.'))).toEqual([
      'assignment.waiting',
      'assignment.agent-joined',
    ]);
    await until(() => crmTypes(id).length === 3);
    expect(crmTypes(id)).toEqual(['session.connected', 'assignment.waiting', 'assignment.agent-joined']);
    stream.close();
  });

  it('end the session with the conversation, and add the wrap-up afterwards', async () => {
    const { id, upstream } = await opened();
    await post(envelope(upstream.id, { suffix: 'user.start', fields: { userId: AGENT } }));
    await post(
      envelope(upstream.id, { suffix: 'user.end', fields: { userId: AGENT, disconnectType: 'CLIENT' } }),
    );
    expect(await api.stateOf(id)).toBe('active');
    await post(envelope(upstream.id, { suffix: 'customer.end', fields: { disconnectType: 'PEER' } }));
    const fields = { userId: AGENT, wrapupCode: 'solved', wrapupNotes: 'canary-notes', wrapupDurationMs: 5 };
    await post(envelope(upstream.id, { suffix: 'acw', fields }));
    const { body } = await api.get(id);

    expect(body).toMatchObject({
      state: 'disconnected',
      endReason: 'agent-ended',
      endedBy: 'agent',
      disconnectType: 'PEER',
      assignment: { state: 'none' },
      wrapUp: { code: 'solved', notes: 'canary-notes', tags: [], durationMs: 5, userId: AGENT },
    });
    await until(() => crmTypes(id).includes('assignment.wrapped-up'));
    const raw = [logs.raw, storedText(world.environment['DATA_DIR'] ?? '')].join();
    expect(raw.match(/canary[-\w]+/g) ?? []).toEqual([]);
  });

  it.each([
    ['no secret', {}],
    ['another one', { authorization: 'Bearer another-secret-of-a-stranger' }],
    ['an API key of a caller', { authorization: 'Bearer ggs_key' }],
  ])('are refused with %s, and change nothing', async (_case, headers) => {
    const { id, upstream } = await opened();
    const { status, code } = await post(envelope(upstream.id, { suffix: 'customer.end' }), headers);

    expect([status, code, await api.stateOf(id)]).toEqual([401, 'event-secret-invalid', 'active']);
  });

  it.each([
    [
      'a conversation of a stranger',
      JSON.stringify({
        topicName: 'v2.detail.events.conversation.x.customer.end',
        eventBody: { conversationId: 'x' },
      }),
    ],
    ['no JSON', '{"topicName":'],
    ['a list', '[]'],
    ['an unknown topic', JSON.stringify({ topicName: 'v2.users.u.presence', eventBody: {} })],
  ])('of no use are taken: %s', async (_case, body) => {
    expect((await post(body)).status).toBe(204);
  });

  it('that are too large are refused unread', async () => {
    expect((await post(JSON.stringify({ text: 'x'.repeat(300_000) }))).status).toBe(413);
  });

  it('are sent again after a failed write', async () => {
    const { id, upstream } = await opened();
    const event = envelope(upstream.id, { suffix: 'customer.end', fields: { disconnectType: 'ENDPOINT' } });
    jest.spyOn(world.app.get(FactIntake), 'take').mockRejectedValueOnce(new StorageUnavailableError());

    expect([(await post(event)).status, await api.stateOf(id)]).toEqual([503, 'active']);
    expect([(await post(event)).status, await api.stateOf(id)]).toEqual([204, 'disconnected']);
    expect((await api.get(id)).body).toMatchObject({ endedBy: 'customer', disconnectType: 'ENDPOINT' });
  });
});
