import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { answerHalfClosed } from '../common/server/half-closed';
import { SseResponseWriter } from './sse-response-writer';

const MB = 1024 * 1024;

let server: FastifyInstance;
let client: Socket;
let writer: SseResponseWriter;

/** A request that is answered by the writer, from a client that reads nothing by itself. */
async function requested(): Promise<void> {
  const begun = new Promise<FastifyReply>((resolve) => {
    server.get('/', (_request, reply) => {
      void reply.header('x-request-id', 'r');
      writer = new SseResponseWriter(reply);
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
    writer.write('text');
    expect(await received()).toContain('text');
  });

  it('counts the bytes that its client does not read, and resolves when it has read them', async () => {
    await requested();
    const text = 'x'.repeat(MB);
    for (let count = 0; count < 32; count += 1) writer.write(text);
    expect(writer.waitingBytes).toBeGreaterThan(MB);
    expect(await writer.drained(50)).toBe(false);

    client.resume();
    expect(await writer.drained(10_000)).toBe(true);

    expect(writer.waitingBytes).toBe(0);
    expect(await writer.drained(0)).toBe(true);
  });

  it('reports once that the client is gone, and writes nothing then', async () => {
    await requested();
    const closed = new Promise<void>((resolve) => {
      writer.onClose(resolve);
    });
    client.destroy();
    await closed;
    writer.write('text');
    writer.end();

    expect(await writer.drained(1_000)).toBe(false);
    const late = jest.fn();
    writer.onClose(late);
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('ends when its client closes its side of the connection', async () => {
    await requested();
    const closed = new Promise<void>((resolve) => {
      writer.onClose(resolve);
    });
    client.resume().end();
    await closed;

    expect(await writer.drained(1_000)).toBe(false);
  });

  it('ends after what was written, also when its reader does not take it', async () => {
    await requested();
    for (let count = 0; count < 32; count += 1) writer.write('x'.repeat(MB));
    const closed = new Promise<void>((resolve) => {
      writer.onClose(resolve);
    });
    writer.end();

    await closed;
    expect(writer.waitingBytes).toBeGreaterThanOrEqual(0);
  });
});
