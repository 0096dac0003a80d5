import type { FastifyInstance } from 'fastify';

interface PrefixedReply {
  readonly publicUrl?: string;
}

/**
 * Sets the URL by which clients reach this server through a gateway, without a trailing slash; empty if they reach it
 * directly. It is prepended to a `Location` that is a path of this server.
 */
export function setPublicUrl(server: FastifyInstance, url: string): void {
  server.decorateReply('publicUrl', { getter: () => url });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && location.startsWith('/'))
      void reply.header('location', url + location);
    done();
  });
}

/** The prefix of paths in the body of a response. */
export function publicUrlOf(reply: object): string {
  return (reply as PrefixedReply).publicUrl ?? '';
}
