import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Drops connections without any request when the server closes: clients open them in advance, and Node waits for them
 * as if there were a request.
 */
export function dropSilentConnections(instance: FastifyInstance): void {
  const silent = new Set<Socket>();
  let isClosing = false;
  instance.server.on('connection', (socket) => {
    if (isClosing) {
      socket.destroy();
      return;
    }
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  instance.server.on('request', ({ socket }) => silent.delete(socket));
  instance.addHook('preClose', (done) => {
    isClosing = true;
    for (const socket of silent) socket.destroy();
    done();
  });
}
