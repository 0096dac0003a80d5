import type { ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import fastify, { type FastifyInstance } from 'fastify';
import { closeQueuedAnswers } from './queued-answers';

const GET = 'GET / HTTP/1.1\r\nhost: here\r\n\r\n';

let server: FastifyInstance;
let answers: ServerResponse[];
let closes: number[];
let hasArrived: () => void;

beforeEach(async () => {
  [answers, closes] = [[], []];
  server = fastify({ forceCloseConnections: true });
  closeQueuedAnswers(server);
  server.get('/', (_request, reply) => {
    reply.hijack();
    const number = answers.push(reply.raw);
    reply.raw.once('close', () => closes.push(number));
    hasArrived();
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await server.close();
});

/** Sends pipelined requests; resolves once all of them have reached their route. */
async function pipelined(count: number): Promise<Socket> {
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  await new Promise<void>((resolve) => {
    hasArrived = () => {
      if (answers.length === count) resolve();
    };
    socket.write(GET.repeat(count));
  });
  return socket;
}

/** Resolves after the last response has closed. */
async function lastClosed(): Promise<void> {
  const last = answers.at(-1);
  if (last !== undefined && !last.closed) await once(last, 'close');
}

describe(closeQueuedAnswers.name, () => {
  it('closes each response of a pipelined connection once when the caller hangs up', async () => {
    const socket = await pipelined(3);
    const closed = lastClosed();
    socket.destroy();
    await closed;

    expect(closes).toEqual([1, 2, 3]);
    expect(answers.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });

  it('leaves responses alone that were sent before the caller hangs up', async () => {
    const socket = await pipelined(3);
    socket.resume();
    for (const answer of answers) answer.end();
    await lastClosed();
    socket.destroy();
    await once(socket, 'close');

    expect(closes).toEqual([1, 2, 3]);
  });
});
