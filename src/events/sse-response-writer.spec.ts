import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { answerHalfClosed } from '../common/server/half-closed';
import { SseResponseWriter } from './sse-response-writer';

const MB = 1024 * 1024;

let server: FastifyInstance;
let client: Socket;
let outlet: SseResponseWriter;

/** A request whose answer is an outlet, from a client that reads nothing by itself. */
async function requested(): Promise<void> {
  const begun = new Promise<FastifyReply>((resolve) => {
    server.get('/', (_request, reply) => {
      void reply.header('x-request-id', 'r');
      outlet = new SseResponseWriter(reply);
      resolve(reply);
    });
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  client = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nhost: h\r\n\r\n');
  await begun;
}

async function received(): Promise<string> {
  const [chunk] = (await once(client, 'data')) as [Buffer];
  return chunk.toString('utf8');
}

beforeEach(() => {
  server = fastify();
  answerHalfClosed(server);
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

describe(SseResponseWriter.name, () => {
  it('sends the headers at once, those that were set before among them', async () => {
    await requested();
    const head = await received();

    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(head.toLowerCase()).toContain('x-request-id: r\r\n');
    expect(head.toLowerCase()).toContain('content-type: text/event-stream; charset=utf-8\r\n');
    outlet.write('text');
    expect(await received()).toContain('text');
  });

  it('counts what its reader does not take, and tells when it has taken it', async () => {
    await requested();
    const text = 'x'.repeat(MB);
    for (let count = 0; count < 32; count += 1) outlet.write(text);
    expect(outlet.waitingBytes).toBeGreaterThan(MB);
    expect(await outlet.drained(50)).toBe(false);

    client.resume();
    expect(await outlet.drained(10_000)).toBe(true);

    expect(outlet.waitingBytes).toBe(0);
    expect(await outlet.drained(0)).toBe(true);
  });

  it('tells once that nobody is there any more, and takes nothing then', async () => {
    await requested();
    const closed = new Promise<void>((resolve) => {
      outlet.onClose(resolve);
    });
    client.destroy();
    await closed;
    outlet.write('text');
    outlet.end();

    expect(await outlet.drained(1_000)).toBe(false);
    const late = jest.fn();
    outlet.onClose(late);
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('ends when its client closes its side of the connection', async () => {
    await requested();
    const closed = new Promise<void>((resolve) => {
      outlet.onClose(resolve);
    });
    client.resume().end();
    await closed;

    expect(await outlet.drained(1_000)).toBe(false);
  });

  it('ends after what was written, also when its reader does not take it', async () => {
    await requested();
    for (let count = 0; count < 32; count += 1) outlet.write('x'.repeat(MB));
    const closed = new Promise<void>((resolve) => {
      outlet.onClose(resolve);
    });
    outlet.end();

    await closed;
    expect(outlet.waitingBytes).toBeGreaterThanOrEqual(0);
  });
});
