import type { FastifyInstance } from 'fastify';
import { isByHolder } from '../common/server/by-holder.decorator';
import type { HeldRequests } from './held-requests';
import type { SessionForwarding } from './session.forwarding';

/**
 * Hands requests on to whoever holds their session, where a route asks for that, before anything of their bodies is read.
 * Those that are served here keep their session here.
 */
export function handOnToHolders(
  server: FastifyInstance,
  forwarding: SessionForwarding,
  requests: HeldRequests,
): void {
  server.addHook('preParsing', async (request, reply, payload) => {
    if (!isByHolder(request)) return payload;
    const { conversationId = '' } = request.params as { readonly conversationId?: string };
    const answer = await forwarding.forward(conversationId, {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.raw,
    });
    if (answer === undefined) {
      // A caller that has hung up meanwhile causes no second close; `closed` stays false for an answer that was queued.
      if (!reply.raw.destroyed) reply.raw.once('close', requests.begin(conversationId));
      return payload;
    }
    await reply.code(answer.status).headers(answer.headers).send(answer.body);
    return payload;
  });
}
