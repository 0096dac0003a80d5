import type { FastifyInstance } from 'fastify';

interface PrefixedReply {
  readonly publicUrl?: string;
}

/**
 * Sets the URL by which clients reach this server through a gateway, without a slash at its end; empty where they reach it
 * as it is. A `Location` that is a path of this server gets it in front.
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

/** In front of paths in the body of an answer. */
export function publicUrlOf(reply: object): string {
  return (reply as PrefixedReply).publicUrl ?? '';
}
