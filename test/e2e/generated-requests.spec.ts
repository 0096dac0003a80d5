import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import { OPEN_INTEGRATION } from '../../src/open-messaging-environment';
import { World } from '../../src/world';
import { ApiDescription, type ApiOperation } from '../support/generated/api-description';
import { ConsoleStory } from '../support/generated/console-story';
import { FuzzCallers, type Member } from '../support/generated/fuzz-callers';
import { FuzzSettings } from '../support/generated/fuzz-settings';
import { GeneratedTraffic } from '../support/generated/generated-traffic';
import { OpenSessions } from '../support/generated/open-sessions';
import { examplePlansFor, plansFor, type RequestPlan } from '../support/generated/request-plan';
import { RequestWriter } from '../support/generated/request-writer';
import { storiesOf, STORY_LENGTH } from '../support/generated/session-story';
import { StoryRunner } from '../support/generated/story-runner';
import { edgeDeviationsFor } from '../support/generated/deviations';
import { WebhookStory } from '../support/generated/webhook-story';
import { WireClient } from '../support/generated/wire-client';
import { LogCapture } from '../support/log-capture';
import type { Json } from '../support/openapi-reader';

const CAP = 100;
const BATCH = 20;
const MAX_WEBHOOKS = 20;
const settings = new FuzzSettings();
/** Ends the search for smaller failing values; a busy machine is no reason to end a property that holds. */
const TIME_LIMIT_MS = 900_000 + settings.requests * 100;
const callers = new FuzzCallers();
const supervisor = callers.member('supervisor');
const EVENTS_SECRET = 'secret-of-a-sender-of-events';
const logs = new LogCapture();

let receiver: HttpReceiver;
let world: World;
let client: WireClient;
let traffic: GeneratedTraffic;
let writer: RequestWriter;
let openSessions: OpenSessions;

beforeAll(async () => {
  receiver = await HttpReceiver.start();
  const limits = {
    SESSION_MAX_CONCURRENT: String(CAP),
    SYNC_MAX_PER_SECOND: '10',
    CALLER_REQUESTS_PER_MINUTE: '1000000',
    WEBHOOKS_MAX_PER_CALLER: String(MAX_WEBHOOKS),
  };
  world = await World.start({
    logOutput: logs,
    webMessaging: true,
    openMessaging: true,
    genesys: { requestsPerMinute: 1_000_000 },
    environment: {
      ...callers.environment,
      ...limits,
      GENESYS_OPEN_SOURCE: 'forwarded',
      GENESYS_EVENTS_SECRET: EVENTS_SECRET,
      WEBHOOKS_ALLOW_PRIVATE: 'true',
      // A proxy that connects to nothing, so that no event for the webhook of an example leaves this machine.
      WEBHOOKS_PROXY: 'true',
      HTTPS_PROXY: receiver.url,
      LOG_LEVEL: 'error',
    },
  });
  client = new WireClient(world.url);
  // This file equals the description that the built service serves; another test checks that.
  const document = await readFile(resolve(__dirname, '../../docs/openapi.json'), 'utf8');
  const description = new ApiDescription(JSON.parse(document) as Json);
  traffic = new GeneratedTraffic(description, client, [...callers.secrets, 'demo-secret']);
  writer = new RequestWriter(traffic.memory, callers);
  openSessions = new OpenSessions(traffic, supervisor);
});

