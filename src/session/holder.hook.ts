import type { FastifyInstance } from 'fastify';
import { isByHolder } from '../common/server/by-holder.decorator';
import type { SessionForwarding } from './session.forwarding';

/** Hands requests on to whoever holds their session, where a route asks for that, before anything of their bodies is read. */
export function handOnToHolders(server: FastifyInstance, forwarding: SessionForwarding): void {
  server.addHook('preParsing', async (request, reply, payload) => {
    if (!isByHolder(request)) return payload;
    const { conversationId = '' } = request.params as { readonly conversationId?: string };
    const answer = await forwarding.forward(conversationId, {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.raw,
    });
    if (answer === undefined) return payload;
    await reply.code(answer.status).headers(answer.headers).send(answer.body);
    return payload;
  });
}
