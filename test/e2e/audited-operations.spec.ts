import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditAction, AuditRecord } from '../../src/audit/domain/audit-record';
import { World } from '../../src/world';
import { verdictOnTrail } from '../support/audit-export';
import { aCaller, allBut, keysOf } from '../support/callers';
import { ConsoleClient } from '../support/console-client';
import { CANARY, ForeignActs, type Needs } from '../support/foreign-acts';
import { LogCapture } from '../support/log-capture';

/** All operations of the API, as in its description. */
function operations(): string[] {
  const { paths } = JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8')) as {
    paths: Readonly<Record<string, object>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** Operations without an audit record, with the reason. Every operation is either in this list or in the next one. */
const UNRECORDED: Readonly<Record<string, string>> = {
  'POST /v1/sessions/{conversationId}/typing': 'says nothing, leaves nothing and comes every few seconds',
  'GET /v1/sessions/{conversationId}': 'one session, named by its id',
  'POST /v1/genesys/events': 'the platform reports, and no caller acts',
  'POST /v1/genesys/open-messaging/{integrationId}': 'the platform delivers, and no caller acts',
  'GET /v1/audit': 'guests by reference only',
  'GET /v1/deliveries': 'no personal data',
  'GET /v1/deliveries/{id}': 'no personal data',
  'GET /v1/sinks': 'no personal data',
  'GET /v1/sinks/{name}': 'no personal data',
  'GET /v1/webhooks': 'no personal data',
  'GET /v1/webhooks/{webhookId}': 'no personal data',
  'GET /v1/webhooks/{webhookId}/deliveries': 'no personal data',
  'GET /v1/webhooks/{webhookId}/deliveries/{eventId}': 'no personal data',
  'GET /v1/limits': 'no personal data',
  'GET /v1/queues/{queueId}/estimated-wait-time': 'no personal data',
  'GET /v1/statistics': 'no personal data',
  'GET /v1/replicas': 'no personal data',
  'GET /v1/metrics': 'no personal data',
  'GET /v1/console/session': 'no personal data',
  'GET /health/live': 'no personal data',
  'GET /health/ready': 'no personal data',
  'GET /problems/{code}': 'no personal data',
};

const SPAN = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };

let acts: ForeignActs;

/** The audit action of each operation. */
const RECORDED: Readonly<Record<string, readonly [AuditAction, Needs?]>> = {
  'POST /v1/sessions': ['SESSION_INITIALIZED', { body: () => ({ queueId: 'q', name: CANARY }) }],
  'GET /v1/sessions': ['SESSIONS_LISTED', { target: '*' }],
  'DELETE /v1/sessions/{conversationId}': ['SESSION_END_REQUESTED'],
  'PUT /v1/sessions/{conversationId}/authentication': ['GUEST_AUTHENTICATED', { body: () => acts.login() }],
  'DELETE /v1/sessions/{conversationId}/authentication': ['GUEST_LOGOUT_REQUESTED', { isLoggedIn: true }],
  'POST /v1/sessions/{conversationId}/messages': ['MESSAGE_SENT', { body: () => ({ text: CANARY }) }],
  'GET /v1/sessions/{conversationId}/messages': ['MESSAGES_READ'],
  'POST /v1/sessions/{conversationId}/attachments': ['FILE_SENT'],
  'GET /v1/events': ['EVENTS_STREAMED', { target: '*' }],
  'GET /v1/sessions/{conversationId}/events': ['EVENTS_STREAMED'],
  'POST /v1/deliveries/{id}/retry': ['DELIVERY_RETRIED'],
  'POST /v1/deliveries/replay': ['DELIVERIES_REPLAYED', { body: () => SPAN, target: '*' }],
  'POST /v1/sinks/{name}/pause': ['SINK_PAUSED'],
  'POST /v1/sinks/{name}/resume': ['SINK_RESUMED'],
  'POST /v1/sinks/{name}/test': ['SINK_TESTED'],
  'POST /v1/webhooks': ['WEBHOOK_CREATED', { body: () => ({ url: acts.receiverUrl, description: CANARY }) }],
  'PATCH /v1/webhooks/{webhookId}': [
    'WEBHOOK_UPDATED',
    { body: () => ({ url: `${acts.receiverUrl}-2`, description: CANARY }) },
  ],
  'DELETE /v1/webhooks/{webhookId}': ['WEBHOOK_DELETED'],
  'POST /v1/webhooks/{webhookId}/rotate-secret': ['WEBHOOK_SECRET_ROTATED', { body: () => ({}) }],
  'POST /v1/webhooks/{webhookId}/pause': ['WEBHOOK_PAUSED'],
  'POST /v1/webhooks/{webhookId}/resume': ['WEBHOOK_RESUMED'],
  'POST /v1/webhooks/{webhookId}/test': ['WEBHOOK_TESTED'],
  'POST /v1/webhooks/{webhookId}/replay': ['WEBHOOK_DELIVERIES_REPLAYED', { body: () => SPAN }],
  'POST /v1/webhooks/{webhookId}/deliveries/{eventId}/retry': ['WEBHOOK_DELIVERY_RETRIED'],
  'POST /v1/guests/{guestRef}/erase': ['GUEST_ERASED'],
  'POST /v1/doctor': ['DEPLOYMENT_EXAMINED', { body: () => ({ offline: true }) }],
  'GET /v1/audit/export': ['AUDIT_EXPORTED', { target: '*' }],
};

