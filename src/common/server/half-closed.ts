import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A property that Node reads for each connection; its types lack it. */
interface HalfOpenServer extends Server {
  httpAllowHalfOpen?: boolean;
}

const endless = new WeakSet<Socket>();

/**
 * Serves clients that close their side of the connection after the request (RFC 9112, 9.6), like `nc -N`. By default
 * Node closes the connection at once and drops the response, while the work of the request continues.
 */
export function answerHalfClosed({ server }: FastifyInstance): void {
  (server as HalfOpenServer).httpAllowHalfOpen = true;
}

/**
 * Ends an endless response as soon as its client closes its side: while nothing is written, that is the only sign
 * that the client is gone.
 */
export function endWithClient(answer: ServerResponse): void {
  const { socket } = answer.req;
  if (socket.readableEnded) {
    // A response that waits behind another one has no connection yet.
    answer.destroy();
    socket.destroy();
    return;
  }
  if (endless.has(socket)) return;
  endless.add(socket);
  socket.once('end', () => socket.destroy());
}
