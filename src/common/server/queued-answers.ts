import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Closes the responses that wait behind another one on a pipelined connection when that connection closes. Node emits
 * `close` only for the current response, so that everything that ends with its response (a request in flight, an
 * event stream, the hold on a session) would outlive its caller.
 */
export function closeQueuedAnswers({ server }: FastifyInstance): void {
  const queues = new WeakMap<Socket, Set<ServerResponse>>();
  server.on('request', ({ socket }, answer) => {
    // A response gets its socket when it becomes the current one.
    if (answer.socket !== null) return;
    const queue = queues.get(socket) ?? queueOf(socket);
    queues.set(socket, queue);
    queue.add(answer);
    answer.once('close', () => queue.delete(answer));
  });
}

function queueOf(socket: Socket): Set<ServerResponse> {
  const queue = new Set<ServerResponse>();
  socket.once('close', () => {
    for (const answer of queue) {
      if (answer.socket === null && !answer.closed) answer.destroy().emit('close');
    }
  });
  return queue;
}
