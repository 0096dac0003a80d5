import { problemOf, ProblemError } from './problem.errors.js';
import { json, problem } from './scripted-fetch.fake.js';

describe(ProblemError.name, () => {
  it('has the code, the status, the request and the errors of fields', async () => {
    const errors = [{ pointer: '#/queueId', detail: 'must be a string' }];
    const content = {
      ...((await problem(400, 'validation-failed').json()) as object),
      detail: 'One error.',
      errors,
    };
    const error = await problemOf(json(content, 400));

    expect(error).toMatchObject({ code: 'validation-failed', status: 400, requestId: 'r-1', errors });
    expect(error.message).toBe('validation-failed: One error. (request r-1)');
    expect(error).toMatchObject({ isReplayed: false, retryAfterMs: undefined });
  });

  it.each([
    ['a page of a proxy', '<h1>Bad gateway</h1>'],
    ['an empty body', ''],
    ['JSON of another kind', '{"message":"no"}'],
    ['JSON without fields', 'null'],
  ])('has the code unknown for %s', async (_, body) => {
    const headers = { 'x-request-id': 'r-2', 'retry-after': '3' };
    const error = await problemOf(new Response(body, { status: 502, headers }));

    expect(error).toMatchObject({
      code: 'unknown',
      status: 502,
      requestId: 'r-2',
      errors: [],
      retryAfterMs: 3_000,
    });
  });
});
