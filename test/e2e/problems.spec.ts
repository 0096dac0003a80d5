import { PROBLEM_CATALOGUE } from '../../src/problems/catalogue/problem-catalogue';
import { World } from '../../src/world';
import { type RawRequest, send } from '../support/raw-http';
import { expectProblem, opening } from '../support/refusals';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let world: World;
beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('the answers behind a gateway', () => {
  const PUBLIC_URL = 'https://gateway.example.com/guests';
  let behind: World;
  beforeAll(async () => {
    behind = await World.start({ environment: { LOG_LEVEL: 'error', PUBLIC_URL: `${PUBLIC_URL}/` } });
  });
  afterAll(async () => {
    await behind[Symbol.asyncDispose]();
  });

  it('link to a session that was opened through it, also when they are repeated', async () => {
    const request = opening('{"queueId":"q-1"}', { 'idempotency-key': 'one' });
    for (const replayed of [undefined, 'true']) {
      const { headers, body } = await send(behind.url, request);
      const { conversationId } = JSON.parse(body) as { conversationId: string };

      expect(headers['idempotency-replayed']).toBe(replayed);
      expect(headers['location']).toBe(`${PUBLIC_URL}/v1/sessions/${conversationId}`);
    }
  });

  it.each<[string, RawRequest]>([
    ['not-found', { path: '/nowhere' }],
    ['not-found', { path: '/v1/sessions/%zz' }],
    ['method-not-allowed', { method: 'PUT' }],
    ['session-not-found', { path: '/v1/sessions/unknown' }],
    ['validation-failed', opening('{}')],
    ['bad-request', { headers: { 'content-length': 'x' } }],
  ])("link to a problem's explanation there: %s %j", async (code, request) => {
    const { body } = await send(behind.url, request);

    expect(JSON.parse(body)).toMatchObject({ code, type: `${PUBLIC_URL}/problems/${code}` });
    const explained = await send(behind.url, { path: `/problems/${code}` });
    expect(JSON.parse(explained.body)).toMatchObject({ type: `${PUBLIC_URL}/problems/${code}` });
  });

  it('describe the API there', async () => {
    const served = async ({ url }: World): Promise<unknown> => {
      const { body } = await send(url, { path: '/openapi.json' });
      return (JSON.parse(body) as { servers: unknown }).servers;
    };

    expect(await served(behind)).toEqual([{ url: PUBLIC_URL }]);
    expect(await served(world)).toEqual([]);
  });
});

describe("the page at a problem's type", () => {
  it.each([...PROBLEM_CATALOGUE])('is an explanation of %s for a program', async (code, type) => {
    const { status, headers, body } = await send(world.url, { path: `/problems/${code}` });

    expect([status, headers['content-type'], headers['vary']]).toEqual([
      200,
      'application/json; charset=utf-8',
      'accept',
    ]);
    expect(JSON.parse(body)).toEqual({ type: `/problems/${code}`, code, ...type });
  });

  it.each([...PROBLEM_CATALOGUE])('is an explanation of %s for a reader', async (code, { title, action }) => {
    const { status, headers, body } = await send(world.url, {
      path: `/problems/${code}`,
      headers: { accept: BROWSER },
    });

    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const text of [`<h1>${title}</h1>`, `<code>${code}</code>`, action]) expect(body).toContain(text);
    expect(body).not.toMatch(/<script|<style|style=/);
  });

  it("can be requested by a problem's type", async () => {
    const problem = expectProblem(
      await send(world.url, { path: '/v1/sessions/unknown' }),
      404,
      'session-not-found',
    );

    expect((await send(world.url, { path: problem.type })).status).toBe(200);
  });

  it.each(['nothing', 'constructor', '__proto__', 'Internal', 'internal/x', '%00', '<script>'])(
    'is a problem itself for an unknown code: %s',
    async (code) => {
      for (const accept of [BROWSER, 'application/json'])
        expectProblem(
          await send(world.url, { path: `/problems/${code}`, headers: { accept } }),
          404,
          'not-found',
        );
    },
  );
});
