import Fastify, { type FastifyInstance } from 'fastify';
import { addBodyParsers } from './body-parsers';

let server: FastifyInstance;

beforeEach(() => {
  server = Fastify();
  addBodyParsers(server);
  server.post('/', (request) => ({
    isRaw: request.headers === request.raw.headers,
    type: request.headers['content-type'] ?? null,
    body: request.body ?? null,
  }));
});
afterEach(() => server.close());

async function parsed(headers: Record<string, string>, payload = ''): Promise<unknown> {
  return (await server.inject({ method: 'POST', url: '/', headers, payload })).json();
}

describe(addBodyParsers.name, () => {
  it('leaves the headers of a request without a type unchanged', async () => {
    expect(await parsed({ 'x-other': 'a' })).toEqual({ isRaw: true, type: null, body: null });
  });

  it('leaves those of JSON unchanged', async () => {
    const type = 'application/json';

    expect(await parsed({ 'content-type': type }, '{"a":1}')).toEqual({ isRaw: true, type, body: { a: 1 } });
  });

  it.each(['application/json', 'text/plain'])('removes the type %s from an empty body', async (type) => {
    expect(await parsed({ 'content-type': type })).toEqual({ isRaw: false, type: null, body: null });
  });
});
