import type { FastifyInstance } from 'fastify';
import { QuotaExceededError } from './domain/access.errors';
import { CALLER_POLICY, type Quota, QUOTA_WINDOW_MS } from './domain/quota';
import type { QuotaService } from './quota.service';
import { RequestCallers } from './request-callers';

/**
 * Counts every request of an identified caller, once: not at the replica that it was forwarded to. It comes after
 * `identifyCallers` and before anything else of the request is read. Every answer tells how the caller stands.
 */
export function limitCallers(server: FastifyInstance, quotas: QuotaService): void {
  server.addHook('onRequest', async (request, reply) => {
    const caller = RequestCallers.find(request);
    if (caller === undefined || RequestCallers.isForwarded(request)) return;
    const quota = await quotas.take(caller);
    if (quota === undefined) return;
    void reply.headers(headersOf(quota));
    if (quota.isExceeded) throw new QuotaExceededError(quota.perMinute, quota.moreInMs);
  });
}

/** As draft-ietf-httpapi-ratelimit-headers-10 writes them; seconds like those of `Retry-After`. */
function headersOf({ perMinute, left, moreInMs }: Quota): Record<string, string> {
  return {
    'ratelimit-policy': `"${CALLER_POLICY}";q=${perMinute};w=${QUOTA_WINDOW_MS / 1000}`,
    ratelimit: `"${CALLER_POLICY}";r=${left};t=${Math.ceil(moreInMs / 1000)}`,
  };
}