/** The audit actions of operations on the caller's own session of the console. */
const OF_LOGINS: Readonly<Record<string, AuditAction>> = {
  'POST /v1/console/session': 'CONSOLE_LOGIN',
  'DELETE /v1/console/session': 'CONSOLE_LOGOUT',
};

describe('every operation that changes something or reads personal data in bulk', () => {
  const callers = { owner: aCaller('billing', allBut('sessions.any')), stranger: aCaller('support') };
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      webMessaging: true,
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        WEBHOOKS_ALLOW_PRIVATE: 'true',
        ...keysOf(...Object.values(callers)),
      },
    });
    acts = new ForeignActs(world.url, callers, world.crm.url);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  async function recorded(query: string): Promise<readonly AuditRecord[]> {
    const { body } = await acts.stranger.request('GET', `/v1/audit?limit=200&${query}`);
    return body['items'] as readonly AuditRecord[];
  }

  it('is listed as recorded or unrecorded', () => {
    const listed = [RECORDED, OF_LOGINS, UNRECORDED].flatMap((operations) => Object.keys(operations));
    expect(listed.sort()).toEqual(operations().sort());
  });

  it.each(Object.entries(RECORDED))('leaves a record: %s', async (operation, [action, needs = {}]) => {
    const { answer, target } = await acts.perform(operation, needs);
    expect(answer.status).toBeLessThan(300);

    const [record] = await recorded(`actor=support&action=${action}&target=${encodeURIComponent(target)}`);
    expect(record).toMatchObject({
      action,
      outcome: 'success',
      actor: { type: 'caller', name: 'support' },
      target: { id: target },
      requestId: answer.headers.get('x-request-id'),
    });
  });

  it('leaves a record of the login to the console and of the logout, for the same session', async () => {
    const client = await ConsoleClient.loggedIn(world.url, callers.stranger.key);
    const { status, headers } = await client.logOut();
    expect(status).toBe(204);

    const [logout] = await recorded('actor=support&action=CONSOLE_LOGOUT');
    const [login] = await recorded('actor=support&action=CONSOLE_LOGIN');
    expect(logout).toMatchObject({ outcome: 'success', requestId: headers.get('x-request-id') });
    expect(login?.target).toEqual({ type: 'console-session', id: expect.stringMatching(/^[\w-]{43}$/) });
    expect(logout?.target).toEqual(login?.target);
  });

  it('leaves a record of a failure, too', async () => {
    const { id } = await acts.opened();
    const asked = { text: CANARY, attachmentIds: ['unknown'] };
    const { status, body } = await acts.stranger.request('POST', `/v1/sessions/${id}/messages`, asked);
    expect(status).toBeGreaterThanOrEqual(400);

    const [record] = await recorded(`target=${id}&action=MESSAGE_SENT`);
    expect(record).toMatchObject({ outcome: 'failure', reason: body['code'], detail: { owner: 'billing' } });
  });

  it("leaves no record of messages, files and reads in the caller's own conversations", async () => {
    const { id } = await acts.opened();
    expect(await acts.talk(id)).toEqual([201, 200, 200, 200, 201]);

    const actions = (await recorded('actor=billing')).map(({ action }) => action);
    expect(actions).toContain('SESSION_INITIALIZED');
    for (const action of ['MESSAGE_SENT', 'MESSAGES_READ', 'FILE_SENT', 'EVENTS_STREAMED', 'SESSIONS_LISTED'])
      expect(actions).not.toContain(action);
  });

  it('records each refused route of a caller immediately once a minute, with the count', async () => {
    const id = await acts.stranger.opened();
    for (let count = 0; count < 3; count += 1) {
      await acts.owner.get(id);
      await acts.owner.end(id);
      await acts.owner.request('GET', `/v1/sessions/${id}/messages`);
    }
    const refused = await recorded('actor=billing&action=REQUEST_REFUSED');
    expect(refused.map(({ target }) => target.id).sort()).toEqual([
      'DELETE /v1/sessions/:conversationId',
      'GET /v1/sessions/:conversationId',
      'GET /v1/sessions/:conversationId/messages',
    ]);

    // A service that stops records the pending counts.
    await world.restart();
    acts = new ForeignActs(world.url, callers, world.crm.url);
    const counts = await recorded('actor=billing&action=REQUEST_REFUSED');
    expect(counts.map(({ detail }) => detail['suppressed'] ?? 0).sort()).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('writes no texts, names, files or credentials into the trail, and its chains are valid', async () => {
    const { headers } = callers.stranger;
    const text = await (await fetch(`${world.url}/v1/audit/export`, { headers })).text();

    expect(text).toContain('"MESSAGE_SENT"');
    for (const secret of [CANARY, 'jwt_', 'ggs_', 'eyJ', 'whsec_']) expect(text).not.toContain(secret);
    expect(await verdictOnTrail(world.url, headers)).toBe('whole');
  });
});
