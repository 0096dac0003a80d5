import { PROBLEM_CATALOGUE } from '../../src/problems/catalogue/problem-catalogue';
import { World } from '../../src/world';
import { send } from '../support/raw-http';
import { expectProblem } from '../support/refusals';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let world: World;
beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
}, 120_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('where the type of a problem leads', () => {
  it.each([...PROBLEM_CATALOGUE])('is an explanation of %s for a program', async (code, type) => {
    const { status, headers, body } = await send(world.url, { path: `/problems/${code}` });

    expect([status, headers['content-type'], headers['vary']]).toEqual([
      200,
      'application/json; charset=utf-8',
      'accept',
    ]);
    expect(JSON.parse(body)).toEqual({ type: `/problems/${code}`, code, ...type });
  });

  it.each([...PROBLEM_CATALOGUE])('is an explanation of %s for a person', async (code, { title, action }) => {
    const { status, headers, body } = await send(world.url, {
      path: `/problems/${code}`,
      headers: { accept: BROWSER },
    });

    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const text of [`<h1>${title}</h1>`, `<code>${code}</code>`, action]) expect(body).toContain(text);
    expect(body).not.toMatch(/<script|<style|style=/);
  });

  it('can be followed from a problem', async () => {
    const problem = expectProblem(
      await send(world.url, { path: '/v1/sessions/nobody' }),
      404,
      'session-not-found',
    );

    expect((await send(world.url, { path: problem.type })).status).toBe(200);
  });

  it.each(['nothing', 'constructor', '__proto__', 'Internal', 'internal/x', '%00', '<script>'])(
    'is a problem itself for a code that there is not: %s',
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
