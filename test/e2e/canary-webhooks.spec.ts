import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { World } from '../../src/world';
import { type Answer, ApiClient } from '../support/api-client';
import { aCaller, keysOf } from '../support/callers';
import { LogCapture } from '../support/log-capture';
import { storedText } from '../support/stored-text';
import { until } from '../support/until';
import { toldTo } from '../support/webhooks-api';

const NAME = 'Canary Guest-Name 7b2d';
const QUESTION = 'canary question of the guest 31aa';
const REPLY = 'canary reply of the agent 90fe';
const PATH_SECRET = 'canary-path-secret-4b7e';
const SESSION_SECRET = 'canary-session-secret-c20d';
/** A text that is not secret and present in every searched place, which proves that the search works. */
const QUEUE = 'canary-queue-51e0';

describe('secrets of webhooks and texts of guests', () => {
  const caller = aCaller('canary');
  let world: World;
  let receiver: HttpReceiver;
  let logs: LogCapture;
  let answers: string[];

  beforeEach(async () => {
    logs = new LogCapture();
    answers = [];
    receiver = await HttpReceiver.start();
    world = await World.start({
      logOutput: logs,
      webMessaging: true,
      environment: {
        ...keysOf(caller),
        GENESYS_CHANNEL: 'web-messaging',
        WEBHOOKS_ALLOW_PRIVATE: 'true',
        LOG_LEVEL: 'debug',
        SYNC_FIRST_RETRY_MS: '50',
      },
    });
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const urlWith = (secret: string): string => `${receiver.url}/${secret}?key=${secret}`;

  /** Makes a request and keeps its answer without the texts that it is meant to have. */
  async function ask(
    method: string,
    path: string,
    body?: object,
    ...meant: string[]
  ): Promise<Answer['body']> {
    const answer = await new ApiClient(world.url, caller.headers).request(method, path, body);
    const text = JSON.stringify([answer.body, [...answer.headers]]);
    answers.push(meant.reduce((rest, one) => rest.replaceAll(one, ''), text));
    return answer.body;
  }

  /** Registers a webhook whose receiver refuses the first test with everything that it knows. */
  async function verified(): Promise<{ id: string; secrets: string[] }> {
    const settings = { url: urlWith(PATH_SECRET), types: ['session.*', 'message.*'], description: QUEUE };
    const { webhookId, secret } = await created(settings);
    receiver.nextStatus(500, `${secret} ${urlWith(PATH_SECRET)}`, {
      'x-echo': secret,
      location: PATH_SECRET,
    });
    await ask('POST', `/v1/webhooks/${webhookId}/test`);
    await ask('POST', `/v1/webhooks/${webhookId}/test`);
    const path = `/v1/webhooks/${webhookId}/rotate-secret`;
    const { secret: next } = await ask('POST', path, {}, PATH_SECRET);
    // The last answer shows the secret, which is meant, so that it is removed from the kept text.
    answers.push((answers.pop() ?? '').replaceAll(String(next), ''));
    return { id: webhookId, secrets: [secret, String(next)] };
  }

  async function created(settings: object): Promise<{ webhookId: string; secret: string }> {
    const { id, secret } = await ask('POST', '/v1/webhooks', settings, PATH_SECRET);
    answers.push((answers.pop() ?? '').replaceAll(String(secret), ''));
    return { webhookId: String(id), secret: String(secret) };
  }

  /** A conversation of a guest and an agent, of which every event is refused once by a receiver that echoes it. */
  async function conversed(echo: string): Promise<{ conversationId: string; guestToken: string }> {
    for (let count = 0; count < 3; count += 1) receiver.nextStatus(500, echo, { 'x-echo': PATH_SECRET });
    const opening = { queueId: QUEUE, name: NAME, webhookUrl: urlWith(SESSION_SECRET) };
    const session = await new ApiClient(world.url, caller.headers).open(opening);
    const [conversationId, guestToken] = ['conversationId', 'guestIdToken'].map((key) =>
      String(session.body[key]),
    ) as [string, string];
    await ask('POST', `/v1/sessions/${conversationId}/messages`, { text: QUESTION }, QUESTION);
    await until(() => toldTo(receiver, conversationId).some(({ type }) => type === 'message.sent'));
    world.genesys.webMessaging.agent.say(guestToken, REPLY);
    await until(() => toldTo(receiver, conversationId).some(({ type }) => type === 'message.received'));
    await ask('DELETE', `/v1/sessions/${conversationId}`, undefined, NAME);
    await until(() => toldTo(receiver, conversationId).some(({ type }) => type === 'session.terminated'));
    return { conversationId, guestToken };
  }

  async function sendInvalid(id: string, secret: string): Promise<void> {
    for (const url of [
      `ftp://${PATH_SECRET}.example`,
      `https://a:${secret}@b.example`,
      `${urlWith(secret)}#`,
    ])
      await ask('PATCH', `/v1/webhooks/${id}`, { url });
    await ask(
      'PATCH',
      `/v1/webhooks/${id}`,
      { types: [secret], sessions: secret, [secret]: 1 },
      `#/${secret}`,
    );
    await ask('POST', '/v1/sessions', { queueId: QUEUE, webhookUrl: `https://${SESSION_SECRET}.example/` });
    await ask('GET', `/v1/webhooks/${PATH_SECRET}`, undefined, `/v1/webhooks/${PATH_SECRET}`);
  }

  async function readEverything(id: string): Promise<void> {
    await ask('GET', '/v1/webhooks', undefined, PATH_SECRET);
    await ask('GET', `/v1/webhooks/${id}`, undefined, PATH_SECRET);
    const { items } = await ask('GET', `/v1/webhooks/${id}/deliveries?limit=200`);
    for (const delivery of items as readonly { id: string }[])
      await ask('GET', `/v1/webhooks/${id}/deliveries/${delivery.id}`);
    await ask('GET', '/v1/deliveries');
    await ask('GET', '/v1/audit?limit=200');
    await ask('GET', '/v1/metrics');
    await ask('GET', '/metrics');
  }

  async function tables(): Promise<Readonly<Record<string, string>>> {
    const { db } = world.app.get(DatabaseConnection);
    const rowsOf = async (table: 'audit_record' | 'webhook' | 'webhook_delivery' | 'webhook_attempt') =>
      JSON.stringify(await db.selectFrom(table).selectAll().execute());
    return {
      audit: await rowsOf('audit_record'),
      webhooks: await rowsOf('webhook'),
      deliveries: await rowsOf('webhook_delivery'),
      attempts: await rowsOf('webhook_attempt'),
    };
  }

  function foundIn(places: Readonly<Record<string, string>>, canaries: readonly string[]): unknown[] {
    return Object.entries(places).flatMap(([place, text]) =>
      canaries.filter((canary) => text.includes(canary)).map((canary) => [place, canary]),
    );
  }

  it('appear in no other answer, log line, audit record, metric or file, after any failure', async () => {
    const { id, secrets } = await verified();
    const [secret = ''] = secrets;
    const { guestToken } = await conversed(`${secret} ${PATH_SECRET} ${NAME} ${QUESTION}`);
    await sendInvalid(id, secret);
    await readEverything(id);
    await ask('DELETE', `/v1/webhooks/${id}`);
    const keys = secrets.map((one) => one.slice('whsec_'.length));
    const canaries = [guestToken, NAME, QUESTION, REPLY, PATH_SECRET, SESSION_SECRET, ...keys];

    const places = {
      answers: answers.join('\n'),
      logs: logs.raw,
      files: storedText(world.environment['DATA_DIR'] ?? ''),
      crm: JSON.stringify(world.crm.requests.find({}).map(({ headers, body }) => [headers, body])),
      ...(await tables()),
    };
    for (const [place, text] of Object.entries(places))
      expect([place, text.includes(place === 'crm' ? QUEUE : id)]).toEqual([place, true]);
    expect(foundIn(places, canaries)).toEqual([]);
    const told = receiver.received.map(({ body, headers }) => JSON.stringify([body, headers])).join('\n');
    expect(foundIn({ told }, [guestToken, NAME, ...keys, caller.key])).toEqual([]);
    expect([told.includes(QUESTION), told.includes(REPLY)]).toEqual([true, true]);
  });
});
