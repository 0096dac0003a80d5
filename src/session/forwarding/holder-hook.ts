import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestCallers } from '../../access/request-callers';
import { hungUpOf } from '../../common/http/hung-up';
import { incomingFileOf } from '../../common/http/incoming-file';
import { holderPartOf } from '../../common/server/by-holder.decorator';
import { RawBodies } from '../../common/server/raw-bodies';
import { takesFile } from '../../common/server/takes-file.decorator';
import type { PinnedSessions } from './pinned-sessions';
import type { ReceivedHops } from './received-hops';
import type { ForwardableRequest, SessionForwarding } from './session-forwarding';

/**
 * Forwards the requests of routes with `@ByHolder()` to the holders of their sessions. By then the caller may use the
 * route, and the body, unless it is a file, was read within the limits of any body and is acceptable JSON. A session stays
 * here while a request for it is served here.
 */
export function forwardToHolders(
  server: FastifyInstance,
  forwarding: SessionForwarding,
  hops: ReceivedHops,
  pinned: PinnedSessions,
): void {
  server.addHook('preValidation', async (request, reply) => {
    const part = holderPartOf(request);
    if (part === undefined) return undefined;
    hops.assertBody(request, takesFile(request) ? undefined : RawBodies.of(request));
    if (!forwarding.isShared) return undefined;
    const { conversationId = '' } = request.params as { readonly conversationId?: string };
    const forwarded = forwardable(request, reply, hops.countOf(request));
    const answer =
      part === 'required'
        ? await forwarding.forward(conversationId, forwarded)
        : await forwarding.forwardIfReachable(conversationId, forwarded);
    if (answer === undefined) {
      // A caller that has hung up meanwhile causes no second close; `closed` stays false for an answer that was queued.
      if (!reply.raw.destroyed) reply.raw.once('close', pinned.pin(conversationId));
      return undefined;
    }
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
}

function forwardable(request: FastifyRequest, reply: FastifyReply, hops: number): ForwardableRequest {
  const { id, method, url, raw } = request;
  return {
    id,
    method,
    url,
    // The headers of `request` itself are changed for files.
    headers: raw.headers,
    body: () => (takesFile(request) ? fileOf(request, reply) : RawBodies.of(request)),
    caller: RequestCallers.get(request),
    hops,
    hungUp: hungUpOf(reply.raw),
  };
}

/** A separate stream: a sender that stops early destroys it, and must not affect the connection of the caller. */
function fileOf({ raw }: FastifyRequest, reply: FastifyReply): Readable {
  return Readable.from(incomingFileOf(raw, reply).content, { objectMode: false });
}