afterAll(async () => {
  settings.print(String(traffic.tally));
  await client[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** Fails with the smallest counterexample that it finds in the available time. */
async function expectHolds<T>(
  values: fc.Arbitrary<T>,
  runs: number,
  holds: (value: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(values, holds), {
    seed: settings.seed,
    numRuns: runs,
    includeErrorInReport: true,
    interruptAfterTimeLimit: TIME_LIMIT_MS / 2,
    markInterruptAsFailure: true,
  });
}

let samples = 0;

/** Makes a unique value each time, for values such as the key of a request. */
function examplePlan(operation: ApiOperation): RequestPlan {
  const [plan] = fc.sample(examplePlansFor(operation), { seed: settings.seed + samples++, numRuns: 1 });
  if (plan === undefined) throw new Error(`There is no plan for ${operation.id}`);
  return plan;
}

/** A guest's requests in this order: the last ends the session. */
const TALK: readonly (readonly [operation: string, body?: object])[] = [
  ['messagesSend', { text: 'Hello' }],
  ['messagesTyping'],
  ['attachmentsUpload'],
  ['authenticationLogIn', { idToken: anIdToken({ sub: 'user-1' }), nonce: 'n' }],
  ['authenticationLogOut'],
];

/** A token as the guest's own login would sign it; the service does not verify it. */
function anIdToken(claims: object): string {
  return `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
}

describe('the operations of the description', () => {
  it('are the served ones', async () => {
    const response = await fetch(`${world.url}/openapi.json`, { headers: supervisor.headers });
    const served = new ApiDescription((await response.json()) as Json);

    const outlines = [traffic.description, served].map(({ operations }) =>
      operations.map(({ id, method, path, scope, answers }) => [
        id,
        method,
        path,
        scope,
        [...answers.keys()],
      ]),
    );
    expect(outlines[0]).toEqual(outlines[1]);
  });
});

describe(`requests generated with FUZZ_SEED=${settings.seed}`, () => {
  it(
    'are answered as described with any deviation, concurrently',
    async () => {
      const { operations } = traffic.description;
      const open = traffic.description.operation('sessionOpen');
      // Random requests open hardly any session, so many requests use ids of earlier openings.
      await traffic.sendAll(Array.from({ length: BATCH }, () => writer.write(open, examplePlan(open))));
      // These parts are rarely absent, and are removed first when a smaller failing batch is searched for.
      const maybe = operations.map((operation) => fc.option(plansFor(operation), { freq: 10_000 }));
      const batches = fc.tuple(...maybe);
      // One additional request replaces the absent ones.
      const runs = Math.ceil((settings.requests * 0.7) / operations.length) + 1;

      await expectHolds(batches, runs, async (plans) => {
        const requests = operations.flatMap((operation, at) => {
          const plan = plans[at];
          return plan === undefined || plan === null ? [] : [writer.write(operation, plan)];
        });
        await traffic.sendAll(requests);
        await openSessions.clearAfter(CAP / 2);
      });

      expect(traffic.tally.total).toBeGreaterThanOrEqual(settings.requests * 0.7);
    },
    TIME_LIMIT_MS,
  );

  it(
    'find sessions in the state of earlier requests of alternating callers',
    async () => {
      const openings = examplePlansFor(traffic.description.operation('sessionOpen'));
      const runner = new StoryRunner(traffic, writer, callers);
      const runs = Math.ceil((settings.requests * 0.3) / STORY_LENGTH);
      const before = traffic.tally.total;

      await expectHolds(storiesOf(openings), runs, async (story) => {
        await runner.run(story);
        await openSessions.clearAfter(CAP / 2);
      });

      expect(traffic.tally.total - before).toBeGreaterThanOrEqual(settings.requests * 0.3);
    },
    TIME_LIMIT_MS,
  );

  it('are refused when one value is just outside its range', async () => {
    const requests = traffic.description.operations.flatMap((operation) =>
      edgeDeviationsFor(operation).map((deviation) =>
        writer.write(operation, { ...examplePlan(operation), deviation }),
      ),
    );

    const answers = await traffic.sendAll(requests);

    expect(answers.length).toBeGreaterThan(10);
    expect(answers.every(({ status }) => status >= 400)).toBe(true);
  });

  it('succeed on a channel with messages', async () => {
    const { description } = traffic;
    const open = description.operation('sessionOpen');
    const channel = { queueId: 'support', channel: 'web-messaging' };
    const session = await traffic.send(writer.write(open, { ...examplePlan(open), body: channel }));
    const { conversationId } = JSON.parse(session.body) as { conversationId: string };
    const said = { conversationId: { say: conversationId }, fileName: { say: 'order.pdf' } };

    const answers: Awaited<ReturnType<typeof traffic.send>>[] = [];
    for (const [id, body] of TALK) {
      const operation = description.operation(id);
      const { values, ...plan } = examplePlan(operation);
      const filled = { ...plan, ...(body === undefined ? {} : { body }), values: { ...values, ...said } };
      answers.push(await traffic.send(writer.write(operation, filled)));
    }

    const upload = description.operation('attachmentsUpload');
    const { values, ...plan } = examplePlan(upload);
    const file = writer.write(upload, { ...plan, values: { ...values, ...said } });
    const headers = { ...file.headers, 'content-type': 'multipart/form-data; boundary=x' };
    const form = await traffic.send({ ...file, headers });

    expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
    // A form is refused after the size, the caller and the session: few requests at random get that far.
    expect(form.status).toBe(415);
  });

  it('are taken from the platform alone, up to a size', async () => {
    const receive = traffic.description.operation('openWebhookReceive');
    const { values, ...plan } = examplePlan(receive);
    const sent = (body: string, secret = OPEN_INTEGRATION.secret): ReturnType<typeof traffic.send> => {
      const { id } = OPEN_INTEGRATION;
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;
      const said = { integrationId: { say: id }, 'x-hub-signature-256': { say: signature } };
      const request = writer.write(receive, { ...plan, values: { ...values, ...said } });
      const headers = { ...request.headers, 'x-forwarded-for': '127.0.0.1' };
      return traffic.send({ ...request, headers, body });
    };

    expect((await sent('{"type":"Text"}')).status).toBe(204);
    expect((await sent('{"type":"Text"}', 'another-secret')).status).toBe(401);
    expect((await sent(JSON.stringify({ text: 'x'.repeat(300_000) }))).status).toBe(413);
  });

  it('are events of senders with a secret, up to a size', async () => {
    const receive = traffic.description.operation('platformEventsReceive');
    const sent = (body: string): ReturnType<typeof traffic.send> => {
      const request = writer.write(receive, examplePlan(receive));
      const headers = { ...request.headers, 'x-api-key': EVENTS_SECRET };
      return traffic.send({ ...request, headers, body });
    };

    expect((await sent('{"topicName":"v2.users.u.presence","eventBody":{}}')).status).toBe(204);
    expect((await sent(JSON.stringify({ text: 'x'.repeat(300_000) }))).status).toBe(413);
  });

  it('manage a webhook and its deliveries, up to a number of webhooks', async () => {
    const story = new WebhookStory(traffic, writer);
    await story.clear();
    const answers = await story.run(receiver.url);
    const refused = await story.fill(receiver.url, MAX_WEBHOOKS);
    await story.clear();

    expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
    expect([refused?.status, refused?.body]).toEqual([
      409,
      expect.stringContaining('"webhook-limit-reached"'),
    ]);
  });

  it('log in to the console and out of it, from its own pages alone', async () => {
    const story = new ConsoleStory(traffic, writer);
    const [, credential = ''] = supervisor.headers['authorization']?.split(' ') ?? [];
    const answers = await story.run(credential);
    const refused = await story.runFromElsewhere(credential);

    expect(answers.map(({ status }) => status)).toEqual([201, 200, 204]);
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
  });

  it('are refused to callers without a credential, and to those without the scope', async () => {
    const scoped = traffic.description.operations.filter(({ scope }) => scope !== undefined);
    for (const operation of scoped) {
      // Each operation gets only a few of both at random.
      const refused = [{ kind: 'unauthenticated', as: 0 } as const, { kind: 'lacking' } as const].map(
        (role) => traffic.send(writer.write(operation, { ...examplePlan(operation), role })),
      );
      const statuses = (await Promise.all(refused)).map(({ status }) => status);
      expect([operation.id, ...statuses]).toEqual([operation.id, 401, 403]);
    }
  });

  it('are refused if their body is too large or of another type', async () => {
    const deviations = [{ kind: 'size' }, { kind: 'type', contentType: 'nonsense' }] as const;
    // A file is refused after the session that it is for; webhooks of the platform, which are signed, have tests of their own.
    const withJson = traffic.description.operations.filter(
      ({ id, body, scope }) => body !== undefined && scope !== undefined && id !== 'attachmentsUpload',
    );
    for (const operation of withJson) {
      const refused = deviations.map((deviation) =>
        traffic.send(writer.write(operation, { ...examplePlan(operation), deviation })),
      );
      const statuses = (await Promise.all(refused)).map(({ status }) => status);
      expect([operation.id, ...statuses]).toEqual([operation.id, 413, 415]);
    }
  });

  it('are refused as described when there is no room for another session', async () => {
    const open = traffic.description.operation('sessionOpen');

    const openingBy = (name: Member): ReturnType<RequestWriter['write']> =>
      writer.write(open, { ...examplePlan(open), role: { kind: 'member', name } });
    // One caller fills its share, and the next one the rest.
    for (const name of ['supervisor', 'billing'] as const)
      for (let asked = 0; asked < CAP; asked += BATCH)
        await traffic.sendAll(Array.from({ length: BATCH }, () => openingBy(name)));

    const { status, body } = await traffic.send(openingBy('support'));
    expect([status, body]).toEqual([429, expect.stringContaining('"session-limit-reached"')]);
  });

  it('have reached every operation and each of its refusals, without a log line that needs an operator', () => {
    expect(traffic.tally.total).toBeGreaterThanOrEqual(settings.requests);
    expect(logs.lines).toEqual([]);
    expect(settings.isComplete ? traffic.tally.missing : []).toEqual([]);
  });
});
