import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A property that node reads for each connection; its types leave it out. */
interface HalfOpenServer extends Server {
  httpAllowHalfOpen?: boolean;
}

const endless = new WeakSet<Socket>();

/**
 * Answers clients that close their side of the connection behind the request (RFC 9112, 9.6), as `nc -N` does. By default
 * node closes the connection at once and drops the answer, while the work of the request goes on.
 */
export function answerHalfClosed({ server }: FastifyInstance): void {
  (server as HalfOpenServer).httpAllowHalfOpen = true;
}

/**
 * Ends an answer that has no end of its own as soon as its client closes its side: that is all that tells of a client that
 * is gone as long as nothing is written.
 */
export function endWithClient(answer: ServerResponse): void {
  const { socket } = answer.req;
  if (socket.readableEnded) {
    // An answer that waits behind another one has no connection yet.
    answer.destroy();
    socket.destroy();
    return;
  }
  if (endless.has(socket)) return;
  endless.add(socket);
  socket.once('end', () => socket.destroy());
}
